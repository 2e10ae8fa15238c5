// printable: a name of any bytes as text, and back.
#pragma once

#include <string>
#include <string_view>

namespace coulis {

// One to one. Writes these as \xNN, byte by byte: bytes that are not UTF-8; control characters; characters that break
// lines or change the direction of the text after them; and a backslash before what would read as \xNN. Keeps the rest.
std::string printable(std::string_view raw);

std::string raw_name(std::string_view printed);  // the bytes that printable() was given

// The same for a sentence that quotes names. Backslashes stay, because the names may be printable already.
std::string printable_sentence(std::string_view raw);

}  // namespace coulis
