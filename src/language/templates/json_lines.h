// Answers a stream of JSON objects, one a line, with as many (behind conformance.h).
#pragma once

#include <functional>
#include <iosfwd>

#include "base/json.h"

namespace slipway::language {

/// For each line that is not blank, `answer` fills the object that is written, which holds the line's "id" already.
/// What it throws, and a line that is no object, becomes "error".
void answer_json_lines(std::istream& in, std::ostream& out,
                       const std::function<void(const json::object& line, json::object& result)>& answer);

}  // namespace slipway::language
