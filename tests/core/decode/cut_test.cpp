// Files that end early: each good file, cut at every byte.
#include <fmt/format.h>

#include "core/decode/decode.hpp"
#include "tests/core/decode/test_images.hpp"

namespace coulis {
namespace {

// The one code that fits, whatever is missing.
FailureCode expected_code(const Bytes& cut) {
  if (cut.empty()) return FailureCode::kEmpty;
  return sniff_format(cut) ? FailureCode::kTruncated : FailureCode::kNotAnImage;
}

struct Count {
  std::size_t refused = 0;
  std::size_t whole = 0;  // bytes behind the pixels are missing, such as an end marker
};

Count cut_at_every_byte(const fs::path& path) {
  const Bytes bytes = read_file(path);
  const Outcome<Image> whole = decode(bytes);
  EXPECT_TRUE(whole.ok()) << path;
  Count count;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));  // a copy, so that a sanitizer sees its end
    const Outcome<Image> outcome = decode(cut);
    if (outcome.ok()) {
      EXPECT_TRUE(equal(outcome.value(), whole.value())) << path << " cut at " << size << ": half an image is accepted";
      ++count.whole;
    } else {
      EXPECT_EQ(to_string(outcome.failure().code), to_string(expected_code(cut)))
          << path << " cut at " << size << " of " << bytes.size() << ": " << outcome.failure().message;
      ++count.refused;
    }
  }
  return count;
}

TEST(cut_file, is_refused_as_truncated_or_gives_the_whole_image) {
  Count sum;
  std::size_t files = 0;
  for (const fs::path& path : list_files("good")) {
    const Count count = cut_at_every_byte(path);
    EXPECT_GT(count.refused, 20 * count.whole) << path;
    sum.refused += count.refused;
    sum.whole += count.whole;
    ++files;
  }
  fmt::print("files {} cuts {} refused {} whole {}\n", files, sum.refused + sum.whole, sum.refused, sum.whole);
}

}  // namespace
}  // namespace coulis
