#include "job/storage/s3/list_page.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/base/error.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis::s3 {
namespace {

std::string page_of(const std::string& inside) {
  return R"(<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">)" + inside +
         "</ListBucketResult>";
}

TEST(ListPage, HoldsKeySizeTimeAndEtag) {
  const ListPage page = parse_list_page(
      page_of("<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated><Contents><Key>a/b.jpg</Key>"
              "<LastModified>2026-11-22T09:38:05.250Z</LastModified><ETag>&quot;0123&quot;</ETag><Size>5000000000</Size></Contents>"),
      "s3://b");
  ASSERT_EQ(page.entries.size(), 1U);
  EXPECT_EQ(page.entries[0].key, "a/b.jpg");
  EXPECT_EQ(page.entries[0].size_bytes, 5'000'000'000U);
  EXPECT_EQ(page.entries[0].mtime_ns, 1795340285250000000);
  EXPECT_EQ(page.entries[0].etag, "0123");
  EXPECT_EQ(page.next, "");
}

TEST(ListPage, DecodesKeysOnceAndOnlyIfTheyAreEncoded) {
  const std::string contents = "<Contents><Key>a+b%2B%25%0Ac%2541</Key></Contents>";
  EXPECT_EQ(parse_list_page(page_of("<EncodingType>url</EncodingType>" + contents), "s3://b").entries[0].key, "a b+%\nc%41");
  EXPECT_EQ(parse_list_page(page_of(contents), "s3://b").entries[0].key, "a+b%2B%25%0Ac%2541");
}

TEST(ListPage, SaysWhereTheNextPageBegins) {
  EXPECT_EQ(parse_list_page(page_of("<IsTruncated>true</IsTruncated><NextContinuationToken>t/1=</NextContinuationToken>"), "s3://b").next,
            "t/1=");
  EXPECT_EQ(thrown_error([] { (void)parse_list_page(page_of("<IsTruncated>true</IsTruncated>"), "s3://b"); }).code(), ErrorCode::kStorage);
}

TEST(ListPage, RefusesWhatIsNoListing) {
  for (const std::string& text : {std::string("<html>hello</html>"), std::string(), std::string("{}"), page_of("").substr(0, 60)}) {
    EXPECT_EQ(thrown_error([&] { (void)parse_list_page(text, "s3://b"); }).code(), ErrorCode::kStorage) << text;
  }
}

}  // namespace
}  // namespace coulis::s3
