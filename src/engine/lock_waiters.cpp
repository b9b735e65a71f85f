#include "engine/lock_waiters.h"

#include <algorithm>
#include <utility>

namespace slipway::engine {

void LockWaiters::add(const std::string& lock, const std::weak_ptr<UnitRun>& unit) {
  auto& waiters = waiters_[lock];
  const auto same = [&](const auto& waiter) { return !waiter.owner_before(unit) && !unit.owner_before(waiter); };
  const bool known = std::any_of(waiters.begin(), waiters.end(), same);
  if (known) return;
  waiters.push_back(unit);
  if (const auto waiting = unit.lock()) waiting->on_lock_free();
}

void LockWaiters::freed(const std::string& lock) {
  const auto it = waiters_.find(lock);
  if (it == waiters_.end()) return;
  const auto waiters = std::move(it->second);
  waiters_.erase(it);
  for (const auto& waiter : waiters) {
    if (const auto unit = waiter.lock()) unit->on_lock_free();
  }
}

}  // namespace slipway::engine
