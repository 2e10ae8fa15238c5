// QuietStderr: dav1d and libjxl print about damaged photos and have no switch to stop it. The failure says it already.
#pragma once

namespace coulis {

// While there is one, what this thread prints to the C library's stderr is dropped. Other threads print as before.
class QuietStderr {
 public:
  QuietStderr();
  ~QuietStderr();
  QuietStderr(const QuietStderr&) = delete;
  QuietStderr& operator=(const QuietStderr&) = delete;
};

}  // namespace coulis
