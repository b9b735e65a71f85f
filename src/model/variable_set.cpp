#include "model/variable_set.h"

#include <fmt/format.h>

#include "model/channel.h"
#include "model/deployment_process.h"
#include "model/environment.h"
#include "model/project.h"
#include "model/tag_set.h"

namespace slipway::model {
namespace {

json::object choice_of(std::string_view id, std::string_view name) { return {{"Id", id}, {"Name", name}}; }

/// What a variable of this set may be scoped to.
json::object scope_values(const json::object& set, const Lookup& lookup) {
  const std::string_view space = json::text_at(set, "SpaceId").value_or("");
  const std::string_view owner = json::text_at(set, "OwnerId").value_or("");
  json::array environments, actions, channels, tags, processes;
  for (const auto& e : list<Environment>(lookup, space)) environments.push_back(choice_of(e.Id, e.Name));
  for (const auto& tag_set : list<TagSet>(lookup, space)) {
    for (const auto& tag : tag_set.Tags) tags.push_back(choice_of(tag.CanonicalTagName, tag.CanonicalTagName));
  }
  for (const auto& process : list<DeploymentProcess>(lookup, owner)) {
    for (const auto& step : process.Steps) {
      for (const auto& action : step.Actions) actions.push_back(choice_of(action.Id, action.Name));
    }
  }
  for (const auto& channel : list<Channel>(lookup, owner)) channels.push_back(choice_of(channel.Id, channel.Name));
  if (owner.starts_with("Projects-")) {
    processes.push_back(json::object{{"Id", owner}, {"Name", "Deployment Process"}, {"ProcessType", "Deployment"}});
  }
  return {{"Environments", std::move(environments)}, {"Machines", json::array()},
          {"Actions", std::move(actions)},           {"Roles", json::array()},
          {"Channels", std::move(channels)},         {"TenantTags", std::move(tags)},
          {"Processes", std::move(processes)}};
}

json::object present(json::object set, const Lookup& lookup) {
  set["ScopeValues"] = scope_values(set, lookup);
  return set;
}

Field prompt() {
  return object("Prompt", {text("Label"), text("Description"), flag("Required"), text_map("DisplaySettings")})
      .nullable();
}

}  // namespace

Schema variable_set_schema() {
  return {
      .type = "VariableSet",
      .collection = "variables",
      .id_form = "variableset-<OwnerId>",
      .parent = "OwnerId",
      .fields = {reference("OwnerId", {"Project", "LibraryVariableSet"}).required().fixed(),
                 objects("Variables", {text("Name").required(), text("Description"), variable_value("Value"),
                                       text("Type").otherwise("String"), flag("IsSensitive"), flag("IsEditable", true),
                                       text_lists("Scope"), prompt()}),
                 // Shown, never stored: `present` makes it.
                 anything("ScopeValues").server_set().omitted_when_null()},
      .is_versioned = true,
      .name_member = "",
      .verbs = {.create = false, .remove = false},
      .nestings = {{"Project", "OwnerId", "variables", Nesting::Shape::single}},
      .present = present,
      .links = {},
      .list_template = "{?ids}",
      .link_name = "Variables",
      .permissions = {"VariableView", "VariableEdit", "VariableEdit", "VariableEdit"},
  };
}

}  // namespace slipway::model
