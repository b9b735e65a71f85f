#include "model/resources/projects/variable_template.h"

#include <fmt/format.h>

#include <map>

#include "base/text.h"

namespace slipway::model {
namespace {

/// How many templates have each name.
std::map<std::string, int> names_of(const json::object& owner, std::string_view member) {
  std::map<std::string, int> names;
  const json::array* templates = json::array_at(owner, member);
  for (std::size_t i = 0; templates != nullptr && i < templates->size(); ++i) {
    ++names[fold_name(json::text_at((*templates)[i].as_object(), "Name").value_or(""))];
  }
  return names;
}

}  // namespace

Field templates_field(std::string name) {
  // An empty Name is accepted, which the Go client's own tests send, and DefaultValue is never null, on which the
  // Terraform provider crashes.
  return objects(std::move(name), {text("Name").as_name(), text("Label"), text("HelpText"),
                                   text_or_secret("DefaultValue"), text_map("DisplaySettings")});
}

void check_template_names(const json::object* before, const json::object& after, Problems& problems,
                          std::string_view member) {
  const auto stored = before == nullptr ? std::map<std::string, int>() : names_of(*before, member);
  std::map<std::string, std::size_t> places;
  const json::array& templates = after.at(member).as_array();
  for (std::size_t i = 0; i < templates.size(); ++i) {
    const std::string_view name = json::text_at(templates[i].as_object(), "Name").value_or("");
    const std::string folded = fold_name(name);
    const auto known = stored.find(folded);
    const bool stood_twice = known != stored.end() && known->second > 1;
    const auto [first, is_new] = places.emplace(folded, i);
    if (folded.empty() || is_new || stood_twice) continue;
    problems.add(fmt::format("{0}[{1}].Name: {0}[{2}] is named '{3}' already; give each a name of its own.", member, i,
                             first->second, name));
  }
}

}  // namespace slipway::model
