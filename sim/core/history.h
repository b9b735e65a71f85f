// Lagging reads: while a place lags, its past states are kept, and reads see the one of some time ago, as the
// ECS API reference warns ("eventual consistency").
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <utility>

#include "base/time.h"
#include "sim/ecs/world.h"

namespace slipway::sim {

class History {
 public:
  /// From `now` on, reads of the place see its state of `lag` ago; at first the present one. 0 ends it.
  void set_lag(const Region& present, Duration lag, Time now);
  /// To be called after every change of the region.
  void record(const Region& present, Time now);
  /// What a reader sees now.
  const Region& view(const Region& present, Time now);

 private:
  struct Past {
    Duration lag;
    std::deque<std::pair<Time, std::unique_ptr<const Region>>> states;  ///< oldest first
  };
  static void forget(Past&, Time now);

  std::map<Place, Past> pasts_;
};

}  // namespace slipway::sim
