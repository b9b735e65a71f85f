// Looking into feeds: which packages there are, and which versions a channel's rule would take.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> feed_routes();

}  // namespace slipway::api
