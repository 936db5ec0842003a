# Flags that every target of the project is compiled with.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(MSVC)
  add_compile_options(/W4 /permissive- /bigobj /EHsc /utf-8)
else()
  add_compile_options(-Wall -Wextra)
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
endif()

# The binary finds libtorch among the libraries already in the process, so it carries no path.
set(CMAKE_SKIP_RPATH ON)
