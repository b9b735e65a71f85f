// Answers that every server gives alike: which kinds of events, tasks … there are.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> fixed_routes();

}  // namespace slipway::api
