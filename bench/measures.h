// The figures of `./dev bench server`, in groups that share a server and its data.
#pragma once

#include "bench/report.h"

namespace slipway::bench {

/// Memory, start and reads of a server with 1,000 projects.
void measure_catalogue(Report&);
/// 10 calls that deploy a step that does nothing to 1,000 tenants each.
void measure_deployments(Report&);
/// A project with a long history deleted while a client works.
void measure_erasure(Report&);
/// A server killed while 100 tenants' ECS rollouts are under way.
void measure_restart(Report&);

}  // namespace slipway::bench
