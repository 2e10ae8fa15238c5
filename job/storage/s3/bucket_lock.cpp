#include "job/storage/s3/bucket_lock.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <ctime>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>
#include <utility>

#include "core/base/error.hpp"
#include "job/storage/location.hpp"

namespace coulis::s3 {
namespace {

constexpr std::chrono::seconds kRenewal{20};
constexpr long kDeadAfter_s = 120;

struct Holder {
  std::string host;  // its name and the id of its boot: process numbers mean something there alone
  int process = 0;
  std::string nonce;  // of this lock, once and for all
};

std::string this_host() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  return fmt::format("{} {}", name.data(), boot.substr(0, 8));
}

Holder this_process() {
  std::random_device random;
  return {this_host(), getpid(), fmt::format("{:08x}{:08x}", random(), random())};
}

std::string to_json(const Holder& holder) {
  return nlohmann::ordered_json{{"host", printable(holder.host)}, {"process", holder.process}, {"nonce", holder.nonce}}.dump();
}

Holder parse_holder(std::string_view text) {
  const nlohmann::json object = nlohmann::json::parse(text, nullptr, false);
  if (!object.is_object()) return {};
  return {object.value("host", ""), object.value("process", 0), object.value("nonce", "")};
}

std::string describe(const Holder& holder) {
  return fmt::format("process {} on {}", holder.process, printable_sentence(holder.host.substr(0, holder.host.find(' '))));
}

bool is_dead(const Holder& holder) {
  return holder.process > 0 && holder.host == printable(this_host()) && kill(holder.process, 0) != 0 && errno == ESRCH;
}

// By the server's clock; 0 if it does not say.
long age_s(const HttpReply& reply) {
  const auto parse = [](std::string_view text) -> std::time_t {
    std::tm time{};
    return strptime(std::string(text).c_str(), "%a, %d %b %Y %H:%M:%S", &time) == nullptr ? 0 : timegm(&time);
  };
  const std::time_t modified = parse(reply.header("last-modified"));
  const std::time_t now = parse(reply.header("date"));
  return modified == 0 || now == 0 ? 0 : static_cast<long>(now - modified);
}

class BucketLock : public HeldLock {
 public:
  BucketLock(std::shared_ptr<S3Client> client, std::string key, std::string place, const Holder& self)
      : client_(std::move(client)), key_(std::move(key)), place_(std::move(place)), self_(self), text_(to_json(self)) {
    acquire();
    renewal_ = std::jthread([this](const std::stop_token& stop) { renew_until(stop); });
  }

  ~BucketLock() override {
    renewal_.request_stop();
    renewal_.join();
    try {
      if (is_ours()) client_->send({"DELETE", key_});
    } catch (...) {  // NOLINT(bugprone-empty-catch): it is taken over later
    }
  }
  BucketLock(const BucketLock&) = delete;
  BucketLock& operator=(const BucketLock&) = delete;

  void confirm() const override {
    if (!is_ours()) {
      throw Error(ErrorCode::kRunFailed, fmt::format("another run has taken {} over", place_),
                  "run the same command again when that run has ended");
    }
  }

 private:
  HttpReply put(std::vector<std::string> conditions) const {
    return client_->send({"PUT", key_, {}, std::move(conditions), std::as_bytes(std::span(text_))});
  }

  bool is_ours() const {
    const HttpReply reply = client_->send({"GET", key_});
    return reply.ok() && parse_holder(reply.text()).nonce == self_.nonce;
  }

  void acquire() {
    HttpReply reply = put({"If-None-Match: *"});
    if (reply.status == 412 && !is_ours()) {  // ours: the answer to an earlier try was lost
      const HttpReply found = client_->send({"GET", key_});
      const Holder holder = parse_holder(found.text());
      if (found.ok()) {
        const long age = age_s(found);
        if (!is_dead(holder) && age < kDeadAfter_s) refuse(holder, age);
        maybe_dead_holder = describe(holder);
      }
      reply = put(found.ok() ? std::vector<std::string>{fmt::format("If-Match: {}", found.header("etag"))}
                             : std::vector<std::string>{"If-None-Match: *"});
    }
    if (reply.status == 501) reply = put({});  // a server that knows no conditions
    if (!reply.ok() && reply.status != 412) client_->throw_refusal(fmt::format("cannot lock {}", place_), reply);
    BucketLock::confirm();  // of two runs that took it at the same time, one has it; a server without conditions is asked in this way
  }

  [[noreturn]] void refuse(const Holder& holder, long age) const {
    throw Error(ErrorCode::kRunFailed, fmt::format("{} is in use by {} (seen {} s ago)", place_, describe(holder), age),
                fmt::format("wait until that run ends, or choose another output; a run that is dead loses it after {} s", kDeadAfter_s));
  }

  void renew_until(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any signal;
    std::unique_lock lock(mutex);
    while (!signal.wait_for(lock, stop, kRenewal, [] { return false; }) && !stop.stop_requested()) {
      try {
        if (is_ours()) put({});
      } catch (...) {  // NOLINT(bugprone-empty-catch): confirm() will tell
      }
    }
  }

  std::shared_ptr<S3Client> client_;
  std::string key_;
  std::string place_;
  Holder self_;
  std::string text_;
  std::jthread renewal_;
};

}  // namespace

std::unique_ptr<HeldLock> lock_bucket(std::shared_ptr<S3Client> client, const std::string& prefix, const std::string& place) {
  return std::make_unique<BucketLock>(std::move(client), prefix + ".coulis-lock", place, this_process());
}

}  // namespace coulis::s3
