// How long things take in the model, at real speed, and how it judges. Faster runs divide the lengths (`faster`); what
// stands on the wire (timestamps, credential expiry) is never scaled.
#pragma once

#include <chrono>

#include "base/time.h"

namespace slipway::sim {

/// The states are those of the ECS guide's "Amazon ECS task lifecycle"; AWS publishes few of the lengths, so most are
/// typical ones. All are wall time of the simulator's clock.
struct Pace {
  Duration scheduler_tick = std::chrono::seconds(5);  ///< from a change to the scheduler's next look at the service
  Duration fargate_placement_least = std::chrono::seconds(10);
  Duration fargate_placement_most = std::chrono::seconds(20);
  Duration ec2_placement = std::chrono::seconds(1);
  Duration pull_least = std::chrono::seconds(5);
  Duration pull_most = std::chrono::seconds(20);
  Duration pull_refused = std::chrono::seconds(2);  ///< until a missing image is reported
  Duration container_start = std::chrono::seconds(2);
  Duration healthy_after = std::chrono::seconds(40);      ///< after RUNNING, without container check
  Duration container_stop = std::chrono::seconds(3);      ///< SIGTERM until the containers are gone
  Duration first_start_delay = std::chrono::seconds(10);  ///< doubles with each failed start in a row
  Duration longest_start_delay = std::chrono::minutes(27);
  double divisor = 1;  ///< for lengths that requests name: health check intervals, crash delays

  /// The same world, `divisor` (≥ 1) times as fast.
  Pace faster(double divisor) const;
  /// A length named by a request, at this pace.
  Duration scaled(Duration) const;
};

/// Where AWS's behaviour is disputed or changed, both can be simulated.
struct Rules {
  bool replace_from_own_revision = true;  ///< since November 2025; before: always from PRIMARY
  bool count_exit_after_running = false;  ///< whether a crash after RUNNING counts for the circuit breaker
};

/// How long a stopped task can still be described.
inline constexpr Duration kStoppedTasksVisible = std::chrono::hours(1);

}  // namespace slipway::sim
