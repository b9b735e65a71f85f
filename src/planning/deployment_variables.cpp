#include "planning/deployment_variables.h"

#include <fmt/format.h>

#include <algorithm>

#include "planning/make_plan.h"

namespace slipway::planning {
namespace {

using language::VariableSource;

void add_set(DeploymentVariables& out, const model::VariableSet& set, VariableSource source,
             const std::string& source_name) {
  for (const model::Variable& stored : set.Variables) {
    language::Variable variable = named_variable(stored.Id, stored.Name, source, source_name);
    variable.type = stored.Type;
    variable.is_sensitive = stored.IsSensitive;
    variable.scope = scope_of(stored);
    out.add_typed(std::move(variable), stored.Value, set.Id);
  }
}

/// VAR-7: what was given when the deployment was created beats every scoped definition of that name.
void add_prompted(DeploymentVariables& out, const DeploymentContext& context) {
  for (const model::Variable& stored : context.frozen->project_variables.Variables) {
    const auto given = context.deployment.form_values.find(stored.Id);
    if (!stored.Prompt || given == context.deployment.form_values.end()) continue;
    language::Variable variable = named_variable("prompted-" + stored.Id, stored.Name, VariableSource::prompted, "");
    variable.type = stored.Type;
    variable.is_sensitive = stored.IsSensitive;
    out.add_typed(std::move(variable), given->second, context.deployment.id);
  }
}

void add_properties(DeploymentVariables& out, const DeploymentContext& context, const model::Properties& properties,
                    const std::string& holder) {
  for (const auto& [name, value] : properties) {
    language::Variable variable = named_variable(holder, name, VariableSource::step, holder);
    variable.is_sensitive = model::secret_of(value).has_value();
    out.add(std::move(variable), value, context.frozen->process.Id);
  }
}

}  // namespace

DeploymentVariables deployment_variables(const DeploymentContext& context, FindAccount find_account) {
  DeploymentVariables out(std::move(find_account));
  add_set(out, context.frozen->project_variables, VariableSource::project, context.project.Name);
  for (const model::VariableSet& set : context.frozen->library_variables) {
    const auto library = std::find_if(context.libraries.begin(), context.libraries.end(),
                                      [&](const model::LibraryVariableSet& l) { return l.Id == set.OwnerId; });
    add_set(out, set, VariableSource::library, library == context.libraries.end() ? set.OwnerId : library->Name);
  }
  add_prompted(out, context);
  add_tenant_values(out, context);
  add_system_variables(out, context);
  return out;
}

void add_results(DeploymentVariables& out, const StepResults& results) {
  if (!results.error.empty()) {
    out.add_system("Octopus.Deployment.Error", results.error);
    out.add_system("Octopus.Deployment.ErrorDetail", results.error);
  }
  for (const auto& [action, values] : results.outputs) {
    for (const auto& [name, value] : values) {
      language::Variable variable = named_variable("output", fmt::format("Octopus.Action[{}].Output.{}", action, name),
                                                   VariableSource::output, action);
      variable.value = value;
      variable.is_sensitive = results.secret_outputs.contains({action, name});
      out.add(std::move(variable));
    }
  }
}

void add_action_variables(DeploymentVariables& out, const DeploymentContext& context, const PlannedStep& step,
                          const PlannedAction& planned, const StepResults& results) {
  add_results(out, results);
  add_place_variables(out, step, planned);
  for (const model::Step& frozen_step : context.frozen->process.Steps) {
    if (frozen_step.Id == step.StepId) add_properties(out, context, frozen_step.Properties, step.Name);
  }
  if (const model::Action* action = find_action(context.frozen->process, planned.ActionId)) {
    add_package_variables(out, context.release, *action);
    add_properties(out, context, action->Properties, action->Name);
  }
}

std::vector<std::string> ambiguous_values(const FrozenRelease& frozen, const language::ScopeContext& deployment) {
  std::vector<language::Variable> definitions;
  bool are_scoped_to_actions = false;
  const auto add = [&](const model::VariableSet& set, VariableSource source) {
    for (const model::Variable& stored : set.Variables) {
      definitions.push_back(named_variable(stored.Id, stored.Name, source, ""));
      definitions.back().scope = scope_of(stored);
      are_scoped_to_actions = are_scoped_to_actions || definitions.back().scope.contains(language::ScopeKind::action);
    }
  };
  add(frozen.project_variables, VariableSource::project);
  for (const model::VariableSet& library : frozen.library_variables) add(library, VariableSource::library);
  const language::VariableCatalog catalog(std::move(definitions));
  std::vector<std::string> warnings = catalog.resolve(deployment).warnings();
  if (!are_scoped_to_actions) return warnings;
  for (const model::Step& step : frozen.process.Steps) {
    for (const model::Action& action : step.Actions) {
      language::ScopeContext scope = deployment;
      scope.action = action.Id;
      for (std::string& warning : catalog.resolve(scope).warnings()) {
        if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end()) {
          warnings.push_back(std::move(warning));
        }
      }
    }
  }
  return warnings;
}

language::ScopeContext scope_context(const model::Project& project, const model::Channel& channel,
                                     const model::Environment& environment, const model::Tenant* tenant) {
  language::ScopeContext scope;
  scope.environment = environment.Id;
  scope.channel = channel.Id;
  scope.project = project.Id;
  scope.process_owner = project.Id;
  if (tenant != nullptr) {
    scope.tenant = tenant->Id;
    scope.tenant_tags = tenant->TenantTags;
  }
  return scope;
}

language::ScopeContext scope_context(const DeploymentContext& context) {
  return scope_context(context.project, context.channel, context.environment,
                       context.tenant ? &*context.tenant : nullptr);
}

language::ScopeContext scope_context(const DeploymentContext& context, const PlannedAction& action) {
  language::ScopeContext scope = scope_context(context);
  scope.action = action.ActionId;
  return scope;
}

}  // namespace slipway::planning
