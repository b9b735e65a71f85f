// Looking into feeds: which packages there are, and which versions a channel's rule would take (contract-hotpath §5).
#pragma once

#include <vector>

#include "api/route.h"

namespace slipway::api {

std::vector<Route> feed_routes();

}  // namespace slipway::api
