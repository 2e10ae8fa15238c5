// Listings of servers of every kind: what comes is always what one chain of pages gives.
#include "job/storage/s3/parallel_list.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/base/error.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis::s3 {
namespace {

using Keys = std::vector<std::string>;
using Order = std::function<bool(const std::string&, const std::string&)>;

bool by_bytes(const std::string& a, const std::string& b) {
  return a < b;
}

// As a file system does: a folder before what its name begins.
bool by_path(std::string a, std::string b) {
  std::replace(a.begin(), a.end(), '/', '\0');
  std::replace(b.begin(), b.end(), '/', '\0');
  return a < b;
}

enum class StartAfter { kKnown, kIgnored, kRefused, kInclusive, kFilters };

class Server {
 public:
  explicit Server(Keys keys, Order order = by_bytes, StartAfter start_after = StartAfter::kKnown)
      : keys_(std::move(keys)), order_(std::move(order)), start_after_(start_after) {
    std::sort(keys_.begin(), keys_.end(), order_);
  }

  ListPage ask(const PageQuery& query) {
    ++requests;
    const std::size_t now = ++at_once_;
    most_at_once = std::max(most_at_once.load(), now);
    std::this_thread::sleep_for(std::chrono::microseconds(latency_us));
    --at_once_;
    if (fails_at > 0 && requests == fails_at) throw Error(ErrorCode::kStorage, "it is gone");
    if (query.folders) return folders(query);
    if (!query.token.empty()) return page_from(std::stoul(query.token), "");
    const std::string& after = query.start_after;
    if (after.empty() || start_after_ == StartAfter::kIgnored) return page_from(0, "");
    if (start_after_ == StartAfter::kRefused) throw Error(ErrorCode::kStorage, "start-after is not implemented");
    if (start_after_ == StartAfter::kFilters) return page_from(0, after);
    const auto at = start_after_ == StartAfter::kInclusive ? std::lower_bound(keys_.begin(), keys_.end(), after, order_)
                                                           : std::upper_bound(keys_.begin(), keys_.end(), after, order_);
    return page_from(static_cast<std::size_t>(at - keys_.begin()), "");
  }

  const Keys& keys() const { return keys_; }
  std::atomic<std::size_t> requests = 0;
  std::atomic<std::size_t> most_at_once = 0;
  std::size_t page_keys = 10;
  std::size_t fails_at = 0;
  int latency_us = 200;

 private:
  ListPage page_from(std::size_t begin, const std::string& after) const {
    ListPage page;
    std::size_t at = begin;
    for (; at < keys_.size() && page.entries.size() < page_keys; ++at) {
      if (keys_[at] > after) page.entries.push_back({keys_[at], 1});
    }
    if (at < keys_.size()) page.next = std::to_string(at);
    return page;
  }

  ListPage folders(const PageQuery& query) const {
    std::set<std::string> found;
    for (const std::string& key : keys_) {
      const std::size_t slash = key.starts_with(query.prefix) ? key.find('/', query.prefix.size()) : std::string::npos;
      if (slash != std::string::npos && key > query.start_after) found.insert(key.substr(0, slash + 1));
    }
    ListPage page;
    page.folders.assign(found.begin(), found.end());
    return page;
  }

  Keys keys_;
  Order order_;
  StartAfter start_after_;
  std::atomic<std::size_t> at_once_ = 0;
};

Keys list(Server& server) {
  Keys keys;
  list_in_parallel(
      "", [&](const PageQuery& query) { return server.ask(query); }, [&](const Entry& entry) { keys.push_back(entry.key); });
  return keys;
}

void expect_whole(Server& server) {
  const Keys found = list(server);
  ASSERT_EQ(found.size(), server.keys().size());
  EXPECT_TRUE(found == server.keys());
}

Keys flat(int count) {
  Keys keys;
  for (int i = 0; i < count; ++i) keys.push_back(fmt::format("photos/img_{:08}.jpg", i));
  return keys;
}

Keys hashes(int count) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same each time
  Keys keys;
  for (int i = 0; i < count; ++i) keys.push_back(fmt::format("{:08x}-{:04x}.jpg", random(), i));
  return keys;
}

// Labels as words, of `photos` each; some names lie between "Pear" and "Pear/".
Keys labels(int count, int photos) {
  Keys keys;
  for (int label = 0; label < count; ++label) {
    const std::string word = fmt::format("{}{}", std::string(1, static_cast<char>('A' + label % 26)), label / 26);
    for (int i = 0; i < photos; ++i) keys.push_back(fmt::format("{}{}/{}_100.jpg", word, label % 3 == 0 ? "" : " 2", i));
    keys.push_back(word + ".jpg");
    keys.push_back(word + "!/a//b.jpg");
    keys.push_back(word + "é/東.jpg");
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

// A server that sorts by paths lists all of "Pear/" before "Pear 2/".
Keys pears(int photos) {
  Keys keys;
  for (int i = 0; i < photos; ++i) {
    keys.push_back(fmt::format("Pear/{:05}.jpg", i));
    for (int kind = 1; kind < 6; ++kind) keys.push_back(fmt::format("Pear {}/{:05}.jpg", kind, i));
  }
  return keys;
}

Keys days(int count, int photos) {
  Keys keys;
  for (int day = 0; day < count; ++day) {
    for (int i = 0; i < photos; ++i)
      keys.push_back(fmt::format("{}/{:02}/{:02}/img_{:06}.jpg", 2020 + day / 336, 1 + day / 28 % 12, 1 + day % 28, i));
  }
  return keys;
}

TEST(ParallelList, GivesWhatOneChainGives) {
  for (const Keys& keys :
       {flat(20'000), hashes(20'000), labels(200, 60), labels(3, 7000), labels(60, 300), days(400, 40), days(60, 300), days(2000, 7)}) {
    Server server(keys);
    server.latency_us = 2000;  // more than it takes to be woken
    expect_whole(server);
    EXPECT_GT(server.most_at_once, 4U);
    EXPECT_LE(server.requests, keys.size() / server.page_keys * 4 / 3 + 70);
  }
}

TEST(ParallelList, AsksForFewPagesAsOneChainDoes) {
  for (const int count : {0, 1, 9, 10, 11, 39, 40}) {
    Server server(flat(count));
    expect_whole(server);
    EXPECT_EQ(server.requests, static_cast<std::size_t>(std::max(1, (count + 9) / 10)));
    EXPECT_EQ(server.most_at_once, 1U);
  }
}

TEST(ParallelList, AsksForAThirdMoreAtMost) {
  for (const int pages : {5, 8, 20, 50, 200}) {
    Server server(flat(pages * 10));
    expect_whole(server);
    EXPECT_LE(server.requests, static_cast<std::size_t>(pages + pages / 3 + 1)) << pages;
  }
}

TEST(ParallelList, TakesServersAsTheyAre) {
  for (const StartAfter start_after :
       {StartAfter::kKnown, StartAfter::kIgnored, StartAfter::kRefused, StartAfter::kInclusive, StartAfter::kFilters}) {
    for (const Order& order : {Order(by_bytes), Order(by_path)}) {
      if (start_after == StartAfter::kFilters && !order("a!", "a/")) continue;  // no server is known that seeks by bytes and sorts by paths
      for (const Keys& keys : {flat(3000), labels(50, 60), days(20, 300), hashes(3000), pears(1000)}) {
        Server server(keys, order, start_after);
        server.latency_us = 50;
        expect_whole(server);
      }
    }
  }
}

TEST(ParallelList, TakesAnyKeys) {
  std::mt19937 random(3);  // NOLINT(cert-msc51-cpp)
  for (int round = 0; round < 30; ++round) {
    std::set<std::string> keys;
    const std::string bytes = round % 2 == 0 ? std::string("ab/") : std::string("0a/~\xc3\xa9 \x01.");
    while (keys.size() < 600) {
      std::string key(1 + random() % 12, ' ');
      for (char& byte : key) byte = bytes[random() % bytes.size()];
      keys.insert(key);
    }
    Server server(Keys(keys.begin(), keys.end()), round % 3 == 0 ? Order(by_path) : Order(by_bytes));
    server.page_keys = 1 + random() % 9;
    server.latency_us = 20;
    expect_whole(server);
  }
}

TEST(ParallelList, EndsWithTheErrorOfTheServer) {
  for (const std::size_t request : {1U, 3U, 90U}) {
    Server server(flat(5000), by_bytes, StartAfter::kIgnored);
    server.fails_at = request;
    EXPECT_EQ(thrown_error([&] { (void)list(server); }).code(), ErrorCode::kStorage);
  }
}

TEST(ParallelList, EndsWhereTheVisitorThrows) {
  Server server(flat(20'000));
  int visited = 0;
  const auto visit = [&](const Entry&) {
    if (++visited == 1000) throw Error(ErrorCode::kInterrupted, "enough");
  };
  const auto ask = [&](const PageQuery& query) { return server.ask(query); };
  EXPECT_EQ(thrown_error([&] { list_in_parallel("", ask, visit); }).code(), ErrorCode::kInterrupted);
  EXPECT_EQ(visited, 1000);
}

TEST(ParallelList, HoldsFewPagesWhileTheVisitorIsSlow) {
  Server server(flat(20'000));
  server.latency_us = 0;
  std::size_t visited = 0;
  std::size_t most_ahead = 0;
  const auto ask = [&](const PageQuery& query) { return server.ask(query); };
  list_in_parallel("", ask, [&](const Entry&) {
    if (++visited % 100 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
    most_ahead = std::max(most_ahead, server.requests - visited / server.page_keys);
  });
  EXPECT_EQ(visited, 20'000U);
  EXPECT_LT(most_ahead, 1000U);  // of 2,000: 256 held, 64 on their way, and a third more
}

}  // namespace
}  // namespace coulis::s3
