// The documents of releases, deployments, tasks and what else is made of them, as components of the OpenAPI document.
#pragma once

#include "base/json.h"

namespace slipway::api {

/// By name.
json::object delivery_components();

}  // namespace slipway::api
