// When something must have ended. There is no default: whoever starts a request says how long it may take, and every
// call that it causes gets what is left.
#pragma once

#include <algorithm>
#include <optional>

#include "base/time.h"

namespace slipway {

/// A moment of the monotonic clock, so that setting the wall clock moves no deadline. A value; the clock outlives it.
class Deadline {
 public:
  static Deadline after(const Clock& clock, Duration time) { return {clock, clock.steady() + time}; }

  SteadyTime at() const { return at_; }
  /// Never negative.
  Duration left() const { return std::max(at_ - clock_->steady(), Duration(0)); }
  bool is_over() const { return left() == Duration(0); }
  /// This one, or `time` from now when that is sooner.
  Deadline within(Duration time) const { return {*clock_, std::min(at_, clock_->steady() + time)}; }

 private:
  Deadline(const Clock& clock, SteadyTime at) : clock_(&clock), at_(at) {}

  const Clock* clock_;
  SteadyTime at_;
};

/// How long calls may take: each so long, for callers that can come again; or all of them until one deadline, for a
/// request whose sender waits.
class CallTime {
 public:
  static CallTime each(Duration time) { return CallTime(time, std::nullopt); }
  static CallTime until(const Deadline& end) { return CallTime(Duration(0), end); }

  /// The deadline of a call, or of one sequence of calls such as the pages of a list, that begins now.
  Deadline begin(const Clock& clock) const { return end_ ? *end_ : Deadline::after(clock, each_); }

 private:
  CallTime(Duration each, std::optional<Deadline> end) : each_(each), end_(end) {}

  Duration each_;
  std::optional<Deadline> end_;
};

}  // namespace slipway
