#include "core/decode/codecs.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include "core/decode/failures.hpp"

namespace coulis {
namespace {

// Found along the RPATH of the program or extension that this code is linked into, as their other libraries are. It is never unloaded.
Outcome<Codecs> load() {
  void* module = dlopen("libcoulis_codecs.so", RTLD_NOW | RTLD_LOCAL);
  const void* exported = module == nullptr ? nullptr : dlsym(module, "coulis_codecs");
  if (exported != nullptr) return *static_cast<const Codecs*>(exported);
  return unsupported(fmt::format("The decoders of HEIC, AVIF and JPEG XL are missing: install coulis again ({})",
                                 dlerror()));  // NOLINT(concurrency-mt-unsafe): glibc keeps a message for each thread
}

}  // namespace

const Outcome<Codecs>& load_codecs() {
  static const Outcome<Codecs> kLoaded = load();
  return kLoaded;
}

}  // namespace coulis
