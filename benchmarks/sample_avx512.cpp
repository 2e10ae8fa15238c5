// Samples a process every few milliseconds of its CPU time: is its
// next instruction AVX-512? Only these begin with the byte 0x62.
#include <ucontext.h>
#include <csignal>
#include <ctime>

#include <atomic>
#include <cstdint>

namespace {

std::atomic<int> samples, avx512;
timer_t timer;

void look(int, siginfo_t*, void* context) {
  const auto next = static_cast<std::uintptr_t>(static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]);
  ++samples;
  if (*reinterpret_cast<const std::uint8_t*>(next) == 0x62) ++avx512;
}

void set_interval(long nanoseconds) {
  const itimerspec interval{{0, nanoseconds}, {0, nanoseconds}};
  timer_settime(timer, 0, &interval, nullptr);
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) void start_sampling() {
  struct sigaction action {};
  action.sa_sigaction = look;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigaction(SIGPROF, &action, nullptr);
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGPROF;
  timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer);
  set_interval(1'000'000);
}

__attribute__((visibility("default"))) void stop_sampling(int* all, int* of_avx512) {
  set_interval(0);
  *all = samples;
  *of_avx512 = avx512;
}
}
