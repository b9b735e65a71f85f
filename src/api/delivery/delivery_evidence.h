// What a deployment did in the outside world, step by step, as the steps themselves proved it: account, region,
// cluster, service, revision, image digests, and when.
#pragma once

#include "base/json.h"
#include "storage/database.h"
#include "storage/releases.h"

namespace slipway::api {

/// Of steps that have ended; `Evidence` is null where a step proves nothing. The texts were masked when they were kept.
json::object delivery_evidence(storage::Reader&, const storage::DeploymentRecord&);

}  // namespace slipway::api
