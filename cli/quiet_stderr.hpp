// silence_codecs: what image codecs print about damaged photos does not reach a person, who has the errors table.
#pragma once

namespace coulis {

// Replaces the C library's stderr by a stream that leaves out what threads print while a codec works. Call before there are threads.
void silence_codecs();

}  // namespace coulis
