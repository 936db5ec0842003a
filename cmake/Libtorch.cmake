# Defines the target `libtorch` from the folder FLAMBEAU_LIBTORCH, and FLAMBEAU_LIBTORCH_VERSION.
#
# TorchConfig.cmake is not used: for a CUDA libtorch it insists on a CUDA toolkit, which nothing
# here needs. The addon reaches CUDA through libtorch's own hooks.

set(FLAMBEAU_LIBTORCH "$ENV{FLAMBEAU_LIBTORCH}" CACHE PATH "Folder with libtorch's lib and include")

if(NOT FLAMBEAU_LIBTORCH)
  message(FATAL_ERROR "Set FLAMBEAU_LIBTORCH to a libtorch folder; `npm run setup` does it for you.")
endif()

set(version_header "${FLAMBEAU_LIBTORCH}/include/torch/headeronly/version.h")
if(NOT EXISTS "${version_header}")
  # Before 2.13 the macros were in the C++ frontend.
  set(version_header "${FLAMBEAU_LIBTORCH}/include/torch/csrc/api/include/torch/version.h")
endif()
if(NOT EXISTS "${version_header}")
  message(FATAL_ERROR "No libtorch in ${FLAMBEAU_LIBTORCH}: ${version_header} is missing.")
endif()

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${version_header}")
file(READ "${version_header}" version_text)
foreach(part MAJOR MINOR PATCH)
  if(NOT version_text MATCHES "#define TORCH_VERSION_${part} ([0-9]+)")
    message(FATAL_ERROR "${version_header} does not define TORCH_VERSION_${part}.")
  endif()
  set(libtorch_${part} ${CMAKE_MATCH_1})
endforeach()
set(FLAMBEAU_LIBTORCH_VERSION "${libtorch_MAJOR}.${libtorch_MINOR}.${libtorch_PATCH}")

if(FLAMBEAU_LIBTORCH_VERSION VERSION_LESS 2.11)
  message(FATAL_ERROR "libtorch ${FLAMBEAU_LIBTORCH_VERSION} is too old: 2.11 or later is needed.")
endif()
message(STATUS "libtorch ${FLAMBEAU_LIBTORCH_VERSION} in ${FLAMBEAU_LIBTORCH}")

add_library(libtorch INTERFACE)
target_include_directories(libtorch SYSTEM INTERFACE
  "${FLAMBEAU_LIBTORCH}/include"
  "${FLAMBEAU_LIBTORCH}/include/torch/csrc/api/include")
if(UNIX AND NOT APPLE)
  target_compile_definitions(libtorch INTERFACE _GLIBCXX_USE_CXX11_ABI=1)
endif()

foreach(name c10 torch_cpu)
  find_library(FLAMBEAU_LIB_${name} ${name}
    PATHS "${FLAMBEAU_LIBTORCH}/lib" NO_DEFAULT_PATH REQUIRED)
  target_link_libraries(libtorch INTERFACE "${FLAMBEAU_LIB_${name}}")
endforeach()
