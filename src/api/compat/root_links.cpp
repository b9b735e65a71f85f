#include "api/compat/root_links.h"

#include <fmt/format.h>

#include <iterator>

namespace slipway::api {
namespace {

struct FixedLink {
  std::string_view name;
  std::string_view target;  ///< behind "/api/Spaces-1", or a whole path
};

/// Links where no schema declares one. Those of features that are not there yet lead to an empty list.
constexpr FixedLink of_space[] = {
    {"ActionTemplates", "/actiontemplates{/id}{?skip,take}"},
    {"ActionTemplatesCategories", "/actiontemplates/categories"},
    {"ActionTemplatesSearch", "/actiontemplates/search{?type}"},
    {"Artifacts", "/artifacts{/id}{?skip,take}"},
    {"BuildInformation", "/build-information{/id}{?skip,take}"},
    {"BuiltInFeedStats", "/feeds/stats"},
    {"Certificates", "/certificates{/id}{?skip,take}"},
    {"Dashboard", "/dashboard{?projectId,releaseId,selectedTenants,selectedTags}"},
    {"DashboardDynamic", "/dashboard/dynamic{?projects,environments,includePrevious}"},
    {"DeploymentFreezes", "/deploymentfreezes"},
    {"Deployments", "/deployments{/id}{?skip,take,ids,projects,environments,tenants,channels,taskState}"},
    {"EnvironmentSortOrder", "/environments/sortorder"},
    {"EventAgents", "/events/agents"},
    {"EventCategories", "/events/categories{?appliesTo}"},
    {"EventDocumentTypes", "/events/documenttypes"},
    {"EventGroups", "/events/groups"},
    {"Events",
     "/events{/id}{?skip,take,regarding,regardingAny,user,users,projects,environments,eventCategories,tenants,from,to,"
     "documentTypes,ids,spaces}"},
    {"GitCredentials", "/git-credentials{/id}{?skip,take}"},
    {"Interruptions", "/interruptions{/id}{?skip,take}"},
    {"Live", "/live{?after,spaces,projects}"},
    {"MachineRoles", "/machineroles/all"},
    {"MachineOperatingSystems", "/machines/operatingsystem/names/all"},
    {"MachineShells", "/machines/operatingsystem/shells/all"},
    {"Machines", "/machines{/id}{?skip,take}"},
    {"PackageUpload", "/packages/raw"},
    {"Packages", "/packages{/id}{?skip,take}"},
    {"ProjectTriggers", "/projecttriggers{/id}{?skip,take}"},
    {"Proxies", "/proxies{/id}{?skip,take}"},
    {"Releases", "/releases{/id}{?skip,ignoreChannelRules,take,ids}"},
    {"RunbookProcesses", "/runbookProcesses{/id}{?skip,take}"},
    {"RunbookRuns", "/runbookRuns{/id}{?skip,take}"},
    {"RunbookSnapshots", "/runbookSnapshots{/id}{?skip,take}"},
    {"Runbooks", "/runbooks{/id}{?skip,take}"},
    {"ScheduledProjectTriggers", "/scheduledprojecttriggers{/id}{?skip,take}"},
    {"ScopedUserRoles", "/scopeduserroles{/id}{?skip,take}"},
    {"Subscriptions", "/subscriptions{/id}{?skip,take}"},
    {"TagSetSortOrder", "/tagsets/sortorder"},
    {"Tasks",
     "/tasks{/id}{?skip,active,environment,tenant,runbook,project,name,node,running,states,hasPendingInterruptions,"
     "hasWarningsOrErrors,take,ids,spaces,includeSystem}"},
    {"TenantVariables", "/tenantvariables/all{?projectId}"},
    {"TenantsMissingVariables", "/tenants/variables-missing{?tenantId,projectId,environmentId,includeDetails}"},
    {"TenantsStatus", "/tenants/status"},
    {"VariableNames", "/variables/names{?project,runbook}"},
    // The third name is misspelled in the wild; clients expand what the template names.
    {"VersionRuleTest", "/channels/rule-test{?version,versionRange,preReleaseTag,feetType,feedType}"},
    {"WorkerOperatingSystems", "/workers/operatingsystem/names/all"},
    {"WorkerPoolsDynamicWorkerTypes", "/workerpools/dynamicworkertypes"},
    {"WorkerPoolsSupportedTypes", "/workerpools/supportedtypes"},
    {"WorkerShells", "/workers/operatingsystem/shells/all"},
    {"WorkerPoolsSortOrder", "/workerpools/sortorder"},
    {"Workers", "/workers{/id}{?skip,take}"},
};

constexpr FixedLink of_system[] = {
    {"Self", "/api"},
    {"Web", "/app"},
    {"SpaceHome", "/api/{spaceId}"},
    {"CurrentUser", "/api/users/me"},
    {"Authentication", "/api/users/authentication"},
    {"CommunityActionTemplates", "/api/communityactiontemplates{/id}{?skip,take}"},
    {"Configuration", "/api/configuration{/id}"},
    {"ExtensionStats", "/api/serverstatus/extensions"},
    {"ExternalSecurityGroupProviders", "/api/externalsecuritygroupproviders"},
    {"ServerCounts", "/api/serverstatus/counts"},
    {"ServerHealthStatus", "/api/serverstatus/health"},
    {"ServerStatus", "/api/serverstatus"},
    {"SmtpIsConfigured", "/api/smtpconfiguration/isconfigured"},
    {"SystemInfo", "/api/serverstatus/system-info"},
    {"Live", "/api/live{?after,spaces,projects}"},
    {"TaskQueue", "/api/taskqueue"},
    {"Timezones", "/api/serverstatus/timezones"},
    {"UserAuthentication", "/api/users/authentication{/userId}"},
    {"TaskTypes", "/api/tasks/tasktypes"},
    {"OpenApi", "/api/openapi.json"},
};

void add_declared(json::object& links, const model::Catalogue& catalogue, model::Scope scope,
                  const std::string& prefix) {
  for (const model::Schema& schema : catalogue.all()) {
    if (schema.scope != scope || schema.link_name.empty()) continue;
    links[schema.link_name] = fmt::format("{}/{}{{/id}}{}", prefix, schema.collection, schema.list_template);
  }
}

}  // namespace

json::object space_links(const model::Catalogue& catalogue, const std::string& space) {
  const std::string prefix = "/api/" + space;
  json::object links{{"Self", prefix}, {"Web", "/app#/" + space}, {"SpaceHome", prefix}};
  add_declared(links, catalogue, model::Scope::space, prefix);
  for (const auto& [name, target] : of_space) links.emplace(name, fmt::format("{}{}", prefix, target));
  return links;
}

json::object system_links(const model::Catalogue& catalogue) {
  json::object links;
  add_declared(links, catalogue, model::Scope::system, "/api");
  for (const auto& [name, target] : of_system) links.emplace(name, target);
  return links;
}

}  // namespace slipway::api
