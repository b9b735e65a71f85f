// What the server says of itself: its state, counts of what it holds, and the settings that clients look for.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

/// The version of the API that this server is compatible with. Clients gate features on it, so it says nothing about
/// our own.
inline constexpr std::string_view kCompatibleVersion = "2026.2.1";

std::vector<Route> server_status_routes();

}  // namespace slipway::api
