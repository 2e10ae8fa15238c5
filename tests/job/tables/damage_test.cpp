// Damaged Parquet files: an Error, or the table if the damage lies where nobody reads; never a crash, another exception or a hang.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <span>
#include <string>

#include "core/base/error.hpp"
#include "job/tables/tables.hpp"
#include "tests/job/tables/example_tables.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

constexpr std::size_t kStep = 97;

// Whether `read` throws Error. Any other exception leaves the test.
bool is_refused(const std::function<void()>& read) {
  try {
    read();
    return false;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kRunFailed);
    EXPECT_NE(std::string(error.what()).find("that file"), std::string::npos) << error.what();
    EXPECT_NE(error.remedy().find("remove the file"), std::string::npos) << error.remedy();
    return true;
  }
}

void expect_survives_damage(const Bytes& whole, const std::function<void(const Bytes&)>& read) {
  int refused = 0;
  for (std::size_t position = 0; position < whole.size(); position += kStep) {
    for (const std::byte pattern : {std::byte{0xFF}, std::byte{0x01}, std::byte{0x80}}) {
      Bytes damaged = whole;
      damaged[position] ^= pattern;
      refused += is_refused([&] { read(damaged); }) ? 1 : 0;
    }
  }
  EXPECT_GT(refused, 0);
}

void expect_refuses_truncation(const Bytes& whole, const std::function<void(const Bytes&)>& read) {
  for (std::size_t size = 0; size < whole.size(); size += kStep) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_TRUE(is_refused([&] { read(cut); })) << size << " of " << whole.size() << " bytes";
  }
}

void read_rows(const Bytes& bytes) {
  const RowTable table = read_row_table(bytes, "features", "that file");
  EXPECT_EQ(table.paths.size(), table.labels.size());
  EXPECT_EQ(table.values.size(), table.rows() * table.width);
}

void read_errors(const Bytes& bytes) {
  read_errors_parquet(bytes, "that file");
}

void read_metadata(const Bytes& bytes) {
  read_table_metadata(bytes, "that file");
}

TEST(DamagedTable, OfRowsIsRefusedOrRead) {
  expect_survives_damage(write_row_table(make_table(40, 50), "features", Compression::kSnappy), read_rows);
  expect_survives_damage(write_row_table(make_table(40, 50), "features", Compression::kZstd), read_rows);
}

TEST(DamagedTable, OfErrorsIsRefusedOrRead) {
  expect_survives_damage(write_errors_parquet(make_errors(60), Compression::kSnappy, {{"a", "b"}}), read_errors);
}

TEST(DamagedTable, GivesItsMetadataOrIsRefused) {
  expect_survives_damage(write_row_table(make_table(2, 8), "features", Compression::kSnappy), read_metadata);
}

TEST(TruncatedTable, IsRefused) {
  expect_refuses_truncation(write_row_table(make_table(40, 50), "features", Compression::kSnappy), read_rows);
  expect_refuses_truncation(write_errors_parquet(make_errors(60), Compression::kZstd, {}), read_errors);
  expect_refuses_truncation(write_row_table(make_table(2, 8), "features", Compression::kSnappy), read_metadata);
}

Bytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

// Found by libFuzzer.
TEST(HostileTable, ThatClaimsMoreThanItCanHoldIsRefusedWithoutTheMemory) {
  const Bytes file = read_file(COULIS_HOSTILE_TABLES "/claims_382_gb.parquet");
  ASSERT_EQ(file.size(), 1075U);
  try {
    read_errors(file);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("cap exceeded"), std::string::npos) << error.what();
  }
}

TEST(ForeignBytes, AreNoTable) {
  for (const std::size_t size : {1U, 4U, 8U, 12U, 100U, 5000U}) {
    for (const std::byte value : {std::byte{0}, std::byte{0xFF}, std::byte{'P'}})
      EXPECT_TRUE(is_refused([&] { read_rows(Bytes(size, value)); }));
  }
}

}  // namespace
}  // namespace coulis
