// Releases: create, read, edit, delete, block, and where they may go (contract-hotpath §7).
#pragma once

#include <vector>

#include "api/route.h"

namespace slipway::api {

std::vector<Route> release_routes();

}  // namespace slipway::api
