#include "api/compat/empty_routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/http/paging.h"
#include "api/http/shape.h"
#include "api/resources/resolve.h"
#include "base/error.h"

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

/// What clients may try to create, and why nothing is: said before anything is made, and what to do instead. Owners are
/// called {owner}, as in a resource's own nested addresses.
struct Refusal {
  std::string_view path;
  std::string_view sentence;
};

constexpr Refusal refusals[] = {
    {"actiontemplates", "Step templates are not kept yet: put the step into the process itself."},
    {"artifacts", "Artifacts are not kept yet."},
    {"build-information", "Build information is not kept yet: put what matters into the release's notes."},
    {"certificates", "Certificates are not kept yet: keep the text in a sensitive variable."},
    {"deploymentfreezes", "There are no deployment freezes yet: disable the project to keep it from being deployed."},
    {"git-credentials", "Git credentials are not kept: processes and variables live in the database."},
    {"machines", "There are no deployment targets: steps run on the server and reach AWS by themselves."},
    {"projects/{owner}/git/convert",
     "A project's process can't be moved to Git: it lives in the database. Nothing was changed."},
    {"projects/{owner}/runbooks", "There are no runbooks yet."},
    {"projects/{owner}/runbooksnapshots", "There are no runbooks yet."},
    {"projects/{owner}/triggers", "There are no triggers yet: let the build server create the release."},
    {"projecttriggers", "There are no triggers yet: let the build server create the release."},
    {"proxies", "Proxies are not kept: the server's own environment says which proxy it uses."},
    {"runbook-runs/create/v1", "There are no runbooks yet."},
    {"runbooks", "There are no runbooks yet."},
    {"runbooksnapshots", "There are no runbooks yet."},
    {"scopeduserroles",
     "Roles can't be given to teams yet: members of the team Administrators may do everything, and nobody else may do "
     "anything. Leave the roles out of the team."},
    {"subscriptions", "There are no subscriptions yet."},
    {"workers", "There are no workers: steps run on the server."},
};

/// Whether a resource has taken the address over.
bool is_declared(const model::Catalogue& catalogue, std::string_view path) {
  const auto is_of = [&](const model::Schema& schema) {
    const auto is_nesting = [&](const model::Nesting& nesting) {
      return fmt::format("{}/{{owner}}/{}", catalogue.get(nesting.owner).collection, nesting.segment) == path;
    };
    return schema.collection == path || std::ranges::any_of(schema.nestings, is_nesting);
  };
  return std::ranges::any_of(catalogue.all(), is_of);
}

/// What one must be allowed to see these, were there any.
std::string permission_to_see(std::string_view item_type) {
  struct Seen {
    std::string_view item_type, permission;
  };
  static constexpr Seen under_another_name[] = {
      {"BuildInformation", "FeedView"},    {"CommunityActionTemplate", "ActionTemplateView"},
      {"DeploymentTarget", "MachineView"}, {"Package", "FeedView"},
      {"ProjectTrigger", "TriggerView"},   {"RunbookProcess", "RunbookView"},
      {"RunbookSnapshot", "RunbookView"},  {"ScopedUserRole", "TeamView"}};
  const auto* known = std::ranges::find(under_another_name, item_type, &Seen::item_type);
  return known != std::end(under_another_name) ? std::string(known->permission) : std::string(item_type) + "View";
}

/// Throws Error{not_found} when the address names an owner that does not exist.
void expect_owner(Call& call, storage::Reader& reader, std::string_view type) {
  if (!type.empty()) resolve(call, reader, call.services.catalogue.get(type), call.parameter("owner"));
}

}  // namespace

std::vector<Route> empty_routes(const model::Catalogue& catalogue) {
  const json::object any_document = shape::map_of(shape::anything());
  std::vector<Route> routes;
  for (const auto& [path, item_type, owner] : collections) {
    if (is_declared(catalogue, path)) continue;
    const std::string summary = fmt::format("Lists documents of type {}; there are none yet.", item_type);
    routes.push_back(Route{"GET", std::string(path), permission_to_see(item_type), summary,
                           [item_type = item_type, owner = owner](Call& call, storage::Reader& reader) {
                             expect_owner(call, reader, owner);
                             return page_response(call, item_type, {}, 0, slice_of(call.query));
                           }}
                         .with_query(paged())
                         .answers(shape::page_of(any_document)));
    routes.push_back(Route{
        "GET", std::string(path) + "/all", permission_to_see(item_type), summary,
        [owner = owner](Call& call, storage::Reader& reader) {
          expect_owner(call, reader, owner);
          return array_response({});
        }}.answers(shape::list_of(any_document)));
  }
  for (const auto& [path, sentence] : refusals) {
    if (is_declared(catalogue, path)) continue;
    const ActHandler refuse = [sentence = sentence](Call&) -> net::Response { fail_invalid(std::string(sentence)); };
    routes.push_back(Route{"POST", std::string(path), std::string(authenticated),
                           fmt::format("Refuses, and makes nothing. {}", sentence), refuse}
                         .takes(any_document)
                         .answers(any_document));
  }
  return routes;
}

}  // namespace slipway::api
