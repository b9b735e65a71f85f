#include "model/resources/spaces/space.h"

#include <fmt/format.h>

#include "model/resources/delivery/retention_policy.h"
#include "model/resources/people/team.h"

namespace slipway::model {
namespace {

std::string managers_team(std::string_view space) { return fmt::format("teams-spacemanagers-{}", space); }

std::vector<Changes::NewDocument> retention_policies(std::string_view space) {
  std::vector<Changes::NewDocument> policies;
  for (const std::string& type : kRetentionTypes) {
    policies.push_back(
        {"RetentionPolicy", {{"SpaceId", space}, {"Name", fmt::format("Default {}", type)}, {"RetentionType", type}}});
  }
  return policies;
}

/// What a new space comes with: clients look these documents up by their names.
std::vector<Changes::NewDocument> furniture(const json::object& space) {
  const std::string_view id = json::text_at(space, "Id").value_or("");
  const bool is_first = json::flag_at(space, "IsDefault").value_or(false);
  json::object feed{{"SpaceId", id}, {"Name", "Octopus Server (built-in)"}, {"FeedType", "BuiltIn"}};
  if (is_first) feed["Id"] = "feeds-builtin";
  std::vector<Changes::NewDocument> documents{
      {"Team",
       {{"Id", managers_team(id)},
        {"Name", fmt::format("Space Managers of {}", json::text_at(space, "Name").value_or(id))},
        {"SpaceId", id},
        {"CanBeDeleted", false}}},
      {"Lifecycle", {{"SpaceId", id}, {"Name", "Default Lifecycle"}}},
      {"ProjectGroup", {{"SpaceId", id}, {"Name", "Default Project Group"}}},
      {"WorkerPool",
       {{"SpaceId", id}, {"Name", "Default Worker Pool"}, {"WorkerPoolType", "StaticWorkerPool"}, {"IsDefault", true}}},
      {"Feed", std::move(feed)},
      {"MachinePolicy", {{"SpaceId", id}, {"Name", "Default Machine Policy"}, {"IsDefault", true}}},
  };
  for (Changes::NewDocument& policy : retention_policies(id)) documents.push_back(std::move(policy));
  return documents;
}

void add_managers_team(json::object& space) {
  const std::string team = managers_team(json::text_at(space, "Id").value_or(""));
  json::array& teams = space["SpaceManagersTeams"].as_array();
  for (const auto& t : teams) {
    if (t == json::value(team)) return;
  }
  teams.push_back(json::value(team));
}

Changes space_hook(const Edit& edit, const Lookup&, Problems& problems) {
  if (edit.is_deletion()) {
    if (json::flag_at(*edit.before, "IsDefault").value_or(false)) {
      problems.add("The default space can't be deleted.");
    } else if (!json::flag_at(*edit.before, "TaskQueueStopped").value_or(false)) {
      problems.add("A space whose task queue runs can't be deleted: set TaskQueueStopped to true first.");
    }
    return {.erase = {managers_team(json::text_at(*edit.before, "Id").value_or(""))}};
  }
  json::object& space = *edit.after;
  if (space["SpaceManagersTeams"].as_array().empty() && space["SpaceManagersTeamMembers"].as_array().empty()) {
    problems.add(
        "SpaceManagersTeams or SpaceManagersTeamMembers must name at least one team or user: somebody has to manage "
        "the space.");
  }
  add_managers_team(space);
  if (!edit.is_creation()) return {};
  return {.create = furniture(space)};
}

}  // namespace

Schema space_schema() {
  return {
      .type = "Space",
      .collection = "spaces",
      .id_prefix = "Spaces",
      .scope = Scope::system,
      .dimension = Dimension::space,
      .fields = {name_field(50), slug_field(), description_field(), flag("IsDefault").server_set(), flag("IsPrivate"),
                 flag("TaskQueueStopped"), references("SpaceManagersTeams", {"Team"}).unlinked_on_delete(),
                 references("SpaceManagersTeamMembers", {"User"}).unlinked_on_delete(),
                 anything("ExtensionSettings", json::array())},
      .links = {{"SpaceHome", "/api/<id>"}, {"Web", "/app#/<id>"}},
      .list_template = "{?name,skip,ids,take,partialName}",
      .link_name = "Spaces",
      .permissions = permissions_of("Space"),
      .hook = space_hook,
  };
}

}  // namespace slipway::model
