// Members that a body names twice. A parser keeps one of them, so the other would be dropped without a word.
#pragma once

#include <string_view>

#include "base/json.h"

namespace slipway::api {

/// Throws Error{invalid} naming a member that stands twice in one object of `text`, a JSON document that has been
/// parsed, and where. Names of members compare ignoring case, as everywhere; those of a map, whose keys are data, and
/// of what no shape describes must be equal to be the same.
/// `shape` is the body's (api/http/shape.h; null: none), `components` what shapes refer to.
void refuse_repeated_members(std::string_view text, const json::object* shape, const json::object& components);

}  // namespace slipway::api
