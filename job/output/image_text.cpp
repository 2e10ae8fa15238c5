#include "job/output/image_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/error.hpp"

namespace coulis {
namespace {

using nlohmann::json;

// Any bytes as ASCII and back: JSON holds text only, and a key may hold any bytes.
std::string escape(std::string_view raw) {
  std::string text;
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F || c == '\\') {
      text += fmt::format("\\x{:02x}", byte);
    } else {
      text += c;
    }
  }
  return text;
}

// Nothing: an escape is malformed.
std::optional<std::string> unescape(const std::string& text) {
  if (text.find('\\') == std::string::npos) return text;
  std::string raw;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      raw += text[i];
      continue;
    }
    unsigned byte = 0;
    const char* digits = text.data() + i + 2;
    if (i + 3 >= text.size() || text[i + 1] != 'x' || std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) return std::nullopt;
    raw += static_cast<char>(byte);
    i += 3;
  }
  return raw;
}

// Takes what the parser meets. A tree of values first would take twice the time, and plans read a text for each part.
class ImageReader final : public json::json_sax_t {
 public:
  std::vector<ImageRef> images;
  std::string problem = "it is no list of images";

  bool start_array(std::size_t /*size*/) override {
    if (depth_++ == 0) return true;
    images.emplace_back();
    field_ = 0;
    return depth_ == 2;
  }
  bool end_array() override { return --depth_ == 0 || field_ >= 3; }

  bool string(std::string& text) override {
    std::optional<std::string> raw = unescape(text);
    if (!raw || depth_ != 2) return false;
    ImageRef& image = images.back();
    switch (field_++) {
      case 0: image.key = std::move(*raw); return true;
      case 3: image.etag = std::move(*raw); return true;
      case 4: image.label = shared_label(std::move(*raw)); return true;
      default: return false;
    }
  }
  bool number_unsigned(std::uint64_t value) override {
    if (depth_ == 2 && field_ == 1) {
      images.back().size_bytes = value;
      ++field_;
      return true;
    }
    return value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) &&
           number_integer(static_cast<std::int64_t>(value));
  }
  bool number_integer(std::int64_t value) override {
    if (depth_ != 2 || field_ != 2) return false;
    images.back().mtime_ns = value;
    ++field_;
    return true;
  }

  bool null() override { return false; }
  bool boolean(bool /*value*/) override { return false; }
  bool number_float(double /*value*/, const std::string& /*text*/) override { return false; }
  bool binary(json::binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*size*/) override { return false; }
  bool key(std::string& /*name*/) override { return false; }
  bool end_object() override { return false; }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/, const nlohmann::detail::exception& error) override {
    problem = error.what();
    return false;
  }

 private:
  std::shared_ptr<const std::string> shared_label(std::string label) {
    if (!label_ || *label_ != label) label_ = std::make_shared<const std::string>(std::move(label));
    return label_;
  }

  int depth_ = 0;
  int field_ = 0;  // of the image
  std::shared_ptr<const std::string> label_;
};

}  // namespace

std::string images_to_text(const std::vector<ImageRef>& images) {
  json list = json::array();
  for (const ImageRef& image : images) {
    json entry = {escape(image.key), image.size_bytes, image.mtime_ns};
    if (!image.etag.empty() || image.label) entry.push_back(escape(image.etag));
    if (image.label) entry.push_back(escape(*image.label));
    list.push_back(std::move(entry));
  }
  return list.dump();
}

std::vector<ImageRef> parse_images(const std::string& text, const std::string& origin) {
  ImageReader reader;
  if (!json::sax_parse(text, &reader)) {
    throw Error(ErrorCode::kRunFailed, fmt::format("{}: its metadata is malformed: {}", origin, reader.problem),
                "remove the file and run the same command again");
  }
  return std::move(reader.images);
}

}  // namespace coulis
