#include "api/resources/other_names.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace slipway::api {
namespace {

struct OtherName {
  std::string_view type, name, id;
};

constexpr OtherName kOtherNames[] = {
    {"Team", "Octopus Administrators", "teams-administrators"},
    {"Team", "Octopus Managers", "teams-managers"},
};

}  // namespace

std::optional<std::string> known_as(std::string_view type, std::string_view name) {
  for (const OtherName& other : kOtherNames) {
    if (other.type == type && equals_ignoring_case(other.name, name)) return std::string(other.id);
  }
  return std::nullopt;
}

void admit_other_names(storage::Reader& reader, storage::ResourceFilter& filter) {
  std::set<std::string> more;
  for (const OtherName& other : kOtherNames) {
    if (other.type != filter.type) continue;
    const bool is_named = filter.name && equals_ignoring_case(other.name, *filter.name);
    const bool is_part = filter.partial_name &&
                         to_lower_ascii(other.name).find(to_lower_ascii(*filter.partial_name)) != std::string::npos;
    if (is_named || is_part) more.emplace(other.id);
  }
  if (more.empty()) return;
  for (const auto& row : storage::list_resources(reader, filter, storage::everything).items) more.insert(row.id);
  const auto is_asked_for = [&](const std::string& id) {
    return !filter.ids || std::any_of(filter.ids->begin(), filter.ids->end(),
                                      [&](const std::string& asked) { return equals_ignoring_case(asked, id); });
  };
  std::erase_if(more, [&](const std::string& id) { return !is_asked_for(id); });
  filter.name.reset();
  filter.partial_name.reset();
  filter.ids.emplace(more.begin(), more.end());
}

}  // namespace slipway::api
