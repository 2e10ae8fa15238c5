// Members become entries: keys as their files would have them unpacked, links resolved, and no two of one name.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "job/collections/member.hpp"
#include "job/storage/location.hpp"

namespace coulis {

// Where the container was unpacked into a folder of its name: "fruits.zip/Apricot/1.jpg". "..", "." and a '/' at the beginning count for
// nothing: no name leads out of that folder.
std::string key_in(std::string_view container_key, std::string_view name);

class Members {
 public:
  explicit Members(std::shared_ptr<const Entry> container, std::size_t count = 0);  // count: of those to come, where it is known
  void add(Member member);
  std::vector<Entry> entries() &&;  // in no order

 private:
  struct Link {
    std::size_t entry;
    std::string target;  // a key
  };
  void resolve_links();
  void set_shadowed_apart();

  std::shared_ptr<const Entry> container_;
  std::string version_;  // of a member that has no checksum: that of its container
  std::vector<Entry> entries_;
  std::vector<Link> links_;
};

}  // namespace coulis
