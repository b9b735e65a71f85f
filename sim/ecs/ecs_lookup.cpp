#include "sim/ecs/ecs_lookup.h"

#include <algorithm>

namespace slipway::sim {
namespace {

const TaskDefinition* newest_active(const Family& family) {
  const auto found = std::find_if(family.revisions.rbegin(), family.revisions.rend(),
                                  [](const auto& entry) { return entry.second.active; });
  return found == family.revisions.rend() ? nullptr : &found->second;
}

}  // namespace

bool means(std::string_view given, std::string_view arn) {
  if (!given.starts_with("arn:") || given == arn) return true;
  const auto type = arn.find('/');
  return given == std::string(arn.substr(0, type + 1)) + last_part(arn);
}

const TaskDefinition& task_definition_named(const Region& region, const std::string& name) {
  const TaskDefinitionName parsed = parse_task_definition_name(name);
  const auto family = region.families.find(parsed.family);
  const TaskDefinition* found = nullptr;
  if (parsed.revision) {
    found = find_task_definition(region, name);
  } else if (family != region.families.end()) {
    found = newest_active(family->second);
  }
  // An ARN of another account or region has the right name, but isn't here.
  const bool elsewhere = found != nullptr && name.starts_with("arn:") && parsed.revision && found->arn != name;
  if (found == nullptr || elsewhere) throw AwsError("ClientException", "Unable to describe task definition.");
  return *found;
}

}  // namespace slipway::sim
