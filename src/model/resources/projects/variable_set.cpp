#include "model/resources/projects/variable_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/nearest.h"
#include "base/text.h"
#include "model/resources/infrastructure/environment.h"
#include "model/resources/projects/channel.h"
#include "model/resources/projects/deployment_process.h"
#include "model/resources/projects/project.h"
#include "model/resources/tenants/tag_set.h"

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

/// What a variable may be scoped to. There are no deployment targets, so names of some and of their roles are taken as
/// they are.
std::vector<Field> dimensions() {
  return {references("Environment", {"Environment"}).outlives_target(),
          references("Channel", {"Channel"}).outlives_target(),
          references("ProcessOwner", {"Project"}).outlives_target(),
          references("Project", {"Project"}).outlives_target(),
          references("Tenant", {"Tenant"}).outlives_target(),
          tags("TenantTag"),
          texts("Action"),
          texts("Machine"),
          texts("Role"),
          texts("TargetRole")};
}

/// The actions of a process, by id, and the ids of those that bear a name.
struct KnownActions {
  std::set<std::string, std::less<>> ids;
  std::map<std::string, std::string> by_name;  ///< folded

  KnownActions(const Lookup& lookup, std::string_view project) {
    for (const auto& process : list<DeploymentProcess>(lookup, project)) {
      for (const Step& step : process.Steps) {
        for (const Action& action : step.Actions) {
          ids.insert(action.Id);
          by_name.emplace(fold_name(action.Name), action.Id);
        }
      }
    }
  }
};

const json::value* scoped_actions(const json::value& variable) {
  const json::object* scope = json::object_at(variable.as_object(), "Scope");
  return scope == nullptr ? nullptr : scope->if_contains("Action");
}

/// Actions belong to the process of the set's project. One that was named before may be gone meanwhile.
void check_actions(const json::object* before, const json::object& after, const Lookup& lookup, Problems& problems) {
  const std::string_view owner = json::text_at(after, "OwnerId").value_or("");
  if (!owner.starts_with("Projects-")) return;
  std::set<std::string, std::less<>> named_before;
  if (before != nullptr) {
    for (const json::value& variable : before->at("Variables").as_array()) {
      const json::value* actions = scoped_actions(variable);
      if (actions == nullptr || !actions->is_array()) continue;
      for (const json::value& id : actions->get_array()) named_before.emplace(json::view(id.as_string()));
    }
  }
  std::optional<KnownActions> known;
  const json::array& variables = after.at("Variables").as_array();
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const json::value* actions = scoped_actions(variables[i]);
    if (actions == nullptr) continue;
    for (const json::value& item : actions->as_array()) {
      const std::string_view id = json::view(item.as_string());
      if (named_before.contains(id)) continue;
      if (!known) known.emplace(lookup, owner);
      if (known->ids.contains(id)) continue;
      const auto named = known->by_name.find(fold_name(id));
      problems.add(fmt::format("Variables[{}].Scope.Action: '{}' {}.", i, id,
                               named != known->by_name.end()
                                   ? fmt::format("is the name of an action; give its id, {}", named->second)
                                   : "is no action of the project's process; give the id of one"));
    }
  }
}

/// A type that nobody knows would make plain text of a secret whose type is misspelt.
void check_types(const json::object& set, Problems& problems) {
  static constexpr std::array<std::string_view, 9> types = {"String",
                                                            "Sensitive",
                                                            "Certificate",
                                                            "AzureAccount",
                                                            "GoogleCloudAccount",
                                                            "AmazonWebServicesAccount",
                                                            "GenericOidcAccount",
                                                            "WorkerPool",
                                                            "UsernamePasswordAccount"};
  const json::array& variables = set.at("Variables").as_array();
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const std::string_view type = trim(json::text_at(variables[i].as_object(), "Type").value_or(""));
    const auto is_type = [&](std::string_view known) { return equals_ignoring_case(type, known); };
    if (type.empty() || std::any_of(types.begin(), types.end(), is_type)) continue;
    problems.add(fmt::format("Variables[{}].Type must be one of {}, not '{}'.{}", i, fmt::join(types, ", "), type,
                             did_you_mean(type, types)));
  }
}

/// One declaration of three is enough, and all that read a variable ask for its flag.
void settle_sensitivity(json::object& set) {
  for (json::value& item : set["Variables"].as_array()) {
    json::object& variable = item.as_object();
    if (!declares_secret(variable)) continue;
    variable["IsSensitive"] = true;
    if (equals_ignoring_case(json::text_at(variable, "Type").value_or(""), "Sensitive")) variable["Type"] = "Sensitive";
  }
}

Changes variable_set_hook(const Edit& edit, const Lookup& lookup, Problems& problems) {
  if (edit.is_deletion()) return {};
  settle_sensitivity(*edit.after);
  if (!edit.user.empty()) check_types(*edit.after, problems);
  if (!edit.user.empty()) check_actions(edit.before, *edit.after, lookup, problems);
  return {};
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
                 objects("Variables", {text("Name").required().as_name(), text("Description"), variable_value("Value"),
                                       text("Type").otherwise("String"), flag("IsSensitive"), flag("IsEditable", true),
                                       scope("Scope", dimensions()), prompt()}),
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
      .hook = variable_set_hook,
  };
}

}  // namespace slipway::model
