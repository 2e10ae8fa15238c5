#include "core/safetensors/safetensors.hpp"

#include <fmt/format.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "core/base/error.hpp"

namespace coulis {
namespace {

using nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // the limit of the reference implementation
constexpr std::size_t kAlignment = 64;
constexpr std::uint64_t kMaxElements = std::uint64_t{1} << 48;  // times 8 bytes still fits into 64 bits

constexpr std::pair<DType, std::string_view> kDTypeNames[] = {
    {DType::kI8, "I8"}, {DType::kU8, "U8"}, {DType::kI32, "I32"}, {DType::kF32, "F32"}, {DType::kF64, "F64"}};

std::size_t size_of(DType dtype) {
  switch (dtype) {
    case DType::kI8:
    case DType::kU8: return 1;
    case DType::kI32:
    case DType::kF32: return 4;
    case DType::kF64: return 8;
  }
  return 0;
}

std::string_view name_of(DType dtype) {
  for (const auto& [value, name] : kDTypeNames) {
    if (value == dtype) return name;
  }
  return "?";
}

[[noreturn]] void fail(const std::string& origin, const std::string& why) {
  throw Error(ErrorCode::kRunFailed, fmt::format("{} is not a valid safetensors file: {}", origin, why), "copy or convert the file again");
}

DType parse_dtype(const std::string& text, const std::string& origin) {
  for (const auto& [value, name] : kDTypeNames) {
    if (name == text) return value;
  }
  fail(origin, fmt::format("tensor type '{}' is not supported", text));
}

std::uint64_t read_length(std::span<const std::byte> bytes) {
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) length |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  return length;
}

// JSON numbers as they are: no fraction, no sign, nothing that a conversion would wrap or round.
std::vector<std::uint64_t> parse_naturals(const json& list, const std::string& name, const std::string& origin) {
  std::vector<std::uint64_t> values;
  for (const json& value : list.get_ref<const json::array_t&>()) {
    // The value is not shown: it may be deeply nested, and dump() recurses.
    if (!value.is_number_unsigned()) fail(origin, fmt::format("tensor '{}' has an extent or offset that is not a natural number", name));
    values.push_back(value.get<std::uint64_t>());
  }
  return values;
}

// The number of elements; refuses what would overflow, so that shape and byte range can be compared safely.
std::uint64_t checked_count(const std::vector<std::uint64_t>& shape, const std::string& name, const std::string& origin) {
  std::uint64_t count = 1;
  for (const std::uint64_t extent : shape) {
    if (extent > kMaxElements || (extent != 0 && count > kMaxElements / extent)) {
      fail(origin, fmt::format("tensor '{}' is impossibly large", name));
    }
    count *= extent;
  }
  return count;
}

TensorView parse_tensor(const json& entry, const std::string& name, std::span<const std::byte> data, const std::string& origin) {
  TensorView tensor;
  tensor.dtype = parse_dtype(entry.at("dtype").get<std::string>(), origin);
  const auto shape = parse_naturals(entry.at("shape"), name, origin);
  const auto offsets = parse_naturals(entry.at("data_offsets"), name, origin);
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data.size()) {
    fail(origin, fmt::format("tensor '{}' lies outside the file", name));
  }
  if (checked_count(shape, name, origin) * size_of(tensor.dtype) != offsets[1] - offsets[0]) {
    fail(origin, fmt::format("tensor '{}' has a shape that does not match its bytes", name));
  }
  tensor.shape.assign(shape.begin(), shape.end());
  tensor.bytes = data.subspan(offsets[0], offsets[1] - offsets[0]);
  return tensor;
}

// The format wants the tensors to cover the data exactly: no hole, no overlap.
void check_coverage(const std::map<std::string, TensorView>& tensors, std::span<const std::byte> data, const std::string& origin) {
  std::multiset<std::pair<std::size_t, std::size_t>> ranges;
  for (const auto& [name, tensor] : tensors) {
    const auto begin = static_cast<std::size_t>(tensor.bytes.data() - data.data());
    if (!tensor.bytes.empty()) ranges.emplace(begin, begin + tensor.bytes.size());
  }
  std::size_t end = 0;
  for (const auto& [first, last] : ranges) {
    if (first != end) fail(origin, "the tensors overlap or leave a hole");
    end = last;
  }
  if (end != data.size()) fail(origin, "there are bytes after the last tensor");
}

template <class T>
std::vector<T> read_tensor(const Safetensors& file, const std::string& name, const std::vector<std::int64_t>& shape, DType dtype) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end()) throw Error(ErrorCode::kRunFailed, fmt::format("{} has no tensor '{}'", file.origin, name));
  const TensorView& tensor = found->second;
  if (tensor.dtype != dtype || tensor.shape != shape) {
    throw Error(ErrorCode::kRunFailed, fmt::format("{}: tensor '{}' is {} [{}], expected {} [{}]", file.origin, name, name_of(tensor.dtype),
                                                   fmt::join(tensor.shape, ", "), name_of(dtype), fmt::join(shape, ", ")));
  }
  std::vector<T> values(static_cast<std::size_t>(tensor.count()));
  if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

}  // namespace

std::int64_t TensorView::count() const {
  std::int64_t product = 1;
  for (const std::int64_t extent : shape) product *= extent;
  return product;
}

Safetensors parse_safetensors(std::span<const std::byte> bytes, const std::string& origin) {
  if (bytes.size() < kLengthBytes) fail(origin, "it is shorter than its length field");
  const std::uint64_t header_bytes = read_length(bytes);
  if (header_bytes > kMaxHeaderBytes || header_bytes > bytes.size() - kLengthBytes) fail(origin, "its header is longer than the file");
  const auto header = bytes.subspan(kLengthBytes, header_bytes);
  const auto data = bytes.subspan(kLengthBytes + header_bytes);
  const auto* text = reinterpret_cast<const char*>(header.data());
  Safetensors file;
  file.origin = origin;
  try {
    const json root = json::parse(text, text + header.size());
    if (!root.is_object()) fail(origin, "its header is not a JSON object");
    for (const auto& [name, entry] : root.items()) {
      if (name == "__metadata__") {
        file.metadata = entry.get<std::map<std::string, std::string>>();
      } else {
        file.tensors.emplace(name, parse_tensor(entry, name, data, origin));
      }
    }
  } catch (const json::exception& e) {
    fail(origin, e.what());
  }
  check_coverage(file.tensors, data, origin);
  return file;
}

std::vector<std::byte> write_safetensors(const std::map<std::string, TensorView>& tensors,
                                         const std::map<std::string, std::string>& metadata) {
  json root = json::object();  // keys in order: nlohmann's object is a std::map
  if (!metadata.empty()) root["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    root[name] = {{"dtype", name_of(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + tensor.bytes.size()}}};
    offset += tensor.bytes.size();
  }
  std::string header = root.dump(-1, ' ', false, json::error_handler_t::replace);  // metadata may hold paths, which need not be UTF-8
  while ((kLengthBytes + header.size()) % kAlignment != 0) header.push_back(' ');
  std::vector<std::byte> out;
  out.reserve(kLengthBytes + header.size() + offset);
  for (std::size_t i = 0; i < kLengthBytes; ++i) out.push_back(static_cast<std::byte>(header.size() >> (8 * i)));
  const auto* text = reinterpret_cast<const std::byte*>(header.data());
  out.insert(out.end(), text, text + header.size());
  for (const auto& [name, tensor] : tensors) out.insert(out.end(), tensor.bytes.begin(), tensor.bytes.end());
  return out;
}

std::vector<float> read_f32(const Safetensors& file, const std::string& name, const std::vector<std::int64_t>& shape) {
  return read_tensor<float>(file, name, shape, DType::kF32);
}

std::vector<std::int8_t> read_i8(const Safetensors& file, const std::string& name, const std::vector<std::int64_t>& shape) {
  return read_tensor<std::int8_t>(file, name, shape, DType::kI8);
}

std::vector<std::int32_t> read_i32(const Safetensors& file, const std::string& name, const std::vector<std::int64_t>& shape) {
  return read_tensor<std::int32_t>(file, name, shape, DType::kI32);
}

std::vector<double> read_f64(const Safetensors& file, const std::string& name, const std::vector<std::int64_t>& shape) {
  return read_tensor<double>(file, name, shape, DType::kF64);
}

}  // namespace coulis
