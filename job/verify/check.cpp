#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "core/base/counted.hpp"
#include "core/base/error.hpp"
#include "core/base/simd.hpp"
#include "core/network/model.hpp"
#include "core/network/network.hpp"
#include "job/threads/worker_count.hpp"
#include "job/verify/verify.hpp"

namespace coulis {
namespace {

CheckItem check_model() {
  try {
    const Model model = load_model("");
    return {"model", true, fmt::format("{} (sha256 {})", model.card.name, model.card.sha256)};
  } catch (const Error& e) {
    return {"model", false, e.what()};
  }
}

// Tries to write, because a bucket's permissions cannot be queried.
CheckItem check_bucket(const Location& location, std::uint64_t files) {
  constexpr std::string_view kProbe = ".coulis-check";
  const std::string name = printable(location.root());
  try {
    location.put(kProbe, "");
    location.remove(kProbe);
    return {name, true, fmt::format("{}, can be read and written", counted(files, "file"))};
  } catch (const Error& e) {
    if (e.code() == ErrorCode::kInterrupted) throw;
    return {name, true, fmt::format("{}, can be read, cannot be written: {}", counted(files, "file"), e.what())};
  }
}

CheckItem check_location(const std::string& uri, const StorageOptions& storage) {
  try {
    const Location location(uri, storage);
    if (!location.exists()) return {shown_place(uri), false, "does not exist; a run creates it if it is an OUTPUT"};
    std::uint64_t files = 0;
    std::uint64_t unseen = 0;
    const auto count = [&](const Entry& entry, EntryKind kind) {
      if (kind != EntryKind::kSpecial) ++(entry.seen() ? files : unseen);
    };
    location.walk({count, {}});
    if (!location.traits().local) return check_bucket(location, files);
    const bool writable = access(location.root().c_str(), W_OK) == 0;
    std::error_code error;
    const auto space = std::filesystem::space(location.root(), error);
    const std::string free = error ? "" : fmt::format(", {:.1f} GB free", static_cast<double>(space.available) / 1e9);
    return {shown_place(uri), true,
            fmt::format("{}{}, can be read{}{}", counted(files, "file"),
                        unseen == 0 ? "" : fmt::format(" and {} that cannot be looked at", counted(unseen, "name")),
                        writable ? " and written" : ", cannot be written", free)};
  } catch (const Error& e) {
    if (e.code() == ErrorCode::kInterrupted) throw;
    return {shown_place(uri), false, e.what()};
  }
}

}  // namespace

std::vector<CheckItem> check_environment(const std::vector<std::string>& locations, const StorageOptions& storage) {
  std::vector<CheckItem> items = {check_model(),
                                  {"cpu", true,
                                   fmt::format("{}, {}; int8: {}", counted(static_cast<std::uint64_t>(worker_count(0)), "thread"),
                                               simd_in_use(), int8_kernels_in_use())}};
  for (const std::string& uri : locations) items.push_back(check_location(uri, storage));
  return items;
}

}  // namespace coulis
