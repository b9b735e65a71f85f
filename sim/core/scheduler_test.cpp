#include "sim/core/scheduler.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

namespace slipway::sim {
namespace {

/// Plays a rollout in which every task becomes healthy, and every stop ends, between two ticks. Each tick reads
/// "-old +new"; the last entry is "done" or "stuck".
std::vector<std::string> play(int desired, int minimum, int maximum) {
  Census census;
  census.desired = desired;
  census.bounds = bounds_of(desired, minimum, maximum);
  census.old_active = census.old_healthy = desired;
  std::vector<std::string> ticks;
  while (true) {
    const Moves moves = decide(census);
    if (moves.stuck || moves == Moves{}) {
      ticks.push_back(moves.stuck ? "stuck" : "done");
      return ticks;
    }
    std::string tick;
    if (moves.stop_old > 0) tick += "-" + std::to_string(moves.stop_old);
    if (moves.start_primary > 0) tick += (tick.empty() ? "+" : " +") + std::to_string(moves.start_primary);
    ticks.push_back(tick);
    census.old_active = census.old_healthy = census.old_active - moves.stop_old;
    census.primary_active = census.primary_healthy = census.primary_active + moves.start_primary;
  }
}

using Ticks = std::vector<std::string>;

TEST_CASE("a rolling deployment starts and stops exactly what its percentages allow") {
  CHECK(play(1, 100, 200) == Ticks{"+1", "-1", "done"});
  CHECK(play(1, 0, 100) == Ticks{"-1", "+1", "done"});
  CHECK(play(4, 50, 100) == Ticks{"-2", "+2", "-2", "+2", "done"});
  CHECK(play(4, 50, 200) == Ticks{"-2 +4", "-2", "done"});
  CHECK(play(4, 100, 150) == Ticks{"+2", "-2", "+2", "-2", "done"});
  CHECK(play(0, 100, 200) == Ticks{"done"});
}

TEST_CASE("percentages that round to no room are stuck for ever") {
  CHECK(play(1, 100, 100) == Ticks{"stuck"});
  CHECK(play(3, 100, 125) == Ticks{"stuck"});  // floor(3.75) = 3
  CHECK(play(2, 75, 100) == Ticks{"stuck"});   // ceil(1.5) = 2
}

TEST_CASE("a deployment whose tasks are still starting is waiting, not stuck") {
  Census census{.desired = 4, .bounds = bounds_of(4, 100, 150), .primary_active = 2, .old_active = 4, .old_healthy = 4};
  CHECK_FALSE(decide(census).stuck);
  CHECK(decide(census) == Moves{});
}

TEST_CASE("desired 0 stops every task, healthy or not") {
  Census census{.desired = 0, .bounds = bounds_of(0, 100, 200), .old_active = 3, .old_healthy = 1};
  CHECK(decide(census).stop_old == 3);
  census = {.desired = 0, .bounds = bounds_of(0, 100, 200), .primary_active = 3, .primary_healthy = 2};
  CHECK(decide(census).stop_primary == 3);
}

TEST_CASE("an unhealthy task is replaced first where there is room, else stopped one by one") {
  Census roomy{.desired = 2, .bounds = bounds_of(2, 100, 200), .primary_active = 2, .primary_healthy = 1};
  roomy.primary_unhealthy = 1;
  CHECK(decide(roomy) == Moves{.start_primary = 1});
  Census full = roomy;
  full.bounds = bounds_of(2, 50, 100);
  CHECK(decide(full) == Moves{.stop_primary = 1});
}

TEST_CASE("an unhealthy task is stopped once its replacement is healthy") {
  const Census census{.desired = 2,
                      .bounds = bounds_of(2, 100, 200),
                      .primary_active = 3,
                      .primary_healthy = 2,
                      .primary_unhealthy = 1};
  CHECK(decide(census) == Moves{.stop_primary = 1});
}

TEST_CASE("an older deployment loses its tasks for good once the primary carries all") {
  const Census census{
      .desired = 2, .bounds = bounds_of(2, 50, 200), .primary_active = 2, .primary_healthy = 2, .old_missing = 1};
  CHECK(decide(census) == Moves{});
}

TEST_CASE("old deployments replace their losses in the room that the primary leaves") {
  const Census census{.desired = 2,
                      .bounds = bounds_of(2, 100, 200),
                      .primary_active = 2,
                      .old_active = 1,
                      .old_healthy = 1,
                      .old_missing = 1};
  CHECK(decide(census) == Moves{.start_old = 1});
}

TEST_CASE("broken old tasks that take all the room make way one by one") {
  const Census census{.desired = 1, .bounds = bounds_of(1, 100, 100), .old_active = 1};
  CHECK(decide(census) == Moves{.stop_old = 1});
}

TEST_CASE("the circuit breaker allows half of desired, but 3 at least and 200 at most") {
  CHECK(failures_allowed({}, 1) == 3);
  CHECK(failures_allowed({}, 25) == 13);
  CHECK(failures_allowed({}, 400) == 200);
  CHECK(failures_allowed({}, 1000) == 200);
  CHECK(failures_allowed({BreakerThreshold::Kind::count, 7}, 400) == 7);
  CHECK(failures_allowed({BreakerThreshold::Kind::unbounded_percent, 50}, 1000) == 500);
}

TEST_CASE("failed starts wait twice as long each time, up to the limit") {
  using std::chrono::minutes, std::chrono::seconds;
  CHECK(start_delay(0, seconds(10), minutes(27)) == seconds(0));
  CHECK(start_delay(1, seconds(10), minutes(27)) == seconds(10));
  CHECK(start_delay(4, seconds(10), minutes(27)) == seconds(80));
  CHECK(start_delay(1000, seconds(10), minutes(27)) == minutes(27));
}

}  // namespace
}  // namespace slipway::sim
