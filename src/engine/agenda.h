// What is to be done at an hour of the wall clock, however that clock is set meanwhile.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/executor.h"
#include "base/time.h"

namespace slipway::engine {

/// Threads: one at a time.
class Agenda {
 public:
  /// `wake_at` has its owner call woken() at that time.
  using WakeAt = std::function<void(SteadyTime)>;
  Agenda(const Clock& clock, WakeAt wake_at) : clock_(clock), wake_at_(std::move(wake_at)) {}

  void add(Time when, Job);
  /// Does what is due. Passes over a call that another has made needless.
  void woken(SteadyTime);

 private:
  void arm();

  const Clock& clock_;
  const WakeAt wake_at_;
  std::multimap<Time, Job> entries_;
  std::optional<SteadyTime> next_look_;
};

}  // namespace slipway::engine
