#include "job/threads/worker_count.hpp"

#include <gtest/gtest.h>

namespace coulis {
namespace {

TEST(WorkerCount, IsWhatWasAskedForOrOneOrMore) {
  EXPECT_EQ(worker_count(7), 7);
  EXPECT_GE(worker_count(0), 1);
}

}  // namespace
}  // namespace coulis
