// RegisterTaskDefinition's reading of its input: what AWS checks, and what it fills in or rewrites.
#pragma once

#include "base/json.h"

namespace slipway::sim {

/// The task definition in AWS's normal form, without tags. Members that this model doesn't know are kept. Throws
/// AwsError{ClientException} for what AWS refuses.
json::object normal_task_definition(const json::object& registration);

}  // namespace slipway::sim
