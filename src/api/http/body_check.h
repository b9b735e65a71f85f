// What a body must not hold, told from the shape that its route declares.
#pragma once

#include "base/json.h"

namespace slipway::api {

/// A member that is a declared one but for one letter, or that another call knows by that name, would be passed over,
/// and so something else be done than what was asked for: Error{invalid} names each. Documents have their schemas,
/// which see to that themselves.
void refuse_misspelt_members(const json::value& body, const json::object& shape);

}  // namespace slipway::api
