#include "core/decode/png_chunks.hpp"

#include <png.h>

#include <csetjmp>
#include <cstring>
#include <map>

namespace coulis {
namespace {

using namespace std::string_view_literals;

// A PNG with nothing but a header of 1 x 1 pixels, to which chunks of text are added.
constexpr std::string_view kHead = "\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0\x3A\x7E\x9B\x55"sv;
constexpr png_alloc_size_t kMaxTextBytes = 1 << 20;  // as in Pillow: longer text is not metadata

[[noreturn]] void leave(png_structp png, png_const_charp) {
  png_longjmp(png, 1);
}

void ignore_warning(png_structp, png_const_charp) {}

void read_bytes(png_structp png, png_bytep out, std::size_t count) {
  auto* unread = static_cast<std::string_view*>(png_get_io_ptr(png));
  if (count > unread->size()) png_error(png, "no more chunks");
  std::memcpy(out, unread->data(), count);
  unread->remove_prefix(count);
}

// Ends with an error, as there is no image. Holds nothing that has a destructor: libpng reports errors by longjmp.
void read_until_the_end(png_structp png, png_infop info, std::string_view& unread) {
  if (setjmp(png_jmpbuf(png))) return;
  png_set_read_fn(png, &unread, read_bytes);
  png_set_chunk_malloc_max(png, kMaxTextBytes);
  png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
  png_read_info(png, info);
}

std::string_view text_of(const ByteView& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

void visit_png_chunks(ByteView file, const std::function<void(const PngChunk&)>& visit) {
  file.big_endian = true;
  std::uint64_t at = 8;
  while (file.has(at, 12)) {
    const std::uint64_t length = file.u32(at);
    if (!file.has(at, 12 + length)) return;
    const ByteView whole{file.bytes.subspan(at, 12 + length), true};
    visit({text_of(whole).substr(4, 4), {whole.bytes.subspan(8, length), true}, whole});
    at += 12 + length;
  }
}

std::vector<PngText> read_png_texts(ByteView file, const std::vector<std::string_view>& keys) {
  std::map<std::string_view, std::string_view> found;  // key -> chunk
  visit_png_chunks(file, [&](const PngChunk& chunk) {
    if (chunk.name != "tEXt" && chunk.name != "zTXt" && chunk.name != "iTXt") return;
    const std::string_view data = text_of(chunk.data);
    for (const std::string_view key : keys) {
      if (data.starts_with(key) && data.size() > key.size() && data[key.size()] == '\0') found[key] = text_of(chunk.whole);
    }
  });
  std::vector<PngText> texts;
  std::string stream;  // of chunks that must be unpacked
  for (const auto& [key, chunk] : found) {
    const bool is_plain = chunk.substr(4, 4) == "tEXt";  // may hold any bytes; libpng would stop at a NUL
    if (!is_plain) stream += chunk;
    if (is_plain) texts.push_back({std::string(key), std::string(chunk.substr(8, chunk.size() - 12).substr(key.size() + 1))});
  }
  if (stream.empty()) return texts;
  stream.insert(0, kHead);
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, leave, ignore_warning);
  if (png == nullptr) return texts;
  png_infop info = png_create_info_struct(png);
  std::string_view unread = stream;
  if (info != nullptr) read_until_the_end(png, info, unread);
  png_textp read = nullptr;
  int count = 0;
  if (info != nullptr) png_get_text(png, info, &read, &count);
  for (int i = 0; i < count; ++i) {
    const std::size_t length = read[i].compression >= PNG_ITXT_COMPRESSION_NONE ? read[i].itxt_length : read[i].text_length;
    texts.push_back({read[i].key, std::string(read[i].text, length)});
  }
  png_destroy_read_struct(&png, &info, nullptr);
  return texts;
}

}  // namespace coulis
