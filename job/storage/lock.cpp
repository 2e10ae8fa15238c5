#include "job/storage/lock.hpp"

#include "job/storage/store.hpp"

namespace coulis {

Lock::Lock(const Location& output) : held_(output.store_->lock()) {}
Lock::~Lock() = default;

const std::string& Lock::taken_over_from() const {
  return held_->taken_over_from;
}

void Lock::confirm() const {
  held_->confirm();
}

}  // namespace coulis
