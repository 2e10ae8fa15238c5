// The built-in model file, placed in the read-only data by the assembler.
#include "core/network/model.hpp"

// COULIS_BUILTIN_MODEL_FILE: the path, from CMake.
__asm__(
    ".section .rodata\n"
    ".balign 64\n"
    ".global coulis_builtin_model_begin\n"
    ".hidden coulis_builtin_model_begin\n"
    "coulis_builtin_model_begin:\n"
    ".incbin \"" COULIS_BUILTIN_MODEL_FILE
    "\"\n"
    ".global coulis_builtin_model_end\n"
    ".hidden coulis_builtin_model_end\n"
    "coulis_builtin_model_end:\n"
    ".byte 0\n"
    ".text\n");

extern "C" {
[[gnu::visibility("hidden")]] extern const std::byte coulis_builtin_model_begin[];
[[gnu::visibility("hidden")]] extern const std::byte coulis_builtin_model_end[];
}

namespace coulis {

std::string_view builtin_model_name() {
  return COULIS_BUILTIN_MODEL_NAME;
}

std::string_view builtin_model_sha256() {
  return COULIS_BUILTIN_MODEL_SHA256;
}

std::span<const std::byte> builtin_model_bytes() {
  return {coulis_builtin_model_begin, coulis_builtin_model_end};
}

}  // namespace coulis
