#include "model/missing_values.h"

#include <algorithm>
#include <set>

#include "model/resources/projects/library_variable_set.h"

namespace slipway::model {
namespace {

bool has_value(const std::map<std::string, Value>* values, const std::string& template_id) {
  if (values == nullptr) return false;
  const auto found = values->find(template_id);
  return found != values->end() && !is_blank(found->second);
}

std::vector<VariableTemplate> without_default(std::vector<VariableTemplate> templates) {
  std::erase_if(templates, [](const VariableTemplate& t) { return !is_blank(t.DefaultValue); });
  return templates;
}

template <class Map>
auto* find_in(const Map& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

TenantVariables values_of(const Lookup& lookup, const Tenant& tenant) {
  return find<TenantVariables>(lookup, "tenantvariables-" + tenant.Id).value_or(TenantVariables());
}

}  // namespace

std::vector<MissingValue> MissingValues::of(const Tenant& tenant) {
  const auto values = values_of(lookup_, tenant);
  std::vector<MissingValue> missing;
  std::set<std::string> libraries;
  for (const auto& [id, environments] : tenant.ProjectEnvironments) {
    const Asking& asking = project(id);
    libraries.insert(asking.libraries.begin(), asking.libraries.end());
    for (const std::string& environment : environments) add_project(missing, values, id, environment);
  }
  for (const std::string& id : libraries) add_library(missing, values, id);
  return missing;
}

std::vector<MissingValue> MissingValues::of(const Tenant& tenant, const std::string& project_id,
                                            const std::string& environment) {
  std::vector<MissingValue> missing;
  if (asks_nothing(project_id)) return missing;  // a rollout asks for thousands of tenants
  const auto values = values_of(lookup_, tenant);
  add_project(missing, values, project_id, environment);
  for (const std::string& id : project(project_id).libraries) add_library(missing, values, id);
  return missing;
}

void MissingValues::add_project(std::vector<MissingValue>& missing, const TenantVariables& values,
                                const std::string& id, const std::string& environment) {
  const auto* given = find_in(values.ProjectVariables, id);
  const auto* here = given == nullptr ? nullptr : find_in(given->Variables, environment);
  for (const VariableTemplate& t : project(id).templates) {
    if (!has_value(here, t.Id)) missing.push_back({t.Id, t.Name, id, environment, "", ""});
  }
}

void MissingValues::add_library(std::vector<MissingValue>& missing, const TenantVariables& values,
                                const std::string& id) {
  const auto* given = find_in(values.LibraryVariables, id);
  const Asking& asking = library(id);
  for (const VariableTemplate& t : asking.templates) {
    if (!has_value(given == nullptr ? nullptr : &given->Variables, t.Id)) {
      missing.push_back({t.Id, t.Name, "", "", id, asking.name});
    }
  }
}

bool MissingValues::asks_nothing(const std::string& id) {
  const Asking& asking = project(id);
  return asking.templates.empty() &&
         std::all_of(asking.libraries.begin(), asking.libraries.end(),
                     [&](const std::string& its_library) { return library(its_library).templates.empty(); });
}

const MissingValues::Asking& MissingValues::project(const std::string& id) {
  const auto known = projects_.find(id);
  if (known != projects_.end()) return known->second;
  const auto project = find<Project>(lookup_, id);
  Asking asking;
  if (project) asking = {project->Name, without_default(project->Templates), project->IncludedLibraryVariableSetIds};
  return projects_.emplace(id, std::move(asking)).first->second;
}

const MissingValues::Asking& MissingValues::library(const std::string& id) {
  const auto known = libraries_.find(id);
  if (known != libraries_.end()) return known->second;
  const auto library = find<LibraryVariableSet>(lookup_, id);
  Asking asking;
  if (library) asking = {library->Name, without_default(library->Templates), {}};
  return libraries_.emplace(id, std::move(asking)).first->second;
}

}  // namespace slipway::model
