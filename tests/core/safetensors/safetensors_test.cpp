#include "core/safetensors/safetensors.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"

namespace coulis {
namespace {

using Bytes = std::vector<std::byte>;

// A file with this header and this many bytes of data, whatever the header says.
Bytes file_of(std::string_view header, std::size_t data_bytes) {
  Bytes file;
  for (std::size_t i = 0; i < 8; ++i) file.push_back(static_cast<std::byte>(header.size() >> (8 * i)));
  for (const char c : header) file.push_back(static_cast<std::byte>(c));
  file.resize(file.size() + data_bytes, std::byte{1});
  return file;
}

std::string refusal_of(const Bytes& file) {
  try {
    parse_safetensors(file, "x.safetensors");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kRunFailed);
    EXPECT_NE(std::string(error.what()).find("x.safetensors"), std::string::npos) << error.what();
    return error.what();
  }
  return "accepted";
}

void expect_refused(std::string_view header, std::size_t data_bytes, std::string_view reason) {
  EXPECT_NE(refusal_of(file_of(header, data_bytes)).find(reason), std::string::npos) << header << "\n"
                                                                                     << refusal_of(file_of(header, data_bytes));
}

const std::vector<float> kWeights = {1.5F, -2, 0.25F, 4, 5, -6};
const std::vector<double> kBias = {0.1, -0.2};
const std::vector<std::int8_t> kSmall = {-128, 0, 127};

Bytes example_file() {
  return write_safetensors({{"weights", {DType::kF32, {2, 3}, std::as_bytes(std::span(kWeights))}},
                            {"bias", {DType::kF64, {2}, std::as_bytes(std::span(kBias))}},
                            {"small", {DType::kI8, {3}, std::as_bytes(std::span(kSmall))}},
                            {"none", {DType::kF32, {0, 4}, {}}}},
                           {{"licence", "Apache-2.0"}, {"source", "a \"quoted\" name, é"}});
}

TEST(Safetensors, ComeBackAsTheyWereWritten) {
  const Bytes bytes = example_file();
  const Safetensors file = parse_safetensors(bytes, "x");
  EXPECT_EQ(file.tensors.size(), 4U);
  EXPECT_EQ(read_f32(file, "weights", {2, 3}), kWeights);
  EXPECT_EQ(read_f64(file, "bias", {2}), kBias);
  EXPECT_TRUE(read_f32(file, "none", {0, 4}).empty());
  EXPECT_EQ(file.tensors.at("small").dtype, DType::kI8);
  EXPECT_EQ(std::memcmp(file.tensors.at("small").bytes.data(), kSmall.data(), 3), 0);
  EXPECT_EQ(file.metadata.at("source"), "a \"quoted\" name, é");
}

TEST(Safetensors, AreTheSameBytesEachTimeAndStartTheirDataAtAMultipleOf64) {
  const Bytes bytes = example_file();
  EXPECT_EQ(bytes, example_file());
  std::uint64_t header_bytes = 0;
  static_assert(std::endian::native == std::endian::little);
  std::memcpy(&header_bytes, bytes.data(), 8);
  EXPECT_EQ((8 + header_bytes) % 64, 0U);
}

TEST(Safetensors, WithoutTensorsOrMetadataAreValid) {
  const Bytes bytes = write_safetensors({}, {});
  const Safetensors file = parse_safetensors(bytes, "x");
  EXPECT_TRUE(file.tensors.empty());
  EXPECT_TRUE(file.metadata.empty());
}

TEST(Safetensors, ReplaceMetadataBytesThatAreNotUtf8) {
  const Bytes bytes = write_safetensors({}, {{"path", "a\xff.h5"}});
  EXPECT_EQ(parse_safetensors(bytes, "x").metadata.at("path"), "a\uFFFD.h5");
}

TEST(Safetensors, CutAtAnyByteAreRefused) {
  const Bytes bytes = example_file();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    // A copy of that very size, so that a sanitizer sees a read past the end.
    EXPECT_NE(refusal_of(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size))), "accepted") << "cut at " << size;
  }
}

TEST(Safetensors, WithOneByteTooManyAreRefused) {
  Bytes bytes = example_file();
  bytes.push_back(std::byte{0});
  EXPECT_NE(refusal_of(bytes).find("bytes after the last tensor"), std::string::npos);
}

TEST(Safetensors, AreReadFromAnyAddress) {
  const std::string_view header =
      R"({"x":{"dtype":"F64","shape":[1],"data_offsets":[1,9]},"y":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})";
  for (std::size_t shift = 0; shift < 8; ++shift) {
    Bytes buffer(shift);
    const Bytes file = file_of(header, 9);
    buffer.insert(buffer.end(), file.begin(), file.end());
    const double expected = 0.1;
    std::memcpy(buffer.data() + buffer.size() - 8, &expected, 8);
    EXPECT_EQ(read_f64(parse_safetensors(std::span(buffer).subspan(shift), "x"), "x", {1}), std::vector<double>{0.1});
  }
}

TEST(Safetensors, ThatOverlapAreRefused) {
  expect_refused(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})", 6,
                 "overlap");
  expect_refused(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4,
                 "overlap");
}

TEST(Safetensors, ThatLeaveAHoleAreRefused) {
  expect_refused(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[5,7]}})", 7, "hole");
  expect_refused(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[1,5]}})", 5, "hole");
}

TEST(Safetensors, OfUnknownTypeAreRefused) {
  expect_refused(R"({"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})", 4, "'F16' is not supported");
  expect_refused(R"({"a":{"dtype":7,"shape":[2],"data_offsets":[0,4]}})", 4, "type must be string");
}

TEST(Safetensors, WhoseShapeDoesNotMatchTheirBytesAreRefused) {
  expect_refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4, "does not match its bytes");
  expect_refused(R"({"a":{"dtype":"F32","shape":[],"data_offsets":[0,8]}})", 8, "does not match its bytes");
}

TEST(Safetensors, WhoseShapeOverflowsAreRefused) {
  // 2^62 * 4 bytes and 2^32 * 2^32 elements are 0 modulo 2^64.
  expect_refused(R"({"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}})", 0, "impossibly large");
  expect_refused(R"({"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0, "impossibly large");
  expect_refused(R"({"a":{"dtype":"U8","shape":[0,18446744073709551615],"data_offsets":[0,0]}})", 0, "impossibly large");
  expect_refused(R"({"a":{"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,0]}})", 0, "extent or offset");
}

TEST(Safetensors, WithExtentsOrOffsetsThatAreNotNaturalNumbersAreRefused) {
  for (const std::string_view bad : {"-1", "4.0", "4.5", "1e300", "true", "null", "\"4\"", "[4]"}) {
    expect_refused(R"({"a":{"dtype":"U8","shape":[)" + std::string(bad) + R"(],"data_offsets":[0,4]}})", 4, "extent or offset");
    expect_refused(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,)" + std::string(bad) + "]}}", 4, "extent or offset");
  }
}

TEST(Safetensors, ThatLieOutsideTheFileAreRefused) {
  expect_refused(R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}})", 4, "outside the file");
  expect_refused(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[4,2]}})", 4, "outside the file");
  expect_refused(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4,4]}})", 4, "outside the file");
  expect_refused(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[]}})", 4, "outside the file");
}

TEST(Safetensors, WhoseHeaderIsNotAJsonObjectAreRefused) {
  for (const std::string_view header : {"[]", "null", "7", "\"text\""}) expect_refused(header, 0, "not a JSON object");
  for (const std::string_view header : {"", "{", "{}x", "{'a':1}", "\xff", "{\"a\xff\":1}"}) expect_refused(header, 0, "parse error");
  for (const std::string_view header :
       {R"({"a":7})", R"({"a":[]})", R"({"a":{}})", R"({"a":{"dtype":"U8","shape":[]}})",
        R"({"a":{"dtype":"U8","shape":4,"data_offsets":[0,4]}})", R"({"__metadata__":{"a":1}})", R"({"__metadata__":[]})"}) {
    EXPECT_NE(refusal_of(file_of(header, 0)), "accepted") << header;
  }
}

TEST(Safetensors, NestedVeryDeeplyAreRefusedWithoutACrash) {
  expect_refused(std::string(1'000'000, '['), 0, "parse error");
}

TEST(Safetensors, WhoseExtentIsAListInManyListsAreRefusedWithoutACrash) {
  const std::string lists = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  expect_refused(R"({"a":{"dtype":"U8","shape":[)" + lists + R"(],"data_offsets":[0,4]}})", 4, "extent or offset");
}

TEST(Safetensors, WhoseHeaderIsLongerThanTheFileAreRefused) {
  Bytes file = file_of("{}", 0);
  for (const int top_byte : {0x00, 0x7f, 0xff}) {
    file[2] = std::byte{1};
    file[7] = static_cast<std::byte>(top_byte);
    EXPECT_NE(refusal_of(file).find("longer than the file"), std::string::npos);
  }
}

TEST(Safetensors, AskedForWhatTheyDoNotHoldNameTheFileAndTheTensor) {
  const Bytes bytes = example_file();
  const Safetensors file = parse_safetensors(bytes, "x.safetensors");
  const auto message_of = [](auto&& read) -> std::string {
    try {
      read();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message_of([&] { read_f32(file, "scale", {2}); }), "x.safetensors has no tensor 'scale'");
  EXPECT_EQ(message_of([&] { read_f64(file, "weights", {2, 3}); }), "x.safetensors: tensor 'weights' is F32 [2, 3], expected F64 [2, 3]");
  EXPECT_EQ(message_of([&] { read_f32(file, "weights", {3, 2}); }), "x.safetensors: tensor 'weights' is F32 [2, 3], expected F32 [3, 2]");
}

}  // namespace
}  // namespace coulis
