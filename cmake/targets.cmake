# One function per concern, applied to each target.

function(coulis_set_compile_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden
                                             VISIBILITY_INLINES_HIDDEN ON)
  # No contraction: a fused multiply-add happens where the code asks for one and nowhere else, so that bits do not depend on the compiler.
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -ffp-contract=off)
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)  # GCC 12 sees overlaps where there are none (bug 105651)
  target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}")
  # Highway: AVX-512 (with VNNI and VBMI), AVX2, and the compiler's baseline. SSSE3 and SSE4 would only cost build time; SVE's vectors have
  # no size, and so cannot be kept in the arrays that our kernels are made of.
  target_compile_definitions(
    ${target} PRIVATE HWY_WANT_AVX3_DL "COULIS_UNUSED_TARGETS=(HWY_SSSE3|HWY_SSE4|HWY_SVE|HWY_SVE2|HWY_SVE_256|HWY_SVE2_128)"
                      HWY_DISABLED_TARGETS=COULIS_UNUSED_TARGETS)
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
    # Highway's NEON code asks for it, and GCC inlines only between equal options. It changes no code but that of AES, of which we have none.
    target_compile_options(${target} PRIVATE -march=armv8-a+crypto)
  endif()
  if(COULIS_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(COULIS_CLANG_TIDY)
    set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY "clang-tidy;--warnings-as-errors=*;--quiet")
  endif()
endfunction()

function(coulis_set_sanitizers target)
  if(NOT COULIS_SANITIZERS)
    return()
  endif()
  target_compile_options(${target} PUBLIC -fsanitize=${COULIS_SANITIZERS} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(${target} PUBLIC -fsanitize=${COULIS_SANITIZERS})
endfunction()

# For a program or module that calls condition_variable::wait: cmake/older_libstdcxx.cpp.
function(coulis_set_libstdcxx target)
  if(COULIS_OLDER_LIBSTDCXX)
    target_sources(${target} PRIVATE "${PROJECT_SOURCE_DIR}/cmake/older_libstdcxx.cpp")
    target_link_options(${target} PRIVATE "LINKER:--wrap=_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE")
  endif()
endfunction()

# A static library from an explicit list of sources.
function(coulis_add_library target)
  add_library(${target} STATIC ${ARGN})
  coulis_set_compile_options(${target})
  coulis_set_sanitizers(${target})
endfunction()

# A GoogleTest program; its folder under tests/ mirrors the folder of the code it tests.
function(coulis_add_test target)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${target} ${arg_SOURCES})
  coulis_set_compile_options(${target})
  target_compile_options(${target} PRIVATE -O1)  # compiled once, run once: a quarter less time to build
  coulis_set_sanitizers(${target})
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES} GTest::gtest_main)
  gtest_discover_tests(${target} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
endfunction()
