#include "job/listing/others.hpp"

#include <algorithm>
#include <array>

namespace coulis {
namespace {

using namespace std::string_view_literals;

constexpr std::array kKeptByOthers = {
    "$RECYCLE.BIN"sv, "System Volume Information"sv,  // Windows
    "__MACOSX"sv,                                     // archives made on macOS
    "lost+found"sv,                                   // ext4
    "@eaDir"sv,       ".@__thumb"sv,                  // Synology, QNAP
    ".thumbnails"sv,  ".ipynb_checkpoints"sv,         // desktops, Jupyter
};
constexpr std::string_view kTrash = ".Trash";  // .Trash, .Trashes, .Trash-1000

constexpr std::string_view kLock = ".coulis-lock";
constexpr std::string_view kManifest = "manifest.json";  // the name is everybody's: a mark only beside a PCA
constexpr std::string_view kPcaModel = "pca_model.safetensors";
constexpr std::array kOurNames = {
    kLock,
    std::string_view(kExportMark),
    std::string_view(kPackMark),
    kManifest,
    kPcaModel,
    "_SUCCESS"sv,
    "matrix.csv"sv,
    "errors.csv"sv,
    "report.html"sv,
    "parts.jsonl"sv,
    "errors.parquet"sv,  // OUTPUT
    "sprite.jpg"sv,
    "features.bytes"sv,
    "metadata.tsv"sv,
    "projector_config.pbtxt"sv,
    "projector_config.json"sv,  // exports
    "data.parquet"sv,
    "README.md"sv,
};

std::string_view folder_of(std::string_view key) {
  const std::size_t slash = key.rfind('/');
  return slash == std::string_view::npos ? "" : key.substr(0, slash);
}

std::string_view name_of(std::string_view key) {
  const std::size_t slash = key.rfind('/');
  return slash == std::string_view::npos ? key : key.substr(slash + 1);
}

// "train-00000-of-00001.parquet", in data/
bool is_shard(std::string_view key) {
  const std::string_view name = name_of(key);
  return name_of(folder_of(key)) == "data" && name.starts_with("train-") && name.ends_with(".parquet");
}

// "part-00007.csv", in csv/
bool is_csv_part(std::string_view key) {
  const std::string_view name = name_of(key);
  return name_of(folder_of(key)) == "csv" && name.starts_with("part-") && name.ends_with(".csv");
}

// Files in the folders of an OUTPUT or an export.
bool may_be_ours(std::string_view key) {
  return is_part_file(key) || is_shard(key) || is_csv_part(key);
}

}  // namespace

// "part-00007-<32 hex digits>.snappy.parquet", in features/, pca/, thumbnails/ or the index/ of a pack
bool is_part_file(std::string_view key) {
  constexpr std::size_t kFingerprintDigits = 32;
  const std::string_view folder = name_of(folder_of(key));
  std::string_view name = name_of(key);
  if ((folder != "features" && folder != "pca" && folder != "thumbnails" && folder != "index") || !name.starts_with("part-") ||
      !name.ends_with(".parquet"))
    return false;
  name.remove_prefix("part-"sv.size());
  const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
  if (digits == 0 || name.substr(digits, 1) != "-") return false;
  name.remove_prefix(digits + 1);
  return name.find_first_not_of("0123456789abcdef") == kFingerprintDigits && name[kFingerprintDigits] == '.';
}

bool is_kept_by_others(std::string_view folder_name) {
  return folder_name.starts_with(kTrash) || std::find(kKeptByOthers.begin(), kKeptByOthers.end(), folder_name) != kKeptByOthers.end();
}

bool is_named_like_apple_double(std::string_view key) {
  return name_of(key).starts_with("._");
}

bool is_apple_double(std::string_view bytes) {
  return bytes.starts_with("\0\5\x16\7"sv);  // RFC 1740
}

bool is_named_like_ours(std::string_view key) {
  return std::find(kOurNames.begin(), kOurNames.end(), name_of(key)) != kOurNames.end() || may_be_ours(key);
}

void OurFolders::note(std::string_view key) {
  const std::string_view name = name_of(key);
  if (name == kLock || name == kExportMark) {
    marked_.emplace(folder_of(key));
  } else if (name == kPackMark) {
    packs_.emplace(folder_of(key));
  } else if (name == kManifest) {
    with_manifest_.emplace(folder_of(key));
  } else if (name == kPcaModel) {
    with_pca_model_.emplace(folder_of(key));
  } else if (is_part_file(key)) {
    marked_.emplace(folder_of(folder_of(key)));
  }
}

void OurFolders::end() {
  for (const std::string& folder : with_pca_model_) {
    if (with_manifest_.contains(folder)) marked_.insert(folder);
  }
  for (const std::string& folder : packs_) marked_.erase(folder);
}

bool OurFolders::hold(std::string_view key) const {
  for (std::string_view folder = folder_of(key); !folder.empty(); folder = folder_of(folder)) {
    if (marked_.contains(folder)) return true;
  }
  if (!marked_.contains(std::string_view())) return false;
  const std::string_view folder = folder_of(key);
  return folder.empty() ? is_named_like_ours(key) : folder.find('/') == std::string_view::npos && may_be_ours(key);
}

}  // namespace coulis
