#include "job/collections/packing.hpp"

namespace coulis {

std::optional<Failure> maybe_refusal(Packing packing) {
  const auto unsupported = [](const char* sentence) { return Failure{Stage::kRead, FailureCode::kUnsupported, sentence}; };
  switch (packing) {
    case Packing::kEncrypted: return unsupported("it is encrypted in its archive");
    case Packing::kOtherMethod: return unsupported("its archive packs it by a method that is not read: stored and deflate are");
    case Packing::kSparse: return unsupported("its archive holds it as a sparse file, which is not read");
    case Packing::kNested: return unsupported("an archive in an archive is not opened: unpack the outer one");
    case Packing::kShadowed: return Failure{Stage::kRead, FailureCode::kCorrupt, "a later member of the archive has the same name"};
    case Packing::kDeadLink: return Failure{Stage::kRead, FailureCode::kVanished, "it is a link to what its archive does not hold"};
    case Packing::kNoName: return Failure{Stage::kRead, FailureCode::kEmpty, "this row of the list names no photo"};
    default: return std::nullopt;
  }
}

}  // namespace coulis
