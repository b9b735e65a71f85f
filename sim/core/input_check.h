// What AWS's own model says of an operation's input: kinds, values, bounds and required members, refused as the service
// refuses them before it looks at what they mean.
#pragma once

#include <string_view>

#include "base/json.h"

namespace slipway::sim {

/// The input as the service reads it: nulls are absent, and so is a member in the wrong case, since names are exact.
/// Members that the model doesn't know stay, for AWS adds new ones. Throws AwsError naming the path.
json::object checked_input(std::string_view service, std::string_view operation, const json::object& input);

}  // namespace slipway::sim
