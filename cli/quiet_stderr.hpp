// silence_codecs: drops what image codecs print about damaged photos. The errors table describes these photos.
#pragma once

namespace coulis {

// Replaces the C library's stderr by a stream that drops what a thread
// prints while it is inside a codec. Call before there are threads.
void silence_codecs();

}  // namespace coulis
