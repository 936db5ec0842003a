# FLAMBEAU_SANITIZE=address | undefined | thread, or several with commas.

set(FLAMBEAU_SANITIZE "" CACHE STRING "Sanitizers to build with, as in -fsanitize=")

if(FLAMBEAU_SANITIZE)
  if(MSVC)
    add_compile_options(/fsanitize=${FLAMBEAU_SANITIZE})
  else()
    add_compile_options(-fsanitize=${FLAMBEAU_SANITIZE} -fno-omit-frame-pointer -g)
    add_link_options(-fsanitize=${FLAMBEAU_SANITIZE})
  endif()
endif()
