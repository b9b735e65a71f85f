#include "planning/system_variables.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "planning/make_plan.h"
#include "planning/system_variable_table.h"

namespace slipway::planning {
namespace {

const SelectedPackage* find_selected(const ReleaseFacts& release, const model::Action& action,
                                     const model::PackageReference& package) {
  for (const SelectedPackage& selected : release.packages) {
    if (equals_ignoring_case(selected.ActionName, action.Name) &&
        equals_ignoring_case(selected.PackageReferenceName, package.Name)) {
      return &selected;
    }
  }
  return nullptr;
}

/// What the release froze, or what the process says where that is older.
const std::string& id_of(const SelectedPackage& selected, const model::PackageReference& package) {
  return selected.PackageId.empty() ? package.PackageId : selected.PackageId;
}

std::string number_of(const PlannedStep& step, const PlannedAction& action) {
  const auto position = std::find_if(step.Actions.begin(), step.Actions.end(),
                                     [&](const PlannedAction& other) { return other.ActionId == action.ActionId; });
  return action_number(step, static_cast<std::size_t>(position - step.Actions.begin()));
}

}  // namespace

void add_system_variables(DeploymentVariables& out, const DeploymentContext& context) {
  for (const SystemVariable& variable : system_variables()) {
    if (variable.of == nullptr) continue;
    if (auto value = variable.of(context)) out.add_system(std::string(variable.name), std::move(*value));
  }
  for (const auto& [field, value] : context.release.custom_fields) {
    out.add_system(fmt::format("Octopus.Release.CustomFields[{}]", field), value);
  }
}

void add_place_variables(DeploymentVariables& out, const PlannedStep& step, const PlannedAction& action) {
  out.add_system("Octopus.Step.Id", step.StepId);
  out.add_system("Octopus.Step.Name", step.Name);
  out.add_system("Octopus.Step.Number", std::to_string(step.Number));
  out.add_system("Octopus.Action.Id", action.ActionId);
  out.add_system("Octopus.Action.Name", action.Name);
  out.add_system("Octopus.Action.Number", number_of(step, action));
  out.add_system("Octopus.Action.IsSkipped", "False");
}

void add_package_variables(DeploymentVariables& out, const ReleaseFacts& release, const model::Action& action) {
  for (const model::PackageReference& package : action.Packages) {
    const SelectedPackage* selected = find_selected(release, action, package);
    if (selected == nullptr) continue;
    const std::string& id = id_of(*selected, package);
    std::vector<std::pair<const char*, std::string>> values = {
        {"PackageId", id}, {"PackageVersion", selected->Version}, {"FeedId", selected->FeedId}};
    if (!selected->Registry.empty()) {
      values.insert(values.end(), {{"Image", image_of(*selected, package)},
                                   {"Registry", selected->Registry},
                                   {"Version", selected->Version},
                                   {"Tag", selected->Version},
                                   {"Digest", selected->Digest}});
    }
    for (const auto& [name, value] : values) {
      out.add_system(fmt::format("Octopus.Action.Package[{}].{}", package.Name, name), value);
      if (package.Name.empty()) out.add_system(fmt::format("Octopus.Action.Package.{}", name), value);
    }
  }
}

std::string image_of(const SelectedPackage& selected, const model::PackageReference& package) {
  return fmt::format("{}/{}:{}", selected.Registry, id_of(selected, package), selected.Version);
}

}  // namespace slipway::planning
