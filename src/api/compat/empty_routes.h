// Collections of features that are not there yet. Clients list them on their way; an empty list lets them pass.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> empty_routes();

}  // namespace slipway::api
