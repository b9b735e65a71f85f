// Keeps our calls under AWS's rate limits, per account, region, service and group of operations. Nobody sleeps here: a
// caller that comes too early is told for how long to stay away.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "base/mutex.h"
#include "base/random.h"
#include "base/time.h"

namespace slipway::aws {

/// AWS limits these apart from each other.
enum class CallGroup { read, write, task_definition_write, sign_in };

struct RateLimit {
  double per_second;
  double burst;
};

struct RateLimits {
  RateLimit read{10, 50};
  RateLimit write{5, 10};
  RateLimit task_definition_write{1, 20};
  RateLimit sign_in{100, 200};  ///< STS allows 600 a second; a start after a crash signs in to every account at once
  int calls_at_once = 2;        ///< per account: one slow account must not take every thread
};

/// Whose limit a call counts against.
struct Bucket {
  std::string account;
  std::string region;
  std::string service;
  CallGroup group;
  auto operator<=>(const Bucket&) const = default;
};

/// Threads: any.
class RateLimiter {
 public:
  RateLimiter(RateLimits limits, const Clock& clock, Random& random);

  /// Zero when the call may go out now. Otherwise how long to stay away: callers that are turned away together are
  /// given instants one after the other, so that they do not come back together.
  Duration take(const Bucket&);

  /// Takes a turn without waiting for it: those who come later wait longer instead.
  void overdraw(const Bucket&);

  /// AWS says that calls come too fast, whatever our own count says.
  void empty(const Bucket&);
  /// A call failed and may be tried again: after a random part of 1 s, 2 s, 4 s … 20 s, by failures in a row.
  Duration back_off(const Bucket&);
  /// Whether what failed may be tried again at once. Whoever does so while nearly everything fails only adds to the
  /// load: repetitions draw on a budget that successes fill again (as AWS's SDKs do in their "standard" mode).
  bool take_retry(const Bucket&, bool throttled);
  void succeeded(const Bucket&, bool retried);

  /// Held while a call is under way.
  class Slot {
   public:
    Slot(RateLimiter& limiter, const std::string& account) : limiter_(limiter), account_(account) {}
    ~Slot() { limiter_.leave(account_); }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

   private:
    RateLimiter& limiter_;
    const std::string account_;
  };
  /// Null pointer when the account has as many calls under way as it may.
  std::unique_ptr<Slot> enter(const std::string& account);

 private:
  static constexpr int kRetryBudget = 500;
  struct State {
    double tokens = 0;
    SteadyTime filled;      ///< until when `tokens` is counted
    SteadyTime next_visit;  ///< of whoever is turned away next
    int failures = 0;       ///< in a row
    int retry_budget = kRetryBudget;
  };
  const RateLimit& limit(CallGroup) const;
  State& state(const Bucket&) SLIPWAY_REQUIRES(mutex_);
  void leave(const std::string& account);

  const RateLimits limits_;
  const Clock& clock_;
  Random& random_;
  Mutex mutex_;
  std::map<Bucket, State> buckets_ SLIPWAY_GUARDED_BY(mutex_);
  std::map<std::string, int> calls_under_way_ SLIPWAY_GUARDED_BY(mutex_);
};

}  // namespace slipway::aws
