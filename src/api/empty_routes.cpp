#include "api/empty_routes.h"

#include <fmt/format.h>

#include "api/paging.h"

namespace slipway::api {
namespace {

struct EmptyCollection {
  std::string_view path;
  std::string_view item_type;
};

constexpr EmptyCollection collections[] = {
    {"actiontemplates", "ActionTemplate"},
    {"artifacts", "Artifact"},
    {"certificates", "Certificate"},
    {"environments/{id}/machines", "DeploymentTarget"},
    {"git-credentials", "GitCredential"},
    {"machinepolicies", "MachinePolicy"},
    {"machines", "DeploymentTarget"},
    {"projects/{project}/runbooks", "Runbook"},
    {"projects/{project}/triggers", "ProjectTrigger"},
    {"projecttriggers", "ProjectTrigger"},
    {"proxies", "Proxy"},
    {"runbooks", "Runbook"},
    {"scopeduserroles", "ScopedUserRole"},
    {"subscriptions", "Subscription"},
    {"teams/{id}/scopeduserroles", "ScopedUserRole"},
    {"userroles", "UserRole"},
    {"workerpools/{id}/workers", "Worker"},
    {"workers", "Worker"},
};

}  // namespace

std::vector<Route> empty_routes() {
  std::vector<Route> routes;
  for (const auto& [path, item_type] : collections) {
    const std::string summary = fmt::format("Lists documents of type {}; there are none yet.", item_type);
    routes.push_back({"GET", std::string(path), std::string(authenticated), summary,
                      [type = std::string(item_type)](Call& call, storage::Reader&) {
                        return page_response(call, type, {}, 0, slice_of(call.query));
                      }});
    routes.push_back({"GET", std::string(path) + "/all", std::string(authenticated), summary,
                      [](Call&, storage::Reader&) { return array_response({}); }});
  }
  return routes;
}

}  // namespace slipway::api
