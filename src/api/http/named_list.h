// A bare list of what has a name and nothing else, as clients let people choose from it.
#pragma once

#include <span>
#include <string_view>

#include "base/json.h"
#include "net/http.h"

namespace slipway::api {

/// The name is the id, too.
net::Response named_list(std::span<const std::string_view> names);
json::object named_list_shape();

}  // namespace slipway::api
