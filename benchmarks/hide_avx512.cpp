// An auditor for the dynamic linker (LD_AUDIT): makes libraries
// believe that the system does not save AVX-512's registers.
//
// A library that picks instructions at run time asks CPUID for the CPU's features, and XGETBV for the registers
// that the system saves. It must not use AVX-512 unless both allow it. This changes XGETBV's answer before any
// code of the library runs: `xgetbv` becomes `lea eax, [rcx + 7]`, which has the same length. ecx is 0 for XGETBV,
// so the answer is x87, SSE and AVX. edx, the upper half, keeps CPUID's value: none of its bits has a meaning yet.
#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace {

using Bytes = std::span<std::uint8_t>;
constexpr std::array<std::uint8_t, 3> kXgetbv = {0x0F, 0x01, 0xD0};
constexpr std::array<std::uint8_t, 3> kSayAvx = {0x8D, 0x41, 0x07};
constexpr std::array<std::uint8_t, 2> kClearEcx = {0x31, 0xC9};
constexpr std::array<std::uint8_t, 2> kCpuid = {0x0F, 0xA2};
constexpr std::ptrdiff_t kNear = 32;  // bytes

// The three bytes also occur inside other instructions. Only real ones have one of these before them.
bool is_instruction(Bytes code, std::uint8_t* found) {
  const std::uint8_t* start = found - std::min(kNear, found - code.data());
  const bool clears = found - start >= 2 && std::equal(kClearEcx.begin(), kClearEcx.end(), found - 2);
  return clears || std::search(start, static_cast<const std::uint8_t*>(found), kCpuid.begin(), kCpuid.end()) != found;
}

void allow(Bytes code, int protection) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto start = reinterpret_cast<std::uintptr_t>(code.data()) & ~(page - 1);
  mprotect(reinterpret_cast<void*>(start), reinterpret_cast<std::uintptr_t>(code.data() + code.size()) - start, protection);
}

void patch(Bytes code) {
  std::uint8_t* end = code.data() + code.size();
  for (std::uint8_t* found = code.data();; found += kXgetbv.size()) {
    found = std::search(found, end, kXgetbv.begin(), kXgetbv.end());
    if (found == end) return;
    if (!is_instruction(code, found)) continue;
    const Bytes instruction(found, kXgetbv.size());
    allow(instruction, PROT_READ | PROT_WRITE | PROT_EXEC);
    std::copy(kSayAvx.begin(), kSayAvx.end(), found);
    allow(instruction, PROT_READ | PROT_EXEC);
  }
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) unsigned la_version(unsigned) {
  return LAV_CURRENT;
}

// After the library has been mapped, before its constructors.
__attribute__((visibility("default"))) unsigned la_objopen(link_map* library, Lmid_t, std::uintptr_t*) {
  if (library->l_addr == 0) return 0;  // a program at a fixed address: no position-independent header to start from
  const auto* header = reinterpret_cast<const ElfW(Ehdr)*>(library->l_addr);
  const auto* segments = reinterpret_cast<const ElfW(Phdr)*>(library->l_addr + header->e_phoff);
  for (const ElfW(Phdr) & segment : std::span(segments, header->e_phnum)) {
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    patch({reinterpret_cast<std::uint8_t*>(library->l_addr + segment.p_vaddr), segment.p_memsz});
  }
  return 0;
}
}
