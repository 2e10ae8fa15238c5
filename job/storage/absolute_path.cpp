#include "job/storage/absolute_path.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>

#include "core/base/error.hpp"
#include "core/base/printable.hpp"

namespace coulis {
namespace {

std::string working_folder(const std::string& path) {
  std::error_code error;
  std::string folder = std::filesystem::current_path(error).string();
  if (!error) return folder == "/" ? "" : folder;
  throw Error(ErrorCode::kStorage, fmt::format("{}: the working folder is gone: {}", printable(path), error.message()),
              "go to another folder, or name it from the root");
}

// `folder` is absolute, without a trailing slash; the root is "".
std::string parent_of(const std::string& folder) {
  if (folder.empty()) return "";
  struct stat info {};
  const bool there = lstat(folder.c_str(), &info) == 0;
  if (there && S_ISDIR(info.st_mode)) return folder.substr(0, folder.rfind('/'));
  const std::string above = folder + "/..";
  if (!there || !S_ISLNK(info.st_mode)) return above;
  const std::unique_ptr<char, void (*)(void*)> resolved(realpath(above.c_str(), nullptr), std::free);
  if (resolved == nullptr) return above;
  const std::string parent = resolved.get();
  return parent == "/" ? "" : parent;
}

}  // namespace

std::string absolute_path(const std::string& path) {
  std::string folder = path.starts_with('/') ? "" : working_folder(path);
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t slash = rest.find('/');
    const std::string_view name = rest.substr(0, slash);
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    if (name.empty() || name == ".") continue;
    folder = name == ".." ? parent_of(folder) : fmt::format("{}/{}", folder, name);
  }
  return folder.empty() ? "/" : folder;
}

}  // namespace coulis
