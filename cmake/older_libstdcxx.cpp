// condition_variable::wait as the libstdc++ of GCC 11 has it. GCC 12 gave it a second version, GLIBCXX_3.4.30, and binds every call to that
// one; the older one, which does the same, is in both. The linker sends the calls here (--wrap).

#include <condition_variable>
#include <mutex>

asm(".symver older_wait, _ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE@GLIBCXX_3.4.11");

extern "C" {
void older_wait(std::condition_variable* self, std::unique_lock<std::mutex>* lock);

void __wrap__ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE(std::condition_variable* self, std::unique_lock<std::mutex>* lock);
void __wrap__ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE(std::condition_variable* self, std::unique_lock<std::mutex>* lock) {
  older_wait(self, lock);
}
}
