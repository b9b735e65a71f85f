// Releases: create, read, edit, delete, block, and where they may go.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> release_routes();

}  // namespace slipway::api
