#include "sim/core/scheduler.h"

#include <algorithm>

namespace slipway::sim {
namespace {

int ceil_percent(int whole, int percent) { return static_cast<int>((static_cast<long>(whole) * percent + 99) / 100); }

int at_least_zero(int n) { return std::max(n, 0); }

}  // namespace

Bounds bounds_of(int desired, int minimum_healthy_percent, int maximum_percent) {
  return {ceil_percent(desired, minimum_healthy_percent),
          static_cast<int>(static_cast<long>(desired) * maximum_percent / 100)};
}

Moves decide(const Census& c) {
  Moves moves;
  const int room = at_least_zero(c.bounds.upper - c.primary_active - c.old_active);
  const int sound_primary = c.primary_active - c.primary_unhealthy;
  const bool primary_carries_all = c.primary_healthy >= c.desired;

  moves.start_primary = std::min(room, at_least_zero(c.desired - sound_primary));
  // What the primary carries already, no task of an older deployment is replaced for: it is to go.
  moves.start_old = primary_carries_all ? 0 : std::min(room - moves.start_primary, c.old_missing);

  // Unhealthy tasks go when their replacements are healthy, or one by one where there is no room for replacements.
  const int surplus = at_least_zero(sound_primary - c.desired);
  if (primary_carries_all) {
    moves.stop_primary = surplus + c.primary_unhealthy;
  } else {
    moves.stop_primary = surplus + (room == 0 && c.primary_unhealthy > 0 ? 1 : 0);
  }

  const int healthy = std::min(c.primary_healthy, c.desired) + c.old_healthy;
  if (primary_carries_all) {
    moves.stop_old = c.old_active;
  } else {
    moves.stop_old = std::min(at_least_zero(healthy - c.bounds.lower), c.old_active);
    const bool old_one_is_in_the_way = room == 0 && moves.stop_primary == 0 && c.old_active > c.old_healthy;
    if (moves.stop_old == 0 && old_one_is_in_the_way && sound_primary < c.desired) moves.stop_old = 1;
  }

  const bool all_settled = c.primary_active == c.primary_healthy && c.old_active == c.old_healthy;
  const bool nothing_moves = moves == Moves{};
  moves.stuck = nothing_moves && all_settled && c.old_active > 0 && c.primary_active < c.desired;
  return moves;
}

int failures_allowed(const BreakerThreshold& threshold, int desired) {
  switch (threshold.kind) {
    case BreakerThreshold::Kind::count:
      return threshold.value;
    case BreakerThreshold::Kind::unbounded_percent:
      return std::max(1, ceil_percent(desired, threshold.value));
    case BreakerThreshold::Kind::bounded_percent:
      break;
  }
  return std::clamp(ceil_percent(desired, threshold.value), 3, 200);
}

Duration start_delay(int failures, Duration first, Duration longest) {
  if (failures <= 0) return Duration(0);
  Duration delay = first;
  for (int i = 1; i < failures && delay < longest; ++i) delay *= 2;
  return std::min(delay, longest);
}

}  // namespace slipway::sim
