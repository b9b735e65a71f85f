#include "model/tenant_variables.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "model/library_variable_set.h"
#include "model/project.h"
#include "model/tenant.h"

namespace slipway::model {
namespace {

using json::object;
using json::value;

/// The values under `owner` that clients may see, without nulls.
object without_nulls(const value* values) {
  object out;
  if (values == nullptr || !values->is_object()) return out;
  for (const auto& member : values->get_object()) {
    if (!member.value().is_null()) out.emplace(member.key(), member.value());
  }
  return out;
}

const value* inner(const value* v, std::string_view name) {
  const object* members = v == nullptr ? nullptr : v->if_object();
  return members == nullptr ? nullptr : json::find(*members, name);
}

/// Everything but the values is computed when shown, so only values are stored.
object values_only(const object& owners, int levels) {
  object out;
  for (const auto& owner : owners) {
    const value* variables = inner(&owner.value(), "Variables");
    object kept;
    if (levels == 1) {
      kept = without_nulls(variables);
    } else if (variables != nullptr && variables->is_object()) {
      for (const auto& environment : variables->get_object())
        kept.emplace(environment.key(), without_nulls(&environment.value()));
    }
    out.emplace(owner.key(), object{{"Variables", std::move(kept)}});
  }
  return out;
}

void check_shape(const value& owners, std::string_view name, Problems& problems) {
  if (!owners.is_object()) problems.add(fmt::format("{} must be an object of objects with Variables.", name));
}

Changes tenant_variables_hook(const Edit& edit, const Lookup&, Problems& problems) {
  if (edit.is_deletion()) return {};
  object& document = *edit.after;
  for (const auto& [name, levels] : {std::pair{"ProjectVariables", 2}, std::pair{"LibraryVariables", 1}}) {
    check_shape(document.at(name), name, problems);
    document[name] = values_only(document.at(name).is_object() ? document.at(name).get_object() : object(), levels);
  }
  return {};
}

value templates_of(const object& owner) { return owner.at("Templates"); }

/// A project's part: its templates, and a map of values for each connected environment, empty ones included.
object project_part(const object& project, const std::vector<std::string>& environments, const value* stored) {
  object variables;
  for (const std::string& environment : environments) {
    variables.emplace(environment, without_nulls(inner(inner(stored, "Variables"), environment)));
  }
  return {{"ProjectId", project.at("Id")},
          {"ProjectName", project.at("Name")},
          {"Templates", templates_of(project)},
          {"Variables", std::move(variables)},
          {"Links", object()}};
}

object library_part(const object& set, const value* stored) {
  return {{"LibraryVariableSetId", set.at("Id")},
          {"LibraryVariableSetName", set.at("Name")},
          {"Templates", templates_of(set)},
          {"Variables", without_nulls(inner(stored, "Variables"))},
          {"Links", object()}};
}

/// What the tenant is asked for now: its connected projects and the library sets that those include.
object present(object document, const Lookup& lookup) {
  const auto tenant = find<Tenant>(lookup, json::text_at(document, "TenantId").value_or(""));
  object projects, libraries;
  if (tenant) {
    for (const auto& [id, environments] : tenant->ProjectEnvironments) {
      const auto project = lookup.find(id);
      if (!project) continue;
      projects.emplace(id, project_part(*project, environments, inner(&document["ProjectVariables"], id)));
      for (const value& set_id : project->at("IncludedLibraryVariableSetIds").as_array()) {
        const auto set = lookup.find(json::view(set_id.as_string()));
        if (set)
          libraries.emplace(set_id.as_string(),
                            library_part(*set, inner(&document["LibraryVariables"], json::view(set_id.as_string()))));
      }
    }
    document["TenantName"] = tenant->Name;
  }
  document["ProjectVariables"] = std::move(projects);
  document["LibraryVariables"] = std::move(libraries);
  return document;
}

}  // namespace

Schema tenant_variables_schema() {
  return {
      .type = "TenantVariables",
      .collection = "tenantvariables",
      .id_form = "tenantvariables-<TenantId>",
      .parent = "TenantId",
      .fields = {reference("TenantId", {"Tenant"}).required().fixed(),
                 text("TenantName").server_set().omitted_when_null(),
                 anything("ProjectVariables", json::object()).keeps(),
                 anything("LibraryVariables", json::object()).keeps()},
      .name_member = "",
      .verbs = {.create = false, .remove = false},
      .nestings = {{"Tenant", "TenantId", "variables", Nesting::Shape::value}},
      .present = present,
      .link_name = "",
      .permissions = {"VariableView", "VariableEdit", "VariableEdit", "VariableEdit"},
      .hook = tenant_variables_hook,
  };
}

}  // namespace slipway::model
