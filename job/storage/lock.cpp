#include "job/storage/lock.hpp"

#include "job/storage/store.hpp"

namespace coulis {

Lock::Lock(const Location& output) : held_(output.store_->lock()) {}
Lock::~Lock() = default;

const std::optional<std::string>& Lock::maybe_dead_holder() const {
  return held_->maybe_dead_holder;
}

void Lock::confirm() const {
  held_->confirm();
}

}  // namespace coulis
