#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "job/collections/archive.hpp"
#include "job/collections/members.hpp"

namespace coulis {
namespace {

TEST(Key, NoNameLeadsOutOfTheContainer) {
  EXPECT_EQ(key_in("a.zip", "b/1.jpg"), "a.zip/b/1.jpg");
  EXPECT_EQ(key_in("x/a.zip", "./b//1.jpg"), "x/a.zip/b/1.jpg");
  EXPECT_EQ(key_in("a.zip", "../../etc/1.jpg"), "a.zip/etc/1.jpg");
  EXPECT_EQ(key_in("a.zip", "b/../../../1.jpg"), "a.zip/1.jpg");
  EXPECT_EQ(key_in("a.zip", "/etc/1.jpg"), "a.zip/etc/1.jpg");
  EXPECT_EQ(key_in("a.zip", "b/c/../1.jpg"), "a.zip/b/1.jpg");
  EXPECT_EQ(key_in("a.zip", ".."), "a.zip/(no name)");
  EXPECT_EQ(key_in("a.zip", ""), "a.zip/(no name)");
}

TEST(Key, OfAnInputThatIsTheContainer) {
  EXPECT_EQ(key_in("", "b/1.jpg"), "b/1.jpg");
  EXPECT_EQ(key_in("", "../1.jpg"), "1.jpg");
}

TEST(Key, NamesOfArchives) {
  for (const char* name : {"a.zip", "A.ZIP", "x/a.tar", "a.Tar.Gz", "a.tgz", "a.tar.zst"}) EXPECT_TRUE(is_named_like_archive(name)) << name;
  for (const char* name : {".zip", "zip", "a.gz", "a.zip.jpg", "a.zst", "tar"}) EXPECT_FALSE(is_named_like_archive(name)) << name;
}

TEST(Key, MembersOfOneNameAndLinksInARing) {
  Members members(std::make_shared<const Entry>(Entry{"a.tar", 10, 1}));
  members.add({"1.jpg", 3, 512, 3});
  members.add({"1.jpg", 4, 1024, 4});
  members.add({"2.jpg", 0, 0, 0, {}, Packing::kDeadLink, "3.jpg"});
  members.add({"3.jpg", 0, 0, 0, {}, Packing::kDeadLink, "2.jpg"});
  members.add({"4.jpg", 0, 0, 0, {}, Packing::kDeadLink, "1.jpg"});
  const std::vector<Entry> entries = std::move(members).entries();
  std::map<std::string, Packing> packings;
  for (const Entry& entry : entries) packings[entry.key] = packing_of(entry);
  const std::map<std::string, Packing> expected = {{"a.tar/1.jpg", Packing::kPlain},
                                                   {"a.tar/1#1.jpg", Packing::kShadowed},
                                                   {"a.tar/2.jpg", Packing::kDeadLink},
                                                   {"a.tar/3.jpg", Packing::kDeadLink},
                                                   {"a.tar/4.jpg", Packing::kPlain}};
  EXPECT_EQ(packings, expected);
}

}  // namespace
}  // namespace coulis
