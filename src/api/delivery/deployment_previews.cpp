#include "api/delivery/deployment_previews.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/delivery/delivery_call.h"
#include "base/describe.h"
#include "commands/prompts.h"
#include "engine/input_preview.h"
#include "model/resources/infrastructure/environment.h"
#include "model/resources/tenants/tenant.h"
#include "planning/deployment_variables.h"
#include "planning/make_plan.h"
#include "planning/tenant_selection.h"
#include "storage/document_lookup.h"
#include "storage/resources.h"
#include "views/deployment_context.h"
#include "views/release_lookup.h"
#include "views/release_progress.h"

namespace slipway::api {
namespace {

json::object step_to_execute(const model::Action& action, std::string number,
                             const engine::ActionPreview& preview = {}) {
  return {{"ActionId", action.Id},
          {"ActionName", action.Name},
          {"ActionNumber", std::move(number)},
          {"Roles", json::array()},
          {"MachineNames", json::array()},
          {"Machines", json::array()},
          {"CanBeSkipped", !action.IsRequired},
          {"IsDisabled", action.IsDisabled},
          {"HasNoApplicableMachines", false},
          {"UnavailableMachines", json::array()},
          {"ExcludedMachines", json::array()},
          {"Inputs", json::to_json(preview.Inputs)},
          {"Problems", json::to_json(preview.Problems)}};
}

/// What the plan has no place for, numbered as the process has it.
void add_disabled(json::array& steps, const model::DeploymentProcess& process) {
  for (std::size_t i = 0; i < process.Steps.size(); ++i) {
    const auto& actions = process.Steps[i].Actions;
    for (std::size_t j = 0; j < actions.size(); ++j) {
      if (!actions[j].IsDisabled) continue;
      steps.push_back(step_to_execute(
          actions[j], actions.size() == 1 ? std::to_string(i + 1) : fmt::format("{}.{}", i + 1, j + 1)));
    }
  }
}

/// An element's name is the variable's id. The default of a sensitive variable is not shown.
void add_element(json::array& elements, json::object& values, const model::Variable& variable) {
  const model::VariablePrompt& prompt = *variable.Prompt;
  const std::string& label = prompt.Label.empty() ? variable.Name : prompt.Label;
  json::object control = {{"Type", "VariableValue"},
                          {"Name", variable.Name},
                          {"Label", label},
                          {"Description", prompt.Description},
                          {"Required", prompt.Required},
                          {"IsSecure", variable.IsSensitive},
                          {"DisplaySettings", json::to_json(prompt.DisplaySettings)}};
  elements.push_back(
      json::object{{"Name", variable.Id}, {"IsValueRequired", prompt.Required}, {"Control", std::move(control)}});
  values[variable.Id] = model::text_of(variable.Value).value_or("");
}

json::object form_of(const planning::DeploymentContext& context) {
  json::array elements;
  json::object values;
  for (const model::Variable* variable :
       commands::prompts_for(context.frozen->project_variables, planning::scope_context(context))) {
    add_element(elements, values, *variable);
  }
  return {{"Values", std::move(values)}, {"Elements", std::move(elements)}};
}

/// An environment to go to; `tenant` null for an untenanted deployment.
json::object promotion(const storage::ReleaseRecord& release, const std::string& id, const std::string& name,
                       const model::Tenant* tenant) {
  const std::string link = fmt::format("/api/{}/releases/{}/deployments/preview/{}{}{{?includeDisabledSteps}}",
                                       release.space, release.id, id, tenant == nullptr ? "" : "/" + tenant->Id);
  return {{"Id", id}, {"Name", name}, {"Links", json::object{{"Preview", link}}}};
}

/// Has the document changed since it was frozen? The snapshot's id tells the version.
bool is_modified(storage::Reader& reader, const std::string& snapshot) {
  const std::string id = snapshot.substr(0, snapshot.find("-s-"));
  const auto resource = storage::find_resource(reader, id);
  if (!resource) return true;
  const auto version = json::integer_at(storage::parse_document(*resource), "Version").value_or(0);
  return !snapshot.starts_with(fmt::format("{}-s-{}-", id, version));
}

}  // namespace

PlannedDeployment plan_deployment(storage::Reader& reader, const storage::ReleaseRecord& release,
                                  const std::string& environment, const std::string& tenant) {
  const storage::DocumentLookup lookup(reader);
  storage::DeploymentRecord planned;
  planned.space = release.space;
  planned.release = release.id;
  planned.project = release.project;
  planned.channel = release.channel;
  planned.environment = addressed<model::Environment>(lookup, release.space, environment).Id;
  if (!tenant.empty()) planned.tenant = addressed<model::Tenant>(lookup, release.space, tenant).Id;
  planned.body = "{}";
  PlannedDeployment out{views::load_context(reader, release, planned), planning::DeploymentVariables()};
  out.variables = planning::deployment_variables(out.context, views::accounts_for(reader, out.context));
  return out;
}

json::object preview_deployment(const PlannedDeployment& planned, PreviewTools& tools, bool include_disabled) {
  const planning::DeploymentContext& context = planned.context;
  engine::InputPreview inputs(tools.steps, context, planned.variables, tools.budget, tools.now);
  json::array steps, skipped;
  for (const planning::PlannedStep& step : views::plan_of(context).Steps) {
    for (std::size_t i = 0; i < step.Actions.size(); ++i) {
      const planning::PlannedAction& action = step.Actions[i];
      if (action.Unit != 0) {
        steps.push_back(step_to_execute(*planning::find_action(context.frozen->process, action.ActionId),
                                        planning::action_number(step, i), inputs.of(step, action)));
      } else {
        skipped.push_back(
            json::object{{"ActionId", action.ActionId}, {"ActionName", action.Name}, {"Reason", action.SkipReason}});
      }
    }
  }
  if (include_disabled) add_disabled(steps, context.frozen->process);
  return {{"StepsToExecute", std::move(steps)},
          {"StepsToSkip", std::move(skipped)},
          {"UseGuidedFailureModeByDefault", views::guided_failure_by_default(context.project, context.environment)},
          {"Changes", json::array()},
          {"ChangesMarkdown", ""},
          {"Form", form_of(context)},
          {"Links", json::object()}};
}

json::object deployment_template(storage::Reader& reader, const storage::ReleaseRecord& release) {
  const storage::DocumentLookup lookup(reader);
  const views::ReleaseProgress progress(reader, release);
  const auto promotions = [&](const model::Tenant* tenant) {
    json::array open;
    for (const std::string& id : progress.of(tenant).allowed()) {
      open.push_back(promotion(release, id, progress.name_of(id), tenant));
    }
    return open;
  };
  json::array for_tenants;
  for (const auto& tenant : model::referring<model::Tenant>(lookup, "ProjectEnvironments", release.project)) {
    for_tenants.push_back(json::object{{"Id", tenant.Id}, {"Name", tenant.Name}, {"PromoteTo", promotions(&tenant)}});
  }
  return {{"IsDeploymentProcessModified", is_modified(reader, release.process_snapshot)},
          {"IsVariableSetModified", is_modified(reader, release.variables_snapshot)},
          {"IsLibraryVariableSetModified", false},
          {"DeploymentNotes", nullptr},
          {"PromoteTo", promotions(nullptr)},
          {"TenantPromotions", std::move(for_tenants)},
          {"Links", json::object()}};
}

}  // namespace slipway::api
