#include "job/collections/zip.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/base/byte_view.hpp"
#include "job/collections/cursor.hpp"

namespace coulis {
namespace {

constexpr std::uint32_t kLocalMark = 0x04034B50, kMemberMark = 0x02014B50, kEndMark = 0x06054B50, kEnd64Mark = 0x06064B50,
                        kLocator64Mark = 0x07064B50;
constexpr std::size_t kLocalBytes = 30, kMemberBytes = 46, kEndBytes = 22, kEnd64Bytes = 56, kLocator64Bytes = 20;
constexpr std::size_t kLongestComment = 0xFFFF;
constexpr std::uint32_t kIn64 = 0xFFFFFFFF;  // the true value is in the zip64 field
constexpr std::uint16_t kStored = 0, kDeflated = 8;
constexpr std::uint64_t kDeflateAtMost = 1032;  // bytes of one byte: https://zlib.net/zlib_tech.html
constexpr std::size_t kExtraGuess_bytes = 128;  // fields of a local header that the directory does not tell of

Failure corrupt(std::string sentence) {
  return read_failure(FailureCode::kCorrupt, std::move(sentence));
}

struct Directory {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t shift = 0;  // of all offsets: bytes before the archive, such as a program that unpacks it
  std::uint64_t members = 0;
  bool zip64 = false;
};

// The last bytes of an archive, from its end record on backwards.
Outcome<Directory> find_directory(Ranges& archive, std::uint64_t archive_bytes) {
  const std::uint64_t tail_bytes = std::min<std::uint64_t>(archive_bytes, kEndBytes + kLongestComment + kLocator64Bytes);
  const std::uint64_t tail_begin = archive_bytes - tail_bytes;
  const Outcome<Bytes> tail = archive.read(tail_begin, tail_bytes);
  if (!tail) return tail.failure();
  const ByteView bytes{tail.value()};
  const auto is_end = [&](std::size_t at) { return bytes.u32(at) == kEndMark && at + kEndBytes + bytes.u16(at + 20) <= bytes.size(); };
  std::size_t at = bytes.size() < kEndBytes ? 0 : bytes.size() - kEndBytes + 1;
  while (at > 0 && !is_end(at - 1)) --at;
  if (at == 0) return read_failure(FailureCode::kTruncated, "the archive ends without its directory");
  --at;
  if (bytes.u16(at + 4) != 0 && bytes.u16(at + 4) != 0xFFFF) {
    return read_failure(FailureCode::kUnsupported, "the archive is one of several volumes");
  }
  Directory directory;
  directory.members = bytes.u16(at + 10);
  std::uint64_t size = bytes.u32(at + 12);
  std::uint64_t offset = bytes.u32(at + 16);
  directory.end = tail_begin + at;
  if (at >= kLocator64Bytes && bytes.u32(at - kLocator64Bytes) == kLocator64Mark) {
    const std::uint64_t named = bytes.u64(at - kLocator64Bytes + 8);
    const std::uint64_t before = tail_begin + at - kLocator64Bytes - kEnd64Bytes;  // if bytes precede the archive it is here
    Outcome<Bytes> record = corrupt("");
    for (const std::uint64_t place : {named, before}) {
      record = archive.read(place, kEnd64Bytes);
      if (!record) return record.failure();
      directory.end = place;
      if (record.value().size() == kEnd64Bytes && ByteView{record.value()}.u32(0) == kEnd64Mark) break;
    }
    const ByteView end64{record.value()};
    if (end64.size() < kEnd64Bytes || end64.u32(0) != kEnd64Mark) return corrupt("the archive's zip64 directory is not where it should be");
    directory.members = end64.u64(32);
    size = end64.u64(40);
    offset = end64.u64(48);
    directory.zip64 = true;
  }
  if (size > directory.end || offset > directory.end - size) return corrupt("the archive's directory is not where it should be");
  directory.begin = directory.end - size;
  directory.shift = directory.begin - offset;
  return directory;
}

// Replaces what is `kIn64` by the values of the zip64 field, which has them in this order.
void read_zip64(const ByteView& extra, std::array<std::uint64_t*, 3> values) {
  for (std::size_t at = 0; at + 4 <= extra.size(); at += 4 + std::size_t{extra.u16(at + 2)}) {
    if (extra.u16(at) != 1) continue;
    std::size_t field = at + 4;
    const std::size_t end = std::min(field + extra.u16(at + 2), extra.size());
    for (std::uint64_t* value : values) {
      if (*value != kIn64 || field + 8 > end) continue;
      *value = extra.u64(field);
      field += 8;
    }
    return;
  }
}

Member member_of(const ByteView& header, std::uint64_t shift) {
  const std::size_t name_bytes = header.u16(28);
  Member member;
  member.name = header.text(kMemberBytes, name_bytes);
  member.maybe_checksum = header.u32(16);
  member.stored_bytes = header.u32(20);
  member.size_bytes = header.u32(24);
  member.offset = header.u32(42);
  read_zip64(header.from(kMemberBytes + name_bytes, header.u16(30)), {&member.size_bytes, &member.stored_bytes, &member.offset});
  member.offset += shift;
  const bool made_on_dos = (header.u16(4) >> 8U) == 0;
  if (made_on_dos && member.name.find('/') == std::string::npos) std::replace(member.name.begin(), member.name.end(), '\\', '/');
  const std::uint16_t method = header.u16(10);
  member.packing = (header.u16(8) & 1U) != 0 ? Packing::kEncrypted
                   : method == kStored       ? Packing::kZipStored
                   : method == kDeflated     ? Packing::kZipDeflated
                                             : Packing::kOtherMethod;
  return member;
}

class Inflater {
 public:
  Inflater() { ready_ = inflateInit2(&stream_, -MAX_WBITS) == Z_OK; }
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Outcome<Bytes> inflate_all(std::span<const std::byte> packed, std::uint64_t size_bytes) {
    const auto room = [&](std::uint64_t wanted) { return static_cast<std::size_t>(std::min(size_bytes + 1, wanted)); };
    Bytes bytes(room(std::max<std::uint64_t>(4 * packed.size(), 1 << 16)));  // one more shows that there is too much
    std::size_t filled = 0;
    std::size_t taken = 0;
    int code = ready_ ? Z_OK : Z_MEM_ERROR;
    while (code == Z_OK) {
      if (filled == bytes.size()) bytes.resize(room(2 * std::uint64_t{filled}));
      const auto in = static_cast<uInt>(std::min<std::size_t>(packed.size() - taken, 1U << 30U));
      const auto out = static_cast<uInt>(std::min<std::size_t>(bytes.size() - filled, 1U << 30U));
      if (out == 0) break;
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data())) + taken;
      stream_.avail_in = in;
      stream_.next_out = reinterpret_cast<Bytef*>(bytes.data()) + filled;
      stream_.avail_out = out;
      code = inflate(&stream_, Z_NO_FLUSH);
      taken += in - stream_.avail_in;
      filled += out - stream_.avail_out;
    }
    if (code != Z_STREAM_END || filled != size_bytes) {
      return corrupt("what its archive packs of it cannot be unpacked, or is not as long as the archive says");
    }
    bytes.resize(filled);
    return bytes;
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

std::uint32_t crc_of(const Bytes& bytes) {
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

// What lies behind the local header.
Outcome<Bytes> read_packed(Ranges& archive, const Entry& member) {
  const std::uint64_t offset = member.place.offset;
  const std::uint64_t guess = kLocalBytes + member.key.size() + kExtraGuess_bytes;
  Outcome<Bytes> bytes = archive.read(offset, guess + member.place.stored_bytes);
  if (!bytes) return bytes;
  const ByteView header{bytes.value()};
  if (header.size() < kLocalBytes || header.u32(0) != kLocalMark) {
    return corrupt("its archive has something else in its place");
  }
  const std::uint64_t begin = kLocalBytes + std::uint64_t{header.u16(26)} + header.u16(28);
  const std::uint64_t end = begin + member.place.stored_bytes;
  if (end > bytes.value().size() && begin > guess) {
    bytes = archive.read(offset + begin, member.place.stored_bytes);
    if (!bytes) return bytes;
    if (bytes.value().size() == member.place.stored_bytes) return bytes;
  }
  if (end > bytes.value().size()) return read_failure(FailureCode::kTruncated, "its archive ends before it does");
  bytes.value().resize(static_cast<std::size_t>(end));
  bytes.value().erase(bytes.value().begin(), bytes.value().begin() + static_cast<std::ptrdiff_t>(begin));
  return bytes;
}

}  // namespace

std::optional<Failure> list_zip(Ranges& archive, std::uint64_t archive_bytes, const VisitMember& visit) {
  const Outcome<Directory> found = find_directory(archive, archive_bytes);
  if (!found) return found.failure();
  const Directory& directory = found.value();
  Cursor cursor(archive);
  std::uint64_t offset = directory.begin;
  std::uint64_t members = 0;
  while (directory.end - offset >= kMemberBytes) {
    auto bytes = cursor.at(offset, kMemberBytes);
    if (!bytes) return bytes.failure();
    const ByteView header{bytes.value()};
    if (header.size() < kMemberBytes || header.u32(0) != kMemberMark) break;
    const std::size_t size = kMemberBytes + std::size_t{header.u16(28)} + header.u16(30) + header.u16(32);
    if (size > directory.end - offset) break;
    bytes = cursor.at(offset, size);
    if (!bytes) return bytes.failure();
    if (bytes.value().size() < size) break;
    Member member = member_of(ByteView{bytes.value()}, directory.shift);
    if (!member.name.ends_with('/')) visit(std::move(member));
    offset += size;
    ++members;
  }
  const bool complete = directory.zip64 ? members == directory.members : (members & 0xFFFFU) == directory.members;
  if (complete) return std::nullopt;
  return corrupt(fmt::format("the archive's directory is damaged: it names {} members, and {} can be found", directory.members, members));
}

Outcome<Bytes> read_zip_member(Ranges& archive, const Entry& member) {
  const bool deflated = packing_of(member) == Packing::kZipDeflated;
  const std::uint64_t stored = member.place.stored_bytes;
  const bool lies = deflated ? member.size_bytes / kDeflateAtMost > stored || stored > member.size_bytes + member.size_bytes / 8 + 1024
                             : member.size_bytes != stored;
  if (lies) return corrupt("its archive gives it a size that it cannot have");
  Outcome<Bytes> bytes = read_packed(archive, member);
  if (!bytes) return bytes;
  if (deflated) {
    bytes = Inflater().inflate_all(bytes.value(), member.size_bytes);
    if (!bytes) return bytes;
  }
  if (crc_of(bytes.value()) != member.place.checksum) return corrupt("its bytes do not fit the CRC in its archive");
  return bytes;
}

}  // namespace coulis
