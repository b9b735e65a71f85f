// What no cloud offers: looking at the whole simulated world, and making it misbehave. Below /_sim/, JSON in and out.
//
// clang-format off
//   GET  /_sim/state               every account's services, deployments, task definitions and tasks
//   GET  /_sim/calls               what was called, registered and started (call_counts.h)
//   GET  /_sim/operations          what is implemented: "ecs:UpdateService", ...
//   POST /_sim/images              {"account","repository","tag","digest"?,"region"?}: push an image, or move a tag
//   POST /_sim/behaviours          {"image","account"?,"behaviour","exitCode"?,"afterSeconds"?} (world.h, Misbehaviour)
//   POST /_sim/faults              {"kind","operation"?,"account"?,"count"?,"seconds"?,"cluster"?} (scenario.h)
//   POST /_sim/credentials/expire  {"account"?}: sessions of that account, or all, end now
//   POST /_sim/roles/delete        {"arn"}: it can't be assumed any more, and its sessions are void
//   POST /_sim/foreign-update      UpdateService's input with "account": someone else does it; its answer
//   POST /_sim/scenario            adds a scenario (scenario.h)
//   POST /_sim/reset               a new world with a scenario, or empty without a body
// clang-format on
#pragma once

#include "net/http.h"
#include "sim/core/clouds.h"

namespace slipway::sim {

/// Answers a request below /_sim/ but for reset, which is the simulator's. `region` is the default one.
net::Response admin(Clouds&, const net::Request&, Time now);

}  // namespace slipway::sim
