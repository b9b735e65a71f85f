#include "api/resources/tenant_routes.h"

#include <algorithm>
#include <set>

#include "api/http/shape.h"
#include "api/http/text_or_null.h"
#include "model/ids.h"
#include "model/missing_values.h"
#include "model/resources/projects/project.h"
#include "model/resources/tenants/tenant.h"
#include "storage/document_lookup.h"

namespace slipway::api {
namespace {

using storage::DocumentLookup;
using storage::Reader;

net::Response tenants_status(Call&, Reader&) { return json_response(200, json::object{{"Enabled", true}}); }

json::object missing_json(const model::MissingValue& missing) {
  return {{"VariableTemplateId", missing.template_id},
          {"VariableTemplateName", missing.template_name},
          {"ProjectId", text_or_null(missing.project)},
          {"EnvironmentId", text_or_null(missing.environment)},
          {"LibraryVariableSetId", text_or_null(missing.variable_set)},
          {"Links", json::object()}};
}

/// Empty where the query does not restrict.
struct MissingFilter {
  std::string tenant, project, environment;

  explicit MissingFilter(const net::Query& query)
      : tenant(model::canonical_id(query.find("tenantId").value_or(""))),
        project(model::canonical_id(query.find("projectId").value_or(""))),
        environment(model::canonical_id(query.find("environmentId").value_or(""))) {}
  static bool admits(const std::string& wanted, const std::string& id) { return wanted.empty() || wanted == id; }
  /// Values for library sets belong to no project and environment, so they count where the tenant is connected to both
  /// and the project asks for the set.
  bool admits(const model::MissingValue& m, const model::Tenant& tenant, const std::set<std::string>& libraries) const {
    if (m.variable_set.empty()) return admits(project, m.project) && admits(environment, m.environment);
    return is_connected(tenant) && (project.empty() || libraries.contains(m.variable_set));
  }

 private:
  bool is_connected(const model::Tenant& tenant) const {
    return std::any_of(
        tenant.ProjectEnvironments.begin(), tenant.ProjectEnvironments.end(), [&](const auto& connection) {
          const auto& [id, environments] = connection;
          return admits(project, id) && (environment.empty() || std::find(environments.begin(), environments.end(),
                                                                          environment) != environments.end());
        });
  }
};

net::Response variables_missing(Call& call, Reader& reader) {
  const DocumentLookup lookup(reader);
  const MissingFilter filter(call.query);
  std::set<std::string> libraries;
  if (const auto project = model::find_in<model::Project>(lookup, call.space, filter.project)) {
    libraries.insert(project->IncludedLibraryVariableSetIds.begin(), project->IncludedLibraryVariableSetIds.end());
  }
  model::MissingValues missing_values(lookup);
  json::array out;
  for (const model::Tenant& tenant : model::list<model::Tenant>(lookup, call.space)) {
    if (!MissingFilter::admits(filter.tenant, tenant.Id)) continue;
    json::array missing;
    for (const model::MissingValue& m : missing_values.of(tenant)) {
      if (filter.admits(m, tenant, libraries)) missing.push_back(missing_json(m));
    }
    if (missing.empty()) continue;
    out.push_back(
        json::object{{"TenantId", tenant.Id}, {"MissingVariables", std::move(missing)}, {"Links", json::object()}});
  }
  return json_response(200, out);
}

json::object missing_shape() {
  const auto id = shape::or_null(shape::text());
  const auto missing = shape::object({{"VariableTemplateId", shape::text()},
                                      {"VariableTemplateName", shape::text()},
                                      {"ProjectId", id},
                                      {"EnvironmentId", id},
                                      {"LibraryVariableSetId", id},
                                      {"Links", shape::links()}});
  return shape::list_of(shape::object(
      {{"TenantId", shape::text()}, {"MissingVariables", shape::list_of(missing)}, {"Links", shape::links()}}));
}

}  // namespace

std::vector<Route> tenant_routes() {
  return {
      Route{"GET", "tenants/status", "TenantView", "Whether the server knows tenants.", tenants_status}
          .answers(shape::object({{"Enabled", shape::flag()}}))
          .linked("TenantsStatus"),
      Route{"GET", "tenants/variables-missing", "VariableView",
            "Values that tenants still owe the templates of their projects.", variables_missing}
          .with_query({{"tenantId"}, {"projectId"}, {"environmentId"}, {"includeDetails", QueryKind::flag}})
          .answers(missing_shape())
          .linked("TenantsMissingVariables"),
  };
}

}  // namespace slipway::api
