#include "model/missing_values.h"

#include <set>

#include "model/library_variable_set.h"
#include "model/tenant_variables.h"

namespace slipway::model {
namespace {

bool is_blank(const Value& v) { return !secret_of(v) && text_of(v).value_or("").empty(); }

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

}  // namespace

std::vector<MissingValue> MissingValues::of(const Tenant& tenant) {
  const auto values = find<TenantVariables>(lookup_, "tenantvariables-" + tenant.Id).value_or(TenantVariables());
  std::vector<MissingValue> missing;
  std::set<std::string> libraries;
  for (const auto& [project_id, environments] : tenant.ProjectEnvironments) {
    const Asking& asking = project(project_id);
    libraries.insert(asking.libraries.begin(), asking.libraries.end());
    const auto* given = find_in(values.ProjectVariables, project_id);
    for (const std::string& environment : environments) {
      const auto* here = given == nullptr ? nullptr : find_in(given->Variables, environment);
      for (const VariableTemplate& t : asking.templates) {
        if (!has_value(here, t.Id)) missing.push_back({t.Id, t.Name, project_id, environment, ""});
      }
    }
  }
  for (const std::string& id : libraries) {
    const auto* given = find_in(values.LibraryVariables, id);
    for (const VariableTemplate& t : library(id).templates) {
      if (!has_value(given == nullptr ? nullptr : &given->Variables, t.Id))
        missing.push_back({t.Id, t.Name, "", "", id});
    }
  }
  return missing;
}

const MissingValues::Asking& MissingValues::project(const std::string& id) {
  const auto known = projects_.find(id);
  if (known != projects_.end()) return known->second;
  const auto project = find<Project>(lookup_, id);
  Asking asking;
  if (project) asking = {without_default(project->Templates), project->IncludedLibraryVariableSetIds};
  return projects_.emplace(id, std::move(asking)).first->second;
}

const MissingValues::Asking& MissingValues::library(const std::string& id) {
  const auto known = libraries_.find(id);
  if (known != libraries_.end()) return known->second;
  const auto library = find<LibraryVariableSet>(lookup_, id);
  Asking asking;
  if (library) asking.templates = without_default(library->Templates);
  return libraries_.emplace(id, std::move(asking)).first->second;
}

}  // namespace slipway::model
