#include "cloud/rate_limiter.h"

#include <algorithm>

namespace slipway::aws {
namespace {

// Of the SDKs of 2026.
constexpr int kRetryCost = 14;
constexpr int kThrottledRetryCost = 5;

Duration seconds(double s) { return Duration(static_cast<Duration::rep>(s * 1e6)); }

}  // namespace

RateLimiter::RateLimiter(RateLimits limits, const Clock& clock, Random& random)
    : limits_(limits), clock_(clock), random_(random) {}

const RateLimit& RateLimiter::limit(CallGroup group) const {
  switch (group) {
    case CallGroup::read:
      return limits_.read;
    case CallGroup::write:
      return limits_.write;
    case CallGroup::task_definition_write:
      return limits_.task_definition_write;
    case CallGroup::sign_in:
      return limits_.sign_in;
  }
  return limits_.read;
}

/// The bucket with what has dripped into it until now.
RateLimiter::State& RateLimiter::state(const Bucket& bucket) {
  const auto& [per_second, burst] = limit(bucket.group);
  const SteadyTime now = clock_.steady();
  const auto [at, is_new] = buckets_.try_emplace(bucket);
  State& state = at->second;
  if (is_new) {
    state.tokens = burst;
  } else {
    state.tokens = std::min(burst, state.tokens + static_cast<double>((now - state.filled).count()) / 1e6 * per_second);
  }
  state.filled = now;
  return state;
}

Duration RateLimiter::take(const Bucket& bucket) {
  const Lock lock(mutex_);
  State& at = state(bucket);
  if (at.tokens >= 1) {
    at.tokens -= 1;
    return Duration(0);
  }
  const double per_second = limit(bucket.group).per_second;
  const SteadyTime next_token = at.filled + seconds((1 - at.tokens) / per_second);
  const SteadyTime visit = std::max(next_token, at.next_visit);
  at.next_visit = visit + seconds(1 / per_second);
  return std::max(visit - at.filled, Duration(1));
}

void RateLimiter::overdraw(const Bucket& bucket) {
  const Lock lock(mutex_);
  state(bucket).tokens -= 1;
}

void RateLimiter::empty(const Bucket& bucket) {
  const Lock lock(mutex_);
  state(bucket).tokens = 0;
}

Duration RateLimiter::back_off(const Bucket& bucket) {
  const Lock lock(mutex_);
  State& at = state(bucket);
  at.failures = std::min(at.failures + 1, 6);
  return seconds(random_.fraction() * std::min(1 << (at.failures - 1), 20));
}

bool RateLimiter::take_retry(const Bucket& bucket, bool throttled) {
  const Lock lock(mutex_);
  State& at = state(bucket);
  const int cost = throttled ? kThrottledRetryCost : kRetryCost;
  if (at.retry_budget < cost) return false;
  at.retry_budget -= cost;
  return true;
}

void RateLimiter::succeeded(const Bucket& bucket, bool retried) {
  const Lock lock(mutex_);
  State& at = state(bucket);
  at.failures = 0;
  at.retry_budget = std::min(at.retry_budget + (retried ? kRetryCost : 1), kRetryBudget);
}

std::unique_ptr<RateLimiter::Slot> RateLimiter::enter(const std::string& account) {
  const Lock lock(mutex_);
  int& under_way = calls_under_way_[account];
  if (under_way >= limits_.calls_at_once) return nullptr;
  ++under_way;
  return std::make_unique<Slot>(*this, account);
}

void RateLimiter::leave(const std::string& account) {
  const Lock lock(mutex_);
  const auto at = calls_under_way_.find(account);
  if (--at->second == 0) calls_under_way_.erase(at);
}

}  // namespace slipway::aws
