// The arithmetic of a rolling deployment: pure functions of counts. Which tasks exist is fleet.h's business.
#pragma once

#include <string>

#include "base/time.h"

namespace slipway::sim {

/// Between how many healthy tasks at least, and active ones at most, a deployment moves: ECS's
/// minimumHealthyPercent rounded up, its maximumPercent rounded down.
struct Bounds {
  int lower = 0;
  int upper = 0;
};
Bounds bounds_of(int desired, int minimum_healthy_percent, int maximum_percent);

/// A service's tasks that shall run (PROVISIONING to RUNNING), counted. "Unhealthy" are those that failed a health
/// check; a task may be neither healthy nor unhealthy yet.
struct Census {
  int desired = 0;
  Bounds bounds;
  int primary_active = 0;
  int primary_healthy = 0;
  int primary_unhealthy = 0;
  int old_active = 0;  ///< of all other deployments together
  int old_healthy = 0;
  int old_missing = 0;  ///< tasks that old deployments lost and should replace from their own revision
};

/// What the scheduler does in one tick.
struct Moves {
  int start_primary = 0;
  int start_old = 0;
  int stop_primary = 0;  ///< unhealthy ones first
  int stop_old = 0;      ///< unhealthy ones first
  bool stuck = false;    ///< nothing may start or stop, now or later, though old tasks remain

  bool operator==(const Moves&) const = default;
};
Moves decide(const Census&);

/// The circuit breaker's threshold as a service states it (ECS API reference, DeploymentCircuitBreaker).
struct BreakerThreshold {
  enum class Kind { bounded_percent, count, unbounded_percent };
  Kind kind = Kind::bounded_percent;
  int value = 50;
};
int failures_allowed(const BreakerThreshold&, int desired);

/// How long the scheduler waits after `failures` (≥ 0) failed starts in a row: doubling from `first`, at most
/// `longest`.
Duration start_delay(int failures, Duration first, Duration longest);

}  // namespace slipway::sim
