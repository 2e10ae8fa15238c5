// Frames of docs/protocol.md: a header of JSON, then bytes.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace coulis {

using Header = nlohmann::ordered_json;

struct Frame {
  Header header;
  std::string payload;
};

// Empty at the end of the stream, even inside a frame. Throws Error(kUsage) for bytes that are not a frame.
std::optional<Frame> read_frame(int descriptor);

// The payload in pieces. Throws Error(kInterrupted) if nobody reads any more.
void write_frame(int descriptor, Header header, std::initializer_list<std::string_view> payload = {});

}  // namespace coulis
