// The audit trail (AUD-1), to be read and never changed.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> event_routes();

}  // namespace slipway::api
