// printable: a name of any bytes as text, and back.
#pragma once

#include <string>
#include <string_view>

namespace coulis {

// One to one. Written as \xNN, byte by byte: what is not UTF-8; control characters; the characters that break lines or turn the direction
// of the text after them; and a backslash before what would read as \xNN. Everything else as it is.
std::string printable(std::string_view raw);

std::string raw_name(std::string_view printed);  // the bytes of which printable() made it

// The same for a sentence that quotes something, but backslashes stay: names in it may be printable already.
std::string printable_sentence(std::string_view raw);

}  // namespace coulis
