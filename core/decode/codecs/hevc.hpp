// libavcodec's HEVC decoder, as a plugin of libheif. libde265 takes half as long again for a photo of 12 megapixels.
#pragma once

namespace coulis {

void register_libavcodec();  // call once

// While there is one, libheif decodes HEVC by libavcodec on this thread. Without one it has its own choice, and so have
// others in the process. (A decoder named in libheif's options would not apply to the tiles of a grid.)
class ByLibavcodec {
 public:
  ByLibavcodec() { wanted() = true; }
  ~ByLibavcodec() { wanted() = false; }
  ByLibavcodec(const ByLibavcodec&) = delete;
  ByLibavcodec& operator=(const ByLibavcodec&) = delete;

  static bool is_wanted() { return wanted(); }

 private:
  static bool& wanted() {
    thread_local bool wanted = false;
    return wanted;
  }
};

}  // namespace coulis
