// The safetensors file format (huggingface/safetensors): an 8-byte length, a JSON header, raw little-endian tensors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coulis {

enum class DType { kI8, kU8, kI32, kF32, kF64 };

struct TensorView {
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;  // exactly product(shape) * size of dtype; may be unaligned

  std::int64_t count() const;
};

// Borrowed: the views point into the bytes that were parsed.
struct Safetensors {
  std::map<std::string, TensorView> tensors;
  std::map<std::string, std::string> metadata;
  std::string origin;  // names the file in errors
};

// Throws Error(kRunFailed) naming `origin` for anything malformed: lengths, offsets, overlaps, types, shapes, JSON.
Safetensors parse_safetensors(std::span<const std::byte> bytes, const std::string& origin);

// Same input, same bytes: keys in order, header padded with spaces so that the data starts at a multiple of 64.
std::vector<std::byte> write_safetensors(const std::map<std::string, TensorView>& tensors,
                                         const std::map<std::string, std::string>& metadata);

// A tensor's values, copied; throws Error(kRunFailed) if the tensor is missing, of another type or of another shape.
std::vector<float> read_f32(const Safetensors& file, const std::string& name, const std::vector<std::int64_t>& shape);
std::vector<std::int8_t> read_i8(const Safetensors& file, const std::string& name, const std::vector<std::int64_t>& shape);
std::vector<std::int32_t> read_i32(const Safetensors& file, const std::string& name, const std::vector<std::int64_t>& shape);
std::vector<double> read_f64(const Safetensors& file, const std::string& name, const std::vector<std::int64_t>& shape);

}  // namespace coulis
