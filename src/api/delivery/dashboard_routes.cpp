#include "api/delivery/dashboard_routes.h"

#include <algorithm>
#include <map>
#include <set>

#include "api/delivery/delivery_call.h"
#include "api/delivery/delivery_documents.h"
#include "api/http/shape.h"
#include "base/text.h"
#include "model/resources/infrastructure/environment.h"
#include "model/resources/projects/project.h"
#include "model/resources/projects/project_group.h"
#include "model/resources/tenants/tenant.h"
#include "planning/tenant_selection.h"
#include "storage/document_lookup.h"

namespace slipway::api {
namespace {

bool is_wanted(const std::vector<std::string>& wanted, const std::string& id) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), id) != wanted.end();
}

template <class T>
json::object brief(const T& document) {
  return {{"Id", document.Id}, {"Name", document.Name}, {"Links", json::object()}};
}

struct DashboardFilter {
  std::vector<std::string> projects, environments, tenants, tags, releases;
  bool with_previous = false;

  bool is_filtered() const {
    return !projects.empty() || !environments.empty() || wants_tenants() || !releases.empty();
  }
  bool wants_tenants() const { return !tenants.empty() || !tags.empty(); }
  bool admits(const model::Tenant& tenant) const {
    return is_wanted(tenants, tenant.Id) && (tags.empty() || planning::matches_tags(tags, tenant.TenantTags));
  }
};

/// The deployments that the states name, by id, with all that their items refer to read at once.
std::map<std::string, storage::DeploymentRecord> deployments_of(storage::Reader& reader, DeliveryDocuments& documents,
                                                                const std::vector<storage::CurrentState>& states) {
  std::set<std::string> ids;
  for (const auto& state : states) ids.insert({state.last_deployment, state.last_success, state.previous_success});
  const auto found = storage::find_deployments(reader, {ids.begin(), ids.end()});
  documents.look_ahead(found);
  std::map<std::string, storage::DeploymentRecord> by_id;
  for (const auto& deployment : found) by_id.emplace(deployment.id, deployment);
  return by_id;
}

/// What runs where, from the table of current states (UI-1).
json::array dashboard_items(storage::Reader& reader, DeliveryDocuments& documents,
                            const std::vector<model::Project>& projects, const std::set<std::string>& tenants,
                            const DashboardFilter& filter) {
  json::array items;
  for (const model::Project& project : projects) {
    auto states = storage::current_states(reader, project.Id);
    std::erase_if(states, [&](const storage::CurrentState& state) {
      return !is_wanted(filter.environments, state.environment) ||
             (filter.wants_tenants() && !tenants.contains(state.tenant));
    });
    const auto deployments = deployments_of(reader, documents, states);
    for (const storage::CurrentState& state : states) {
      const auto add = [&](const std::string& id) {
        const auto found = deployments.find(id);
        if (found == deployments.end() || !is_wanted(filter.releases, found->second.release)) return;
        items.push_back(documents.dashboard_item(found->second, standing_of(found->second, state)));
      };
      add(state.last_deployment);
      if (state.last_success != state.last_deployment) add(state.last_success);
      if (filter.with_previous) add(state.previous_success);
    }
  }
  return items;
}

/// No member but these: a client's test refuses unknown ones.
net::Response dashboard(Call& call, storage::Reader& reader, const DashboardFilter& filter) {
  const storage::DocumentLookup lookup(reader);
  DeliveryDocuments documents(reader, call.services.clock.now());
  std::vector<model::Project> shown;
  json::array projects, environments, groups, tenants;
  json::array environment_ids;
  for (const auto& environment : model::list<model::Environment>(lookup, call.space)) {
    if (!is_wanted(filter.environments, environment.Id)) continue;
    environments.push_back(brief(environment));
    environment_ids.push_back(json::value(environment.Id));
  }
  for (auto& project : model::list<model::Project>(lookup, call.space)) {
    if (!is_wanted(filter.projects, project.Id)) continue;
    json::object entry = brief(project);
    entry["Slug"] = project.Slug;
    entry["ProjectGroupId"] = project.ProjectGroupId;
    entry["EnvironmentIds"] = environment_ids;
    entry["TenantedDeploymentMode"] = json::name_of(project.TenantedDeploymentMode);
    entry["CanPerformUntenantedDeployment"] = project.TenantedDeploymentMode != model::TenantedMode::Tenanted;
    entry["IsDisabled"] = project.IsDisabled;
    projects.push_back(std::move(entry));
    shown.push_back(std::move(project));
  }
  for (const auto& group : model::list<model::ProjectGroup>(lookup, call.space)) {
    json::object entry = brief(group);
    entry["EnvironmentIds"] = environment_ids;
    groups.push_back(std::move(entry));
  }
  std::set<std::string> shown_tenants;
  for (const auto& tenant : model::list<model::Tenant>(lookup, call.space)) {
    if (!filter.admits(tenant)) continue;
    shown_tenants.insert(tenant.Id);
    tenants.push_back(json::object{{"Id", tenant.Id},
                                   {"Name", tenant.Name},
                                   {"TenantTags", json::to_json(tenant.TenantTags)},
                                   {"ProjectEnvironments", json::to_json(tenant.ProjectEnvironments)},
                                   {"IsDisabled", tenant.IsDisabled}});
  }
  return json_response(200, json::object{{"Items", dashboard_items(reader, documents, shown, shown_tenants, filter)},
                                         {"Projects", std::move(projects)},
                                         {"ProjectGroups", std::move(groups)},
                                         {"Environments", std::move(environments)},
                                         {"Tenants", std::move(tenants)},
                                         {"ProjectLimit", nullptr},
                                         {"IsFiltered", filter.is_filtered()},
                                         {"Links", json::object()}});
}

net::Response static_dashboard(Call& call, storage::Reader& reader) {
  DashboardFilter filter;
  filter.projects = ids_in(call, "projectId");
  filter.tenants = ids_in(call, "selectedTenants");
  filter.tags = call.query.list("selectedTags");
  filter.releases = ids_in(call, "releaseId");
  return dashboard(call, reader, filter);
}

net::Response dynamic_dashboard(Call& call, storage::Reader& reader) {
  const auto previous = call.query.find("includePrevious");
  DashboardFilter filter;
  filter.projects = ids_in(call, "projects");
  filter.environments = ids_in(call, "environments");
  filter.with_previous = previous && !previous->empty() && !equals_ignoring_case(*previous, "false");
  return dashboard(call, reader, filter);
}

}  // namespace

std::vector<Route> dashboard_routes() {
  return {
      Route{"GET", "dashboard", "DeploymentView", "Shows what runs where.", static_dashboard}
          .with_query({{"projectId", QueryKind::texts},
                       {"releaseId", QueryKind::texts},
                       {"selectedTenants", QueryKind::texts},
                       {"selectedTags", QueryKind::texts}})
          .answers(shape::one("Dashboard"))
          .linked("Dashboard"),
      Route{"GET", "dashboard/dynamic", "DeploymentView",
            "Shows what runs where, for chosen projects and environments.", dynamic_dashboard}
          .with_query({{"projects", QueryKind::texts}, {"environments", QueryKind::texts}, {"includePrevious"}})
          .answers(shape::one("Dashboard"))
          .linked("DashboardDynamic"),
  };
}

}  // namespace slipway::api
