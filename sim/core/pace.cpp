#include "sim/core/pace.h"

namespace slipway::sim {

Pace Pace::faster(double by) const {
  Pace pace = *this;
  for (Duration Pace::*length :
       {&Pace::scheduler_tick, &Pace::fargate_placement_least, &Pace::fargate_placement_most, &Pace::ec2_placement,
        &Pace::pull_least, &Pace::pull_most, &Pace::pull_refused, &Pace::container_start, &Pace::healthy_after,
        &Pace::container_stop, &Pace::first_start_delay, &Pace::longest_start_delay}) {
    pace.*length = std::chrono::duration_cast<Duration>(pace.*length / by);
  }
  pace.divisor = divisor * by;
  return pace;
}

Duration Pace::scaled(Duration length) const { return std::chrono::duration_cast<Duration>(length / divisor); }

}  // namespace slipway::sim
