// What a stopped task says about the release that it ran.
#pragma once

#include <string>

#include "cloud/service_observation.h"

namespace slipway::steps::ecs {

enum class StopKind {
  replaced,     ///< the scheduler made room: it says nothing
  interrupted,  ///< by a person, or by AWS taking the machine back: not the release's doing
  no_room,      ///< there was no capacity for it, which may still come
  never_ran,    ///< failed before RUNNING
  unhealthy,    ///< failed a health check
  exited        ///< ran, and ended by itself
};

StopKind kind_of(const aws::StoppedTask&);
/// The release is to blame.
bool is_failure(StopKind);
/// "CannotPullContainerError: …", "Essential container in task exited; web: exit 137".
std::string cause_of(const aws::StoppedTask&);

}  // namespace slipway::steps::ecs
