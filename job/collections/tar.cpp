#include "job/collections/tar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "job/collections/cursor.hpp"

namespace coulis {
namespace {

// Offsets and sizes of a header's fields: POSIX.1-2017, pax, "ustar Interchange Format".
struct Span {
  std::size_t offset;
  std::size_t size;
};
constexpr Span kName{0, kTarName_bytes}, kSize{124, 12}, kChecksum{148, 8}, kType{156, 1}, kLink{157, 100}, kMagic{257, 6},
    kPrefix{345, 155};
constexpr std::uint64_t kLongestText = 1 << 20;  // of a pax header or a GNU long name
constexpr std::uint64_t kLargestSize = std::uint64_t{1} << 60;

using Block = std::span<const std::byte>;

std::string_view text_of(Block block, Span field) {
  const std::string_view text(reinterpret_cast<const char*>(block.data()) + field.offset, field.size);
  return text.substr(0, text.find('\0'));
}

// Octal digits, or, with the highest bit set, GNU's big-endian bytes.
std::optional<std::uint64_t> number_of(Block block, Span field) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(block.data()) + field.offset;
  if ((bytes[0] & 0x80U) != 0) {
    std::uint64_t value = bytes[0] & 0x7FU;
    for (std::size_t i = 1; i < field.size; ++i) {
      if (value >= kLargestSize >> 8U) return std::nullopt;
      value = value << 8U | bytes[i];
    }
    return value;
  }
  std::string_view text(reinterpret_cast<const char*>(bytes), field.size);
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 8);
  if (end == text.data()) return text.empty() || text[0] == '\0' ? std::optional<std::uint64_t>(0) : std::nullopt;
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

bool is_zero(Block block) {
  return std::all_of(block.begin(), block.end(), [](std::byte byte) { return byte == std::byte{0}; });
}

std::string name_of(Block block) {
  const std::string name(text_of(block, kName));
  const bool posix = text_of(block, kMagic) == "ustar";  // GNU has other fields there
  const std::string_view prefix = posix ? text_of(block, kPrefix) : "";
  return prefix.empty() ? name : fmt::format("{}/{}", prefix, name);
}

// What extended headers say of the member that follows them.
struct Extended {
  std::optional<std::string> name, link;
  std::optional<std::uint64_t> size;
  bool sparse = false;
};

// "25 path=Apricot/1.jpg\n" for each field. False: malformed.
bool read_pax(std::string_view text, Extended& extended) {
  while (!text.empty() && text[0] != '\0') {
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    const auto digits = static_cast<std::size_t>(end - text.data());
    if (error != std::errc() || length < digits + 3 || length > text.size() || *end != ' ' || text[length - 1] != '\n') return false;
    const std::string_view field = text.substr(digits + 1, length - digits - 2);
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string_view name = field.substr(0, equals);
    const std::string_view value = field.substr(equals + 1);
    if (name == "path") extended.name = value;
    if (name == "linkpath") extended.link = value;
    if (name.starts_with("GNU.sparse.")) extended.sparse = true;
    if (name == "size") {
      std::uint64_t size = 0;
      const auto parsed = std::from_chars(value.data(), value.data() + value.size(), size);
      if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size()) return false;
      extended.size = size;
    }
    text.remove_prefix(length);
  }
  return true;
}

// A link counts from the folder that it is in.
std::string link_from(const std::string& name, const std::string& target) {
  if (target.starts_with('/')) return target;
  return name.substr(0, name.rfind('/') + 1) + target;
}

class TarList {
 public:
  TarList(Ranges& archive, const VisitMember& visit) : cursor_(archive), visit_(visit) {}

  std::optional<Failure> run() {
    while (true) {
      const auto block = cursor_.at(offset_, kTarBlock_bytes);
      if (!block) return block.failure();
      if (block.value().size() < kTarBlock_bytes) {
        const auto rest = cursor_.at(offset_ + block.value().size(), 1);
        if (!rest) return rest.failure();
        return read_failure(FailureCode::kTruncated, "the archive ends without its end mark: members may be missing");
      }
      if (is_zero(block.value())) return std::nullopt;
      if (!is_tar_header(block.value())) return damaged();
      if (auto failure = take(block.value())) return failure;
    }
  }

 private:
  Failure damaged() const {
    return read_failure(FailureCode::kCorrupt, fmt::format("the archive is damaged at byte {}: what follows cannot be read", offset_));
  }

  std::optional<Failure> take(Block block) {
    const char type = static_cast<char>(block[kType.offset]);
    const std::optional<std::uint64_t> size = extended_.size ? extended_.size : number_of(block, kSize);
    if (!size || *size > kLargestSize) return damaged();
    const bool no_data = type >= '1' && type <= '6';
    const std::uint64_t data = offset_ + kTarBlock_bytes;
    const std::uint64_t next = data + (no_data ? 0 : (*size + kTarBlock_bytes - 1) / kTarBlock_bytes * kTarBlock_bytes);
    if (type == 'x' || type == 'L' || type == 'K') {
      if (auto failure = extend(type, data, *size)) return failure;
    } else if (type != 'g') {
      const std::string name = extended_.name ? *extended_.name : name_of(block);
      const std::string link = extended_.link ? *extended_.link : std::string(text_of(block, kLink));
      if (type == '1' || type == '2') {
        visit_({name, 0, data, 0, {}, Packing::kDeadLink, type == '1' ? link : link_from(name, link)});
      } else if (!no_data && !name.ends_with('/')) {
        visit_({name, *size, data, *size, {}, type == 'S' || extended_.sparse ? Packing::kSparse : Packing::kPlain});
      }
      extended_ = Extended();
    }
    offset_ = next;
    return std::nullopt;
  }

  std::optional<Failure> extend(char type, std::uint64_t data, std::uint64_t size) {
    if (size > kLongestText) return damaged();
    const auto bytes = cursor_.at(data, static_cast<std::size_t>(size));
    if (!bytes) return bytes.failure();
    if (bytes.value().size() < size) return read_failure(FailureCode::kTruncated, "the archive ends within a header");
    const std::string_view text(reinterpret_cast<const char*>(bytes.value().data()), bytes.value().size());
    if (type == 'x') return read_pax(text, extended_) ? std::nullopt : std::optional(damaged());
    (type == 'L' ? extended_.name : extended_.link) = text.substr(0, text.find('\0'));
    return std::nullopt;
  }

  Cursor cursor_;
  const VisitMember& visit_;
  std::uint64_t offset_ = 0;
  Extended extended_;
};

}  // namespace

bool is_tar_header(Block block) {
  if (block.size() < kTarBlock_bytes) return false;
  const std::optional<std::uint64_t> expected = number_of(block, kChecksum);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kTarBlock_bytes; ++i) {
    const bool own = i >= kChecksum.offset && i < kChecksum.offset + kChecksum.size;  // counts as blanks
    sum += own ? ' ' : std::to_integer<unsigned>(block[i]);
  }
  return expected == sum && sum != 8U * ' ';
}

bool is_tar_header_of(Block block, std::string_view name, std::uint64_t size_bytes) {
  return is_tar_header(block) && static_cast<char>(block[kType.offset]) == '0' && number_of(block, kSize) == size_bytes &&
         text_of(block, kName) == name.substr(0, kName.size);
}

std::optional<Failure> list_tar(Ranges& archive, const VisitMember& visit) {
  return TarList(archive, visit).run();
}

}  // namespace coulis
