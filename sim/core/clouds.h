// The parts of a simulator that its APIs work on together.
#pragma once

#include "base/random.h"
#include "sim/core/call_counts.h"
#include "sim/core/faults.h"
#include "sim/core/history.h"
#include "sim/ecs/fleet.h"
#include "sim/ecs/world.h"

namespace slipway::sim {

/// Not thread-safe; neither copied nor moved, since its parts refer to each other.
struct Clouds {
  Clouds(Pace pace, Rules rules, std::uint64_t seed)
      : random(seed), fleet(world, pace, rules, random, [this](const Place& place, Time now) {
          history.record(world.region(place), now);
        }) {}
  Clouds(const Clouds&) = delete;
  Clouds& operator=(const Clouds&) = delete;

  World world;
  SeededRandom random;
  History history;
  Faults faults;
  CallCounts counts;
  Fleet fleet;
};

}  // namespace slipway::sim
