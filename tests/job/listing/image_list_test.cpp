#include "job/listing/image_list.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "job/listing/image_sorter.hpp"

namespace coulis {
namespace {

constexpr std::size_t kFew = kImagesPerBlock;  // in memory: the rest goes to a scratch file

std::string text_of(const ImageRef& image) {
  const Place& place = image.place;
  return image.key + " " + std::to_string(image.size_bytes) + " " + std::to_string(image.mtime_ns) + " " + image.etag + " " +
         (image.label ? "label " + *image.label : "no label") + " " + (place.container ? place.container->key : "loose") + " " +
         std::to_string(place.offset) + " " + std::to_string(place.stored_bytes) + " " + std::to_string(place.checksum) + " " +
         std::to_string(place.packing);
}

std::vector<std::string> texts_of(const std::vector<ImageRef>& images) {
  std::vector<std::string> texts;
  for (const ImageRef& image : images) texts.push_back(text_of(image));
  return texts;
}

// Of every kind: keys with any bytes, extreme numbers, ETags of all forms, labels, places in archives.
std::vector<ImageRef> many_images(std::size_t count) {
  const auto label = std::make_shared<const std::string>("a \xFF label");
  const auto empty_label = std::make_shared<const std::string>();
  const auto archive = std::make_shared<const Entry>(Entry{"archive.zip", 1, 2});
  const auto other_archive = std::make_shared<const Entry>(Entry{"other.zip", 3, 4});
  const std::vector<std::string> etags = {"", "0123456789abcdef0123456789abcdef", "0123456789ABCDEF0123456789abcdef", "abc-12", "\n\xFF"};
  std::vector<ImageRef> images;
  for (std::size_t i = 0; i < count; ++i) {
    std::string number = std::to_string(i);
    number.insert(0, 8 - number.size(), '0');
    ImageRef image{"folder-" + number.substr(0, 5) + "/\xFE" + number + (i % 7 == 0 ? std::string(300, 'x') : ""), i * i, 0};
    image.mtime_ns = i % 11 == 0   ? std::numeric_limits<std::int64_t>::min()
                     : i % 13 == 0 ? std::numeric_limits<std::int64_t>::max()
                                   : static_cast<std::int64_t>(i);
    if (i % 17 == 0) image.size_bytes = std::numeric_limits<std::uint64_t>::max();
    image.etag = etags[i % etags.size()];
    if (i % 3 == 0) image.label = i % 6 == 0 ? label : empty_label;
    if (i % 4 == 0)
      image.place = {i % 8 == 0 ? archive : other_archive, i << 33U, i, static_cast<std::uint32_t>(i * 77), static_cast<std::uint8_t>(i)};
    images.push_back(std::move(image));
  }
  return images;
}

ImageList list_in_file(const std::vector<ImageRef>& images) {
  ImageListBuilder builder(kFew);
  for (const ImageRef& image : images) builder.add(image);
  EXPECT_EQ(builder.size(), images.size());
  return std::move(builder).list();
}

TEST(ImageList, GivesBackWhatItWasMadeOf) {
  for (const std::size_t count : {0U, 1U, 1023U, 1024U, 1025U, 5000U}) {
    const std::vector<ImageRef> images = many_images(count);
    EXPECT_EQ(texts_of(list_in_file(images).read()), texts_of(images)) << count;
    EXPECT_EQ(texts_of(ImageList(images).read()), texts_of(images)) << count;
  }
}

TEST(ImageList, IsCutIntoSlices) {
  const std::vector<ImageRef> images = many_images(3000);
  const ImageList list = list_in_file(images);
  for (const auto& [first, count] :
       std::vector<std::pair<std::size_t, std::size_t>>{{0, 3000}, {1000, 100}, {1024, 1024}, {2999, 1}, {3000, 5}, {2990, 100}}) {
    const std::size_t end = std::min<std::size_t>(first + count, images.size());
    const std::vector<ImageRef> expected(images.begin() + static_cast<std::ptrdiff_t>(first),
                                         images.begin() + static_cast<std::ptrdiff_t>(end));
    EXPECT_EQ(texts_of(list.slice(first, count).read()), texts_of(expected)) << first;
    EXPECT_EQ(texts_of(ImageList(images).slice(first, count).read()), texts_of(expected)) << first;
  }
  EXPECT_EQ(text_of(list.slice(1000, 500).slice(100, 7).at(3)), text_of(images[1103]));
  EXPECT_EQ(text_of(list.at(2048)), text_of(images[2048]));
}

TEST(ImageList, IsReadBySeveralThreads) {
  const std::vector<ImageRef> images = many_images(4000);
  const std::vector<std::string> expected = texts_of(images);
  const ImageList list = list_in_file(images);
  std::vector<std::vector<std::string>> read(4);
  {
    std::vector<std::jthread> threads;
    for (auto& texts : read) threads.emplace_back([&] { texts = texts_of(list.read()); });
  }
  for (const auto& texts : read) EXPECT_EQ(texts, expected);
}

std::vector<std::string> sorted(std::vector<ImageRef> images, std::size_t most_in_memory, const ImageSorter::Keep& keep = {}) {
  ImageSorter sorter(most_in_memory);
  for (ImageRef& image : images) sorter.add(std::move(image));
  return texts_of(std::move(sorter).sorted(keep).read());
}

TEST(ImageSorter, SortsImagesThatComeInAnyOrder) {
  const std::vector<ImageRef> images = many_images(9000);
  const std::vector<std::string> expected = texts_of(images);
  EXPECT_EQ(sorted(images, kFew), expected);

  std::vector<ImageRef> backwards(images.rbegin(), images.rend());
  EXPECT_EQ(sorted(backwards, kFew), expected);

  std::mt19937 random(7);
  std::vector<ImageRef> shuffled = images;
  for (std::size_t i = shuffled.size(); i > 1; --i) std::swap(shuffled[i - 1], shuffled[random() % i]);
  EXPECT_EQ(sorted(shuffled, kFew), expected);
  EXPECT_EQ(sorted(shuffled, kImagesInMemory), expected);

  // Two folders whose images come in turns of a block: two runs, each of which is continued.
  std::vector<ImageRef> in_turns;
  for (std::size_t block = 0; block < 4; ++block) {
    for (const std::size_t half : {0U, 4096U}) {
      const auto first = images.begin() + static_cast<std::ptrdiff_t>(half + block * kImagesPerBlock);
      in_turns.insert(in_turns.end(), first, first + kImagesPerBlock);
    }
  }
  EXPECT_EQ(sorted(in_turns, kFew), std::vector<std::string>(expected.begin(), expected.begin() + 8192));
}

TEST(ImageSorter, LeavesOutWhatIsNotToBeKept) {
  const std::vector<ImageRef> images = many_images(5000);
  const auto keep = [](const ImageRef& image) { return image.size_bytes % 3 == 0; };
  std::vector<ImageRef> kept = images;
  std::erase_if(kept, [&](const ImageRef& image) { return !keep(image); });
  ASSERT_LT(kept.size(), images.size());
  EXPECT_EQ(sorted(images, kFew, keep), texts_of(kept));
  EXPECT_EQ(sorted(images, kImagesInMemory, keep), texts_of(kept));
  EXPECT_EQ(sorted(images, kFew, [](const ImageRef&) { return false; }), std::vector<std::string>());
}

}  // namespace
}  // namespace coulis
