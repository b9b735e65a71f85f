// Reads templates (docs/language.md, Templates). The grammar is ordered choice with backtracking, made linear by
// remembering what was found at each `#{`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "language/templates/budget.h"
#include "language/templates/template_tree.h"

namespace slipway::language {

struct ParsedTemplate {
  Tokens tokens;
  std::optional<std::string> error;  ///< set where the text does not parse; `tokens` is then empty
};

/// `halt_on_error` false: what does not parse becomes text and there is no error.
/// Throws Error{too_large} for nesting deeper than 100, or more than 40 filters or operators in a row.
ParsedTemplate parse_template(std::string_view text, bool halt_on_error);

/// Before parsing: the work of it, and the bytes that the tree may take at most, which are held.
void charge_parsing(std::string_view text, Budget&, Budget::Hold&);

/// The longest prefix of a variable's name that is a path; nullopt when there is none.
std::optional<Symbol> parse_name(std::string_view name);

}  // namespace slipway::language
