// Tasks: lists, state, logs, cancel.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> task_routes();

}  // namespace slipway::api
