#include "cli/serve/connection.hpp"

#include <poll.h>
#include <unistd.h>

#include <utility>

#include "core/base/error.hpp"

namespace coulis {
namespace {

constexpr int kLookMs = 1000;  // how often to check that the parent lives: a child of the parent may keep the other end of the pipe open

}  // namespace

Connection::Connection(int in, int out) : in_(in), out_(out), parent_(getppid()), reader_([this] { read_all(); }) {}

Connection::~Connection() {
  stopping_ = true;
}

std::optional<Frame> Connection::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closed_ || !frames_.empty(); });
  if (frames_.empty()) {
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    return std::nullopt;
  }
  Frame frame = std::move(frames_.front());
  frames_.pop_front();
  return frame;
}

std::optional<Frame> Connection::answer_that_is_here() {
  const std::lock_guard lock(mutex_);
  if (interrupted_ || frames_.empty() || frames_.front().header.value("order", "") != "answer") return std::nullopt;
  Frame frame = std::move(frames_.front());
  frames_.pop_front();
  return frame;
}

Frame Connection::next_answer() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closed_ || interrupted_ || !frames_.empty(); });
  if (closed_ || interrupted_) throw Error(ErrorCode::kInterrupted, "interrupted");
  Frame frame = std::move(frames_.front());
  frames_.pop_front();
  return frame;
}

void Connection::send(Header header, std::initializer_list<std::string_view> payload) {
  const std::lock_guard lock(write_mutex_);
  write_frame(out_, std::move(header), payload);
}

void Connection::read_all() {
  try {
    while (!stopping_) {
      pollfd waiting{in_, POLLIN, 0};
      const int ready = poll(&waiting, 1, kLookMs);
      if (ready == 0 && getppid() != parent_) return close();
      if (ready <= 0) continue;
      std::optional<Frame> frame = read_frame(in_);
      if (!frame) return close();
      take(std::move(*frame));
    }
  } catch (...) {
    close(std::current_exception());
  }
}

void Connection::take(Frame frame) {
  const std::lock_guard lock(mutex_);
  const std::string order = frame.header.value("order", "");
  if (order == "cancel") {
    interrupted_ = true;
  } else {
    // A cancel that arrives after the end of its order must not cancel the next one.
    if (order != "answer" && order != "end") interrupted_ = false;
    frames_.push_back(std::move(frame));
  }
  changed_.notify_all();
}

void Connection::close(std::exception_ptr error) {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  error_ = std::move(error);
  interrupted_ = true;
  if (ends_with_client_) _exit(0);
  changed_.notify_all();
}

}  // namespace coulis
