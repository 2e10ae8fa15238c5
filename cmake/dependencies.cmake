# Everything that is not ours. Required parts fail here, with the remedy. First what core/ needs.

find_package(PkgConfig REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(TIFF REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
pkg_check_modules(avif REQUIRED IMPORTED_TARGET libavif)
pkg_check_modules(heif REQUIRED IMPORTED_TARGET libheif)
pkg_check_modules(libavcodec IMPORTED_TARGET libavcodec libavutil)  # for HEIC; without it, libheif's own decoder
pkg_check_modules(jxl REQUIRED IMPORTED_TARGET libjxl)
pkg_check_modules(webp REQUIRED IMPORTED_TARGET libwebp libwebpdemux)
pkg_check_modules(hwy REQUIRED IMPORTED_TARGET libhwy)

# The OpenBLAS that may be called from several threads; each call stays on its own (docs/decisions/0001).
find_library(COULIS_OPENBLAS openblas PATH_SUFFIXES openblas-pthread REQUIRED)
find_path(COULIS_OPENBLAS_INCLUDE cblas.h PATH_SUFFIXES ${CMAKE_LIBRARY_ARCHITECTURE}/openblas-pthread openblas-pthread REQUIRED)
add_library(coulis_blas INTERFACE)
target_link_libraries(coulis_blas INTERFACE "${COULIS_OPENBLAS}")
target_include_directories(coulis_blas SYSTEM INTERFACE "${COULIS_OPENBLAS_INCLUDE}")

if(COULIS_CORE_ONLY)
  return()
endif()
find_package(Python 3.11 REQUIRED COMPONENTS Interpreter Development.Module)
find_package(Threads REQUIRED)
find_package(CLI11 REQUIRED)
find_package(CURL REQUIRED)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(pugixml REQUIRED IMPORTED_TARGET pugixml)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
find_package(ZLIB REQUIRED)

# Arrow C++ from the pyarrow wheel: it ships versioned libraries and headers, but no CMake package.
if(NOT COULIS_PYARROW_DIR)  # for another CPU, tools/make_wheel.py unpacks the wheel and sets it
  execute_process(
    COMMAND "${Python_EXECUTABLE}" -c "import importlib.util as u, os; print(os.path.dirname(u.find_spec('pyarrow').origin), end='')"
    OUTPUT_VARIABLE COULIS_PYARROW_DIR
    RESULT_VARIABLE pyarrow_missing
    ERROR_QUIET)
  if(pyarrow_missing)
    message(FATAL_ERROR "pyarrow is not installed for ${Python_EXECUTABLE}. Run `make` instead of cmake, or: pip install 'pyarrow==26.0.*'")
  endif()
endif()
file(STRINGS "${COULIS_PYARROW_DIR}/include/arrow/util/config.h" version_line REGEX "define ARROW_SO_VERSION")
string(REGEX REPLACE ".*\"([0-9]+)\".*" "\\1" COULIS_ARROW_SO_VERSION "${version_line}")

foreach(name arrow arrow_s3 parquet)
  add_library(Arrow::${name} SHARED IMPORTED)
  set_target_properties(
    Arrow::${name}
    PROPERTIES IMPORTED_LOCATION "${COULIS_PYARROW_DIR}/lib${name}.so.${COULIS_ARROW_SO_VERSION}"
               INTERFACE_INCLUDE_DIRECTORIES "${COULIS_PYARROW_DIR}/include"
               INTERFACE_COMPILE_FEATURES cxx_std_20)
endforeach()
target_link_libraries(Arrow::arrow_s3 INTERFACE Arrow::arrow)
target_link_libraries(Arrow::parquet INTERFACE Arrow::arrow)
