// The filters of the substitution language (docs/language.md, Templates).
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "language/filters/regex.h"
#include "language/templates/budget.h"

namespace slipway::language {

/// What filters may know of the evaluation they are part of.
struct FilterContext {
  Time now{};
  std::chrono::minutes local_offset{0};
  Budget& budget;
  RegexCache& regexes;
};

/// What stands in front of the filter; nullopt when missing.
using FilterSubject = std::optional<std::string_view>;
using FilterOptions = std::span<const std::string>;
/// nullopt leaves the token unresolved. Throws Error{invalid} where the evaluation must fail as a whole.
using FilterResult = std::optional<std::string>;
using Filter = FilterResult (*)(FilterSubject, FilterOptions, const FilterContext&);

struct FilterEntry {
  std::string_view name;  ///< lower-case
  Filter apply;
  /// How many bytes it may take, for its result and on the way there, for each byte of the subject and the options.
  /// These are held before it is called; one whose result may be larger holds what it needs itself.
  std::size_t growth;
  /// It answers a question about its subject, so that its result tells nothing of the text itself.
  bool is_test = false;
};

std::span<const FilterEntry> all_filters();
/// By name, ignoring case. Null pointer when there is no such filter.
const FilterEntry* find_filter(std::string_view name);

/// The one filter that the evaluator itself knows: written exactly so and last, it makes a whole text null.
inline constexpr std::string_view kNullFilter = "null";

}  // namespace slipway::language
