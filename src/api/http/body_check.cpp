#include "api/http/body_check.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "api/http/other_spellings.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/text.h"

namespace slipway::api {
namespace {

constexpr std::size_t kShortestMisspelt = 4;

/// The member's name as declared, or the one that is meant: a slip away, else another name of the same. Both are empty
/// when it is neither.
struct Reading {
  std::string_view declared, meant;
};

Reading read_name(std::string_view name, const json::object& declared) {
  std::string_view nearly, same;
  const Meaning meaning(name);
  for (const auto& member : declared) {
    const std::string_view known = member.key();
    if (equals_ignoring_case(name, known)) return {known, {}};
    const bool is_long = name.size() >= kShortestMisspelt && known.size() >= kShortestMisspelt;
    if (is_long && letters_apart(name, known, 1) <= 1) nearly = known;
    if (same.empty() && meaning.is_that_of(known)) same = known;
  }
  return {{}, nearly.empty() ? same : nearly};
}

void check(const json::value& value, const json::object& shape, const std::string& path, Problems& problems) {
  if (const json::array* items = value.if_array()) {
    const json::object* of_items = json::object_at(shape, "items");
    for (std::size_t i = 0; of_items != nullptr && i < items->size(); ++i) {
      check((*items)[i], *of_items, fmt::format("{}[{}]", path, i), problems);
    }
    return;
  }
  const json::object* members = value.if_object();
  const json::object* declared = json::object_at(shape, "properties");
  if (members == nullptr || declared == nullptr) return;
  for (const auto& member : *members) {
    const std::string here = path.empty() ? std::string(member.key()) : fmt::format("{}.{}", path, member.key());
    const Reading name = read_name(member.key(), *declared);
    if (!name.declared.empty()) {
      check(member.value(), declared->at(name.declared).as_object(), here, problems);
    } else if (!name.meant.empty() && !member.value().is_null()) {
      problems.add(fmt::format("{} is no known member. Did you mean {}?", here, name.meant));
    }
  }
}

}  // namespace

void refuse_misspelt_members(const json::value& body, const json::object& shape) {
  Problems problems;
  check(body, shape, "", problems);
  problems.throw_if_any();
}

}  // namespace slipway::api
