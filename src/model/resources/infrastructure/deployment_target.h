// A machine or service that one deploys to. Nothing is deployed to it yet: a target is kept and shown, and nothing
// more.
#pragma once

#include "model/schema.h"

namespace slipway::model {

Schema deployment_target_schema();

}  // namespace slipway::model
