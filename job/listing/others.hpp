// What lies beside photos and is none, told by names alone: a listing of a bucket shows no more.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace coulis {

// A folder that a system or a program keeps: trash, thumbnails, metadata. By its own name.
bool is_kept_by_others(std::string_view folder_name);

// "._IMG_1.jpg": macOS keeps its notes on IMG_1.jpg there, where a disk has no room for them. Only the first bytes tell.
bool is_named_like_apple_double(std::string_view key);
bool is_apple_double(std::string_view bytes);

inline constexpr const char* kPackMark = "pack.json";         // beside shards of photos, which are there to be read
inline constexpr const char* kExportMark = ".coulis-export";  // put first into the folder of an export

// Whether coulis writes files of such a name into an OUTPUT or an export: "matrix.csv", "features/part-00000-....parquet". Others may too.
bool is_named_like_ours(std::string_view key);

bool is_part_file(std::string_view key);  // of those, a part's: no other program names a file so

// The folders that coulis has written into, told by the marks among the keys of a listing, in any order.
class OurFolders {
 public:
  void note(std::string_view key);
  void end();  // no key follows
  bool empty() const { return marked_.empty(); }

  // Whether coulis has written it: all in a folder with a mark; at the top, where people name what they want, what it writes by name.
  bool hold(std::string_view key) const;

 private:
  std::set<std::string, std::less<>> marked_;  // folder keys; "" is the top
  std::set<std::string, std::less<>> packs_;
  std::set<std::string, std::less<>> with_manifest_;
  std::set<std::string, std::less<>> with_pca_model_;
};

}  // namespace coulis
