#include "api/resources/variable_routes.h"

#include <set>

#include "api/http/shape.h"
#include "api/resources/resolve.h"
#include "base/text.h"
#include "model/resources/projects/project.h"
#include "model/resources/projects/variable_set.h"
#include "storage/document_lookup.h"

namespace slipway::api {
namespace {

using storage::DocumentLookup;
using storage::Reader;

/// Sets that variables of the project come from; every set of the space when no project is named.
std::vector<model::VariableSet> sets_of(const Call& call, Reader& reader, std::string_view project_name) {
  const DocumentLookup lookup(reader);
  if (project_name.empty()) return model::list<model::VariableSet>(lookup, call.space);
  const auto row = resolve(call, reader, call.services.catalogue.get("Project"), project_name);
  const auto project = model::find<model::Project>(lookup, row.id);
  std::vector<std::string> owners{row.id};
  owners.insert(owners.end(), project->IncludedLibraryVariableSetIds.begin(),
                project->IncludedLibraryVariableSetIds.end());
  std::vector<model::VariableSet> sets;
  for (const std::string& owner : owners) {
    if (auto set = model::find<model::VariableSet>(lookup, "variableset-" + owner)) sets.push_back(std::move(*set));
  }
  return sets;
}

net::Response variable_names(Call& call, Reader& reader) {
  std::set<std::string> seen;
  json::array names;
  if (!call.query.list("runbook").empty()) return json_response(200, names);  // there are none, so none has variables
  for (const model::VariableSet& set : sets_of(call, reader, call.query.find("project").value_or(""))) {
    for (const model::Variable& variable : set.Variables) {
      if (seen.insert(fold_name(variable.Name)).second) names.emplace_back(variable.Name);
    }
  }
  return json_response(200, names);
}

}  // namespace

std::vector<Route> variable_routes() {
  return {
      Route{"GET", "variables/names", "VariableView", "Names of the variables of a project, or of the whole space.",
            variable_names}
          .with_query({{"project"}, {"runbook"}})
          .answers(shape::list_of(shape::text()))
          .linked("VariableNames"),
  };
}

}  // namespace slipway::api
