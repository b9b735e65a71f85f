// The roles that come with every server. They are shown, so that clients find them by name; what a user may do follows
// from the administrators' team alone.
#pragma once

#include <vector>

#include "model/schema.h"

namespace slipway::model {

Schema user_role_schema();
/// With their ids.
std::vector<json::object> built_in_user_roles();

}  // namespace slipway::model
