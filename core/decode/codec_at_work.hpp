// CodecAtWork: marks that this thread is inside a codec. Some
// codecs print about damaged files and have no switch to stop it.
#pragma once

namespace coulis {

class CodecAtWork {
 public:
  CodecAtWork() { ++depth(); }
  ~CodecAtWork() { --depth(); }
  CodecAtWork(const CodecAtWork&) = delete;
  CodecAtWork& operator=(const CodecAtWork&) = delete;

  static bool on_this_thread() { return depth() > 0; }

 private:
  static int& depth() {
    thread_local int depth = 0;
    return depth;
  }
};

}  // namespace coulis
