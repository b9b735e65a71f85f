#include "planning/tenant_values.h"

namespace slipway::planning {
namespace {

using language::ScopeKind;
using language::VariableSource;

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
  return found == values.end() || model::is_blank(found->second) ? nullptr : &found->second;
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
void add_templates(DeploymentVariables& out, const DeploymentContext& context,
                   const std::vector<model::VariableTemplate>& templates,
                   const std::map<std::string, model::Value>& values, const std::string& template_owner,
                   VariableSource source, const language::Scope& scope) {
  for (const model::VariableTemplate& parameter : templates) {
    const model::Value* own = find_value(values, parameter.Id);
    const model::Value& value = own != nullptr ? *own : parameter.DefaultValue;
    if (model::is_blank(value)) continue;
    language::Variable variable = named_variable(parameter.Id, parameter.Name, source, context.tenant->Name);
    variable.type = type_of(parameter);
    variable.is_sensitive = model::secret_of(value).has_value();
    variable.scope = scope;
    out.add_typed(std::move(variable), value, own != nullptr ? context.tenant_variables.Id : template_owner);
  }
}

}  // namespace

void add_tenant_values(DeploymentVariables& out, const DeploymentContext& context) {
  if (!context.tenant) return;
  const language::Scope tenant{{ScopeKind::tenant, {context.tenant->Id}}};
  language::Scope tenant_here = tenant;
  tenant_here[ScopeKind::environment] = {context.environment.Id};
  add_templates(out, context, context.project.Templates,
                project_values(context.tenant_variables, context.project.Id, context.environment.Id),
                context.project.Id, VariableSource::tenant_project, tenant_here);
  for (const model::LibraryVariableSet& library : context.libraries) {
    add_templates(out, context, library.Templates, library_values(context.tenant_variables, library.Id), library.Id,
                  VariableSource::tenant_common, tenant);
  }
}

}  // namespace slipway::planning
