// Addresses of what the server can't do yet. Existing clients ask them on their way: an empty answer lets them pass,
// and what would make something is refused with the reason. Where another route answers at an address, it has it.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

/// Those of them that none of the routes that are there takes.
std::vector<Route> not_yet_routes(const std::vector<Route>& there);

}  // namespace slipway::api
