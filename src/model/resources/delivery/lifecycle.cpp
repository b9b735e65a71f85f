#include "model/resources/delivery/lifecycle.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "model/resources/infrastructure/environment.h"

namespace slipway::model {
namespace {

/// Nothing said about retention: what the space does.
json::object space_default() {
  return {{"Strategy", "Default"}, {"QuantityToKeep", 0}, {"ShouldKeepForever", true}, {"Unit", "Items"}};
}

Field retention(std::string name) {
  return object(std::move(name),
                {choice("Strategy", {"Default", "Forever", "Count"}).nullable(), integer("QuantityToKeep"),
                 flag("ShouldKeepForever"), choice("Unit", {"Items", "Days"})});
}

/// Older clients send no Strategy; the other members imply it.
void complete_retention(json::value& policy) {
  if (!policy.is_object() || !policy.at("Strategy").is_null()) return;
  json::object& members = policy.get_object();
  const bool forever = json::flag_at(members, "ShouldKeepForever").value_or(false);
  const bool counts = json::integer_at(members, "QuantityToKeep").value_or(0) > 0;
  members["Strategy"] = forever ? "Forever" : counts ? "Count" : "Default";
}

void complete_policies(json::object& owner) {
  complete_retention(owner["ReleaseRetentionPolicy"]);
  complete_retention(owner["TentacleRetentionPolicy"]);
}

void check_phases(const Lifecycle& lifecycle, Problems& problems) {
  std::set<std::string> names, environments;
  for (const Phase& phase : lifecycle.Phases) {
    if (!names.insert(fold_name(phase.Name)).second) {
      problems.add(fmt::format("Phases: the name '{}' stands twice; phases need different names.", phase.Name));
    }
    const std::size_t targets = phase.AutomaticDeploymentTargets.size() + phase.OptionalDeploymentTargets.size();
    const std::int64_t minimum = phase.MinimumEnvironmentsBeforePromotion;
    if (minimum < 0 || (targets > 0 && minimum > static_cast<std::int64_t>(targets))) {
      problems.add(fmt::format(
          "Phases: MinimumEnvironmentsBeforePromotion of '{}' is {}, but it has {} environments; 0 means all.",
          phase.Name, minimum, targets));
    }
    for (const auto* list : {&phase.AutomaticDeploymentTargets, &phase.OptionalDeploymentTargets}) {
      for (const std::string& environment : *list) {  // LIF-10
        if (!environments.insert(environment).second) {
          problems.add(fmt::format(
              "Phases: the environment {} is in more than one place; a lifecycle may name it once.", environment));
        }
      }
    }
  }
}

Changes lifecycle_hook(const Edit& edit, const Lookup&, Problems& problems) {
  if (edit.is_deletion()) return {};
  complete_policies(*edit.after);
  for (json::value& phase : (*edit.after)["Phases"].as_array()) complete_policies(phase.as_object());
  check_phases(json::from_json<Lifecycle>(*edit.after), problems);
  return {};
}

/// The lifecycle as it works out: without phases, one a environment in their order (LIF-9).
json::value preview(const json::object& lifecycle, const Lookup& lookup) {
  json::object out = lifecycle;
  json::array& phases = out["Phases"].as_array();
  if (!phases.empty()) return out;
  for (const Environment& environment : list<Environment>(lookup, json::text_at(lifecycle, "SpaceId").value_or(""))) {
    phases.push_back(json::object{{"Id", environment.Id},
                                  {"Name", environment.Name},
                                  {"AutomaticDeploymentTargets", json::array()},
                                  {"OptionalDeploymentTargets", json::array{json::value(environment.Id)}},
                                  {"MinimumEnvironmentsBeforePromotion", 0},
                                  {"IsOptionalPhase", false},
                                  {"IsPriorityPhase", false},
                                  {"ReleaseRetentionPolicy", nullptr},
                                  {"TentacleRetentionPolicy", nullptr}});
  }
  return out;
}

}  // namespace

Schema lifecycle_schema() {
  return {
      .type = "Lifecycle",
      .collection = "lifecycles",
      .id_prefix = "Lifecycles",
      .fields = {name_field(), slug_field(), description_field(),
                 objects("Phases", {text("Name").required().as_name().at_most(200),
                                    references("AutomaticDeploymentTargets", {"Environment"}),
                                    references("OptionalDeploymentTargets", {"Environment"}),
                                    integer("MinimumEnvironmentsBeforePromotion"), flag("IsOptionalPhase"),
                                    flag("IsPriorityPhase"), retention("ReleaseRetentionPolicy").nullable(),
                                    retention("TentacleRetentionPolicy").nullable()})
                     .at_most(1000),
                 retention("ReleaseRetentionPolicy").otherwise(space_default()),
                 retention("TentacleRetentionPolicy").otherwise(space_default())},
      .derived = {{"preview", "The lifecycle with the phases that it has in effect.", preview}},
      .links = {{"Preview", "<self>/preview"}, {"Projects", "<self>/projects"}},
      .link_name = "Lifecycles",
      .permissions = permissions_of("Lifecycle"),
      .hook = lifecycle_hook,
  };
}

}  // namespace slipway::model
