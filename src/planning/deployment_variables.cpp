#include "planning/deployment_variables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "planning/make_plan.h"

namespace slipway::planning {
namespace {

using language::ScopeKind;
using language::VariableSource;

language::Variable named(std::string id, std::string name, VariableSource source, std::string source_name) {
  language::Variable variable;
  variable.id = std::move(id);
  variable.name = std::move(name);
  variable.source = source;
  variable.source_name = std::move(source_name);
  return variable;
}

void add_system(DeploymentVariables& out, std::string name, std::string value) {
  language::Variable variable = named("system", std::move(name), VariableSource::system, "");
  variable.value = std::move(value);
  out.add(std::move(variable));
}

language::Scope scope_of(const model::Variable& variable) {
  language::Scope scope;
  for (const auto& [dimension, values] : variable.Scope) {
    if (values.empty()) continue;
    if (const auto kind = language::scope_kind_of(dimension)) scope[*kind] = values;
  }
  return scope;
}

const model::Account* account_named(const DeploymentScene& scene, const model::Value& id) {
  const auto text = model::text_of(id);
  const auto found = std::find_if(scene.accounts.begin(), scene.accounts.end(),
                                  [&](const model::Account& account) { return text == account.Id; });
  return found == scene.accounts.end() ? nullptr : &*found;
}

/// VAR-11: a variable that names an account brings the account's properties along.
void add_typed(DeploymentVariables& out, const DeploymentScene& scene, const language::Variable& variable,
               const model::Value& value, const std::string& owner) {
  const model::Account* account = account_named(scene, value);
  if (account == nullptr) return out.add(variable, value, owner);

  const std::pair<std::string, model::Value> properties[] = {
      {"AccessKey", model::Value(account->AccessKey)},
      {"SecretKey", account->SecretKey},
      {"Username", model::Value(account->Username)},
      {"Password", account->Password},
      {"Token", account->Token},
  };
  language::Variable itself = variable;
  itself.value = account->Id;
  std::vector<language::ObjectProperty> known;
  for (const auto& [name, stored] : properties) {
    known.push_back({name, model::text_of(stored).value_or(""), model::secret_of(stored).has_value()});
  }
  for (language::Variable& part : language::expand_typed_variable(itself, known)) {
    const auto property = std::find_if(std::begin(properties), std::end(properties), [&](const auto& candidate) {
      return part.name == variable.name + "." + candidate.first;
    });
    if (property == std::end(properties)) {
      out.add(std::move(part));
    } else {
      out.add(std::move(part), property->second, account->Id);
    }
  }
}

void add_set(DeploymentVariables& out, const DeploymentScene& scene, const model::VariableSet& set,
             VariableSource source, const std::string& source_name) {
  for (const model::Variable& stored : set.Variables) {
    language::Variable variable = named(stored.Id, stored.Name, source, source_name);
    variable.type = stored.Type;
    variable.is_sensitive = stored.IsSensitive;
    variable.scope = scope_of(stored);
    add_typed(out, scene, variable, stored.Value, set.Id);
  }
}

/// VAR-7: what was given when the deployment was created beats every scoped definition of that name.
void add_prompted(DeploymentVariables& out, const DeploymentScene& scene) {
  for (const model::Variable& stored : scene.frozen->project_variables.Variables) {
    const auto given = scene.deployment.form_values.find(stored.Id);
    if (!stored.Prompt || given == scene.deployment.form_values.end()) continue;
    language::Variable variable = named("prompted-" + stored.Id, stored.Name, VariableSource::prompted, "");
    variable.type = stored.Type;
    variable.is_sensitive = stored.IsSensitive;
    add_typed(out, scene, variable, given->second, scene.deployment.id);
  }
}

bool is_blank(const model::Value& value) {
  return !model::secret_of(value) && trim(model::text_of(value).value_or("")).empty();
}

/// The type of variable that a template's control stands for.
std::string type_of(const model::VariableTemplate& parameter) {
  const auto control = parameter.DisplaySettings.find("Octopus.ControlType");
  const bool names_an_object =
      control != parameter.DisplaySettings.end() &&
      (control->second.ends_with("Account") || control->second == "Certificate" || control->second == "WorkerPool");
  return names_an_object ? control->second : "String";
}

const model::Value* find_value(const std::map<std::string, model::Value>& values, const std::string& parameter) {
  const auto found = values.find(parameter);
  return found == values.end() || is_blank(found->second) ? nullptr : &found->second;
}

const std::map<std::string, model::Value>& project_values(const model::TenantVariables& tenant,
                                                          const std::string& project, const std::string& environment) {
  static const std::map<std::string, model::Value> none;
  const auto of_project = tenant.ProjectVariables.find(project);
  if (of_project == tenant.ProjectVariables.end()) return none;
  const auto values = of_project->second.Variables.find(environment);
  return values == of_project->second.Variables.end() ? none : values->second;
}

const std::map<std::string, model::Value>& library_values(const model::TenantVariables& tenant,
                                                          const std::string& library) {
  static const std::map<std::string, model::Value> none;
  const auto values = tenant.LibraryVariables.find(library);
  return values == tenant.LibraryVariables.end() ? none : values->second.Variables;
}

/// TEN-10: the tenant's value of each template, else the template's default, which `template_owner` keeps.
void add_templates(DeploymentVariables& out, const DeploymentScene& scene,
                   const std::vector<model::VariableTemplate>& templates,
                   const std::map<std::string, model::Value>& values, const std::string& template_owner,
                   VariableSource source, const language::Scope& scope) {
  for (const model::VariableTemplate& parameter : templates) {
    const model::Value* own = find_value(values, parameter.Id);
    const model::Value& value = own != nullptr ? *own : parameter.DefaultValue;
    if (is_blank(value)) continue;
    language::Variable variable = named(parameter.Id, parameter.Name, source, scene.tenant->Name);
    variable.type = type_of(parameter);
    variable.is_sensitive = model::secret_of(value).has_value();
    variable.scope = scope;
    add_typed(out, scene, variable, value, own != nullptr ? scene.tenant_variables.Id : template_owner);
  }
}

void add_tenant_values(DeploymentVariables& out, const DeploymentScene& scene) {
  if (!scene.tenant) return;
  const language::Scope tenant{{ScopeKind::tenant, {scene.tenant->Id}}};
  language::Scope tenant_here = tenant;
  tenant_here[ScopeKind::environment] = {scene.environment.Id};
  add_templates(out, scene, scene.project.Templates,
                project_values(scene.tenant_variables, scene.project.Id, scene.environment.Id), scene.project.Id,
                VariableSource::tenant_project, tenant_here);
  for (const model::LibraryVariableSet& library : scene.libraries) {
    add_templates(out, scene, library.Templates, library_values(scene.tenant_variables, library.Id), library.Id,
                  VariableSource::tenant_common, tenant);
  }
}

/// VAR-9, the part that is the same for all actions.
void add_system_variables(DeploymentVariables& out, const DeploymentScene& scene) {
  const ReleaseFacts& release = scene.release;
  const DeploymentFacts& deployment = scene.deployment;
  const model::Environment& environment = scene.environment;
  const model::Project& project = scene.project;
  const std::string& uri = scene.server_uri;
  const std::string space_path = uri + "/app#/" + scene.space.Id;
  const std::pair<const char*, std::string> values[] = {
      {"Octopus.Release.Id", release.id},
      {"Octopus.Release.Number", release.version},
      {"Octopus.Release.Notes", release.notes},
      {"Octopus.Release.Created", to_rfc3339(release.assembled)},
      {"Octopus.Release.Channel.Id", scene.channel.Id},
      {"Octopus.Release.Channel.Name", scene.channel.Name},
      {"Octopus.Release.CurrentForEnvironment.Number", deployment.current_release_version},
      {"Octopus.Deployment.Id", deployment.id},
      {"Octopus.Deployment.Name", deployment.name},
      {"Octopus.Deployment.Comments", deployment.comments},
      {"Octopus.Deployment.Created", to_rfc3339(deployment.created)},
      {"Octopus.Deployment.CreatedBy.Id", scene.created_by.Id},
      {"Octopus.Deployment.CreatedBy.Username", scene.created_by.Username},
      {"Octopus.Deployment.CreatedBy.DisplayName", scene.created_by.DisplayName},
      {"Octopus.Deployment.CreatedBy.EmailAddress", scene.created_by.EmailAddress},
      {"Octopus.Environment.Id", environment.Id},
      {"Octopus.Environment.Name", environment.Name},
      {"Octopus.Environment.Slug", environment.Slug},
      {"Octopus.Environment.SortOrder", std::to_string(environment.SortOrder)},
      {"Octopus.Project.Id", project.Id},
      {"Octopus.Project.Name", project.Name},
      {"Octopus.Project.Slug", project.Slug},
      {"Octopus.Space.Id", scene.space.Id},
      {"Octopus.Space.Name", scene.space.Name},
      {"Octopus.Task.Id", deployment.task},
      {"Octopus.Task.Name", deployment.task_name},
      {"Octopus.Web.BaseUrl", uri},
      {"Octopus.Web.ServerUri", uri},
      {"Octopus.Web.ProjectLink", space_path + "/projects/" + project.Id},
      {"Octopus.Web.ReleaseLink", space_path + "/releases/" + release.id},
      {"Octopus.Web.DeploymentLink", space_path + "/deployments/" + deployment.id},
  };
  for (const auto& [name, value] : values) add_system(out, name, value);
  for (const auto& [field, value] : release.custom_fields) {
    add_system(out, fmt::format("Octopus.Release.CustomFields[{}]", field), value);
  }
  if (const auto& tenant = scene.tenant) {
    add_system(out, "Octopus.Deployment.Tenant.Id", tenant->Id);
    add_system(out, "Octopus.Deployment.Tenant.Name", tenant->Name);
    add_system(out, "Octopus.Deployment.Tenant.Slug", tenant->Slug);
    add_system(out, "Octopus.Deployment.Tenant.Tags", fmt::format("{}", fmt::join(tenant->TenantTags, ",")));
  }
}

const model::Action* find_action(const model::DeploymentProcess& process, std::string_view id) {
  for (const model::Step& step : process.Steps) {
    for (const model::Action& action : step.Actions) {
      if (action.Id == id) return &action;
    }
  }
  return nullptr;
}

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

/// Octopus.Action.Package[reference].…, and for the primary package also Octopus.Action.Package.….
void add_packages(DeploymentVariables& out, const DeploymentScene& scene, const model::Action& action) {
  for (const model::PackageReference& package : action.Packages) {
    const SelectedPackage* selected = find_selected(scene.release, action, package);
    if (selected == nullptr) continue;
    // An id with tokens that were unknown when the release was made is a template still: it is evaluated on use
    // (PKG-5).
    const std::string& id = selected->PackageId.empty() ? package.PackageId : selected->PackageId;
    std::vector<std::pair<const char*, std::string>> values = {
        {"PackageId", id}, {"PackageVersion", selected->Version}, {"FeedId", selected->FeedId}};
    if (!selected->Registry.empty()) {
      values.insert(values.end(), {{"Image", image_of(*selected, id)},
                                   {"Registry", selected->Registry},
                                   {"Version", selected->Version},
                                   {"Tag", selected->Version},
                                   {"Digest", selected->Digest}});
    }
    for (const auto& [name, value] : values) {
      add_system(out, fmt::format("Octopus.Action.Package[{}].{}", package.Name, name), value);
      if (package.Name.empty()) add_system(out, fmt::format("Octopus.Action.Package.{}", name), value);
    }
  }
}

void add_properties(DeploymentVariables& out, const DeploymentScene& scene, const model::Properties& properties,
                    const std::string& holder) {
  for (const auto& [name, value] : properties) {
    language::Variable variable = named(holder, name, VariableSource::step, holder);
    variable.is_sensitive = model::secret_of(value).has_value();
    out.add(std::move(variable), value, scene.frozen->process.Id);
  }
}

std::string number_of(const PlannedStep& step, const PlannedAction& action) {
  const auto position = std::find_if(step.Actions.begin(), step.Actions.end(),
                                     [&](const PlannedAction& other) { return other.ActionId == action.ActionId; });
  return action_number(step, static_cast<std::size_t>(position - step.Actions.begin()));
}

}  // namespace

void DeploymentVariables::add(language::Variable variable) { variables_.push_back(std::move(variable)); }

void DeploymentVariables::add(language::Variable variable, const model::Value& value, const std::string& owner) {
  if (const auto secret = model::secret_of(value)) {
    secrets_[{variable.id, variable.name}] = {*secret, owner};
    variable.is_sensitive = true;
    variable.value.reset();
  } else {
    variable.value = model::text_of(value);
  }
  add(std::move(variable));
}

const SecretPlace* DeploymentVariables::secret_of(const language::Variable& variable) const {
  const auto found = secrets_.find({variable.id, variable.name});
  return found == secrets_.end() ? nullptr : &found->second;
}

DeploymentVariables deployment_variables(const DeploymentScene& scene) {
  DeploymentVariables out;
  add_set(out, scene, scene.frozen->project_variables, VariableSource::project, scene.project.Name);
  for (const model::VariableSet& set : scene.frozen->library_variables) {
    const auto library = std::find_if(scene.libraries.begin(), scene.libraries.end(),
                                      [&](const model::LibraryVariableSet& l) { return l.Id == set.OwnerId; });
    add_set(out, scene, set, VariableSource::library, library == scene.libraries.end() ? set.OwnerId : library->Name);
  }
  add_prompted(out, scene);
  add_tenant_values(out, scene);
  add_system_variables(out, scene);
  return out;
}

void add_outputs(DeploymentVariables& out, const Outputs& outputs) {
  for (const auto& [action, values] : outputs) {
    for (const auto& [name, value] : values) {
      language::Variable variable =
          named("output", fmt::format("Octopus.Action[{}].Output.{}", action, name), VariableSource::output, action);
      variable.value = value;
      out.add(std::move(variable));
    }
  }
}

void add_action_variables(DeploymentVariables& out, const DeploymentScene& scene, const PlannedStep& step,
                          const PlannedAction& planned, const Outputs& outputs) {
  add_outputs(out, outputs);
  add_system(out, "Octopus.Step.Id", step.StepId);
  add_system(out, "Octopus.Step.Name", step.Name);
  add_system(out, "Octopus.Step.Number", std::to_string(step.Number));
  add_system(out, "Octopus.Action.Id", planned.ActionId);
  add_system(out, "Octopus.Action.Name", planned.Name);
  add_system(out, "Octopus.Action.Number", number_of(step, planned));
  for (const model::Step& frozen_step : scene.frozen->process.Steps) {
    if (frozen_step.Id == step.StepId) add_properties(out, scene, frozen_step.Properties, step.Name);
  }
  if (const model::Action* action = find_action(scene.frozen->process, planned.ActionId)) {
    add_packages(out, scene, *action);
    add_properties(out, scene, action->Properties, action->Name);
  }
}

language::ScopeContext scope_context(const DeploymentScene& scene) {
  language::ScopeContext context;
  context.environment = scene.environment.Id;
  context.channel = scene.channel.Id;
  context.project = scene.project.Id;
  context.process_owner = scene.project.Id;
  if (scene.tenant) {
    context.tenant = scene.tenant->Id;
    context.tenant_tags = scene.tenant->TenantTags;
  }
  return context;
}

language::ScopeContext scope_context(const DeploymentScene& scene, const PlannedAction& action) {
  language::ScopeContext context = scope_context(scene);
  context.action = action.ActionId;
  return context;
}

std::vector<std::string> missing_tenant_values(const model::Project& project,
                                               const std::vector<model::LibraryVariableSet>& libraries,
                                               const model::TenantVariables& tenant, const std::string& environment) {
  std::vector<std::string> missing;
  const auto look = [&](const std::vector<model::VariableTemplate>& templates,
                        const std::map<std::string, model::Value>& values, const std::string& where) {
    for (const model::VariableTemplate& parameter : templates) {
      if (is_blank(parameter.DefaultValue) && find_value(values, parameter.Id) == nullptr) {
        missing.push_back(fmt::format("'{}' of {}", parameter.Name, where));
      }
    }
  };
  look(project.Templates, project_values(tenant, project.Id, environment), "the project");
  for (const model::LibraryVariableSet& library : libraries) {
    look(library.Templates, library_values(tenant, library.Id), fmt::format("the variable set '{}'", library.Name));
  }
  return missing;
}

std::string image_of(const SelectedPackage& selected, std::string_view package_id) {
  return fmt::format("{}/{}:{}", selected.Registry, package_id, selected.Version);
}

}  // namespace slipway::planning
