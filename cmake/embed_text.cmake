# Text files of the source tree as constants of the binary. As a script: -D output=FILE -D header=FILE -D constants="kName=a.css,b.css|..."

if(CMAKE_SCRIPT_MODE_FILE)
  set(code "// Made by cmake/embed_text.cmake.\n#include \"${header}\"\n\nnamespace coulis {\n\n")
  string(REPLACE "|" ";" constants "${constants}")
  foreach(constant IN LISTS constants)
    string(REGEX MATCH "^([^=]+)=(.*)$" matched "${constant}")
    string(REPLACE "," ";" files "${CMAKE_MATCH_2}")
    string(APPEND code "const std::string_view ${CMAKE_MATCH_1} =")
    foreach(file IN LISTS files)
      file(READ "${file}" text)
      string(APPEND code "\n    R\"~~~(${text})~~~\"")
    endforeach()
    string(APPEND code ";\n\n")
  endforeach()
  file(WRITE "${output}" "${code}}  // namespace coulis\n")
  return()
endif()

# coulis_embed_text(target HEADER header CONSTANTS "kName=file,file" ...): defines the constants that `header` declares; of several files,
# one after the other. Paths are relative to the source directory.
set(COULIS_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")
function(coulis_embed_text target)
  cmake_parse_arguments(arg "" "HEADER" "CONSTANTS" ${ARGN})
  set(output "${CMAKE_CURRENT_BINARY_DIR}/${target}_text.cpp")
  string(REGEX REPLACE "[^;=]+=" "" files "${arg_CONSTANTS}")
  string(REPLACE "," ";" files "${files}")
  list(JOIN arg_CONSTANTS "|" constants)
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" -D "output=${output}" -D "header=${arg_HEADER}" -D "constants=${constants}" -P "${COULIS_EMBED_SCRIPT}"
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
    DEPENDS ${files} "${COULIS_EMBED_SCRIPT}"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}")
endfunction()
