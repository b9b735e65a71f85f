// What is measured, for a monitoring system that has a key. Beside it: slipway server --metrics-listen.
#pragma once

#include "api/http/route.h"

namespace slipway::api {

Route metrics_route();

}  // namespace slipway::api
