// How many requests a kind of caller may send in a minute. There are three, one for each kind.
#pragma once

#include "model/schema.h"

namespace slipway::model {

Schema rate_limiting_policy_schema();

}  // namespace slipway::model
