#include "api/empty_routes.h"

#include <fmt/format.h>

#include "api/paging.h"
#include "api/resolve.h"

namespace slipway::api {
namespace {

struct EmptyCollection {
  std::string_view path;
  std::string_view item_type;
  std::string_view owner = {};  ///< type of the document that {owner} names
};

constexpr EmptyCollection collections[] = {
    {"actiontemplates", "ActionTemplate"},
    {"artifacts", "Artifact"},
    {"build-information", "BuildInformation"},
    {"certificates", "Certificate"},
    {"communityactiontemplates", "CommunityActionTemplate"},
    {"environments/{owner}/machines", "DeploymentTarget", "Environment"},
    {"git-credentials", "GitCredential"},
    {"machines", "DeploymentTarget"},
    {"packages", "Package"},
    {"projects/{owner}/runbooks", "Runbook", "Project"},
    {"projects/{owner}/runbooksnapshots", "RunbookSnapshot", "Project"},
    {"projects/{owner}/triggers", "ProjectTrigger", "Project"},
    {"projecttriggers", "ProjectTrigger"},
    {"proxies", "Proxy"},
    {"runbookprocesses", "RunbookProcess"},
    {"runbookruns", "RunbookRun"},
    {"runbooks", "Runbook"},
    {"runbooksnapshots", "RunbookSnapshot"},
    {"scheduledprojecttriggers", "ProjectTrigger"},
    {"scopeduserroles", "ScopedUserRole"},
    {"subscriptions", "Subscription"},
    {"teams/{owner}/scopeduserroles", "ScopedUserRole", "Team"},
    {"workerpools/{owner}/workers", "Worker", "WorkerPool"},
    {"workers", "Worker"},
};

/// Throws Error{not_found} when the address names an owner that does not exist.
void expect_owner(Call& call, storage::Reader& reader, std::string_view type) {
  if (!type.empty()) resolve(call, reader, call.services.catalogue.get(type), call.parameter("owner"));
}

}  // namespace

std::vector<Route> empty_routes() {
  std::vector<Route> routes;
  for (const auto& [path, item_type, owner] : collections) {
    const std::string summary = fmt::format("Lists documents of type {}; there are none yet.", item_type);
    routes.push_back(Route{
        "GET", std::string(path), std::string(authenticated), summary,
        [item_type = item_type, owner = owner](Call& call, storage::Reader& reader) {
          expect_owner(call, reader, owner);
          return page_response(call, item_type, {}, 0, slice_of(call.query));
        }}.with_query(paged()));
    routes.push_back({"GET", std::string(path) + "/all", std::string(authenticated), summary,
                      [owner = owner](Call& call, storage::Reader& reader) {
                        expect_owner(call, reader, owner);
                        return array_response({});
                      }});
  }
  return routes;
}

}  // namespace slipway::api
