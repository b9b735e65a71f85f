// The language as a filter over JSON lines: what `slipway eval` and `slipway versions` do (docs/language.md).
//
// A line that can't be read is answered with its error and never stops the others.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "base/time.h"

namespace slipway::language {

/// Reads {"id","op","variables","template","halt_on_error","default"} from each line and writes {"id","result"} or
/// {"id","error"}, with "reported_error" where the evaluation reports one. `now` is what NowDate shows. Returns 0.
int run_eval_jsonl(std::istream& in, std::ostream& out, Time now);

/// Reads the version cases of docs/language.md from each line and writes their outcomes. Returns 0.
int run_versions_jsonl(std::istream& in, std::ostream& out);

/// Evaluates one text over the JSON object `variables`. Writes the result to `out` and missing tokens, or the error, to
/// `err`. Returns the exit status: 0, or 1 when something is missing or wrong.
int eval_once(std::string_view variables, std::string_view text, Time now, std::ostream& out, std::ostream& err);

}  // namespace slipway::language
