// Connection: the client of `coulis serve`. A thread reads all the time, so that neither side waits for the other to read.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>

#include "cli/serve/frame.hpp"

namespace coulis {

class Connection {
 public:
  Connection(int in, int out);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Waits for the next order or the answer to a `stage`. Empty if the
  // client has gone. Throws Error(kUsage) for bytes that are not a frame.
  std::optional<Frame> next();
  std::optional<Frame> answer_that_is_here();  // without waiting; not the end of the answers
  Frame next_answer();                         // within an order: throws Error(kInterrupted) if the client has gone or has cancelled it

  void send(Header header, std::initializer_list<std::string_view> payload = {});  // from any thread

  const std::atomic<bool>& interrupted() const { return interrupted_; }  // of the order in progress: cancelled, or the client has gone
  void end_with_client() { ends_with_client_ = true; }                   // if the client goes, what is in progress need not be finished

 private:
  void read_all();
  void take(Frame frame);
  void close(std::exception_ptr error = nullptr);

  int in_;
  int out_;
  pid_t parent_;
  std::mutex write_mutex_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Frame> frames_;
  bool closed_ = false;
  std::exception_ptr error_;
  std::atomic<bool> interrupted_ = false;
  std::atomic<bool> ends_with_client_ = false;
  std::atomic<bool> stopping_ = false;
  std::jthread reader_;
};

}  // namespace coulis
