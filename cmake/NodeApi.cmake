# Defines the target `node_api` (headers only, from npm packages, so that no Node.js headers are
# downloaded) and `add_node_addon(name source…)`.

find_program(FLAMBEAU_NODE node REQUIRED)

function(node_evaluate script result)
  execute_process(
    COMMAND "${FLAMBEAU_NODE}" -p "${script}"
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
    OUTPUT_VARIABLE output
    OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY)
  file(TO_CMAKE_PATH "${output}" output)
  set(${result} "${output}" PARENT_SCOPE)
endfunction()

node_evaluate("require('node-api-headers').include_dir" node_api_include)
node_evaluate("require('node-addon-api').include_dir" node_addon_api_include)

add_library(node_api INTERFACE)
target_include_directories(node_api SYSTEM INTERFACE
  "${node_api_include}" "${node_addon_api_include}")

# cmake-js names an import library for node.exe; it is made here from Node-API's symbol list.
if(MSVC AND CMAKE_JS_NODELIB_DEF AND CMAKE_JS_NODELIB_TARGET)
  execute_process(
    COMMAND "${CMAKE_AR}" /def:${CMAKE_JS_NODELIB_DEF} /out:${CMAKE_JS_NODELIB_TARGET}
      ${CMAKE_STATIC_LINKER_FLAGS}
    COMMAND_ERROR_IS_FATAL ANY)
endif()

# An addon `<name>.node` in <folder>, which is the same for every build type.
function(add_node_addon name folder)
  add_library(${name} MODULE ${ARGN} ${CMAKE_JS_SRC})
  set_target_properties(${name} PROPERTIES
    PREFIX ""
    SUFFIX ".node"
    LIBRARY_OUTPUT_DIRECTORY "$<1:${folder}>"
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
  target_link_libraries(${name} PRIVATE node_api ${CMAKE_JS_LIB})
  if(APPLE)
    target_link_options(${name} PRIVATE -undefined dynamic_lookup)
  elseif(MSVC)
    target_link_options(${name} PRIVATE /DELAYLOAD:NODE.EXE)
    target_link_libraries(${name} PRIVATE delayimp)
  endif()
endfunction()
