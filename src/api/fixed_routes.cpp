#include "api/fixed_routes.h"

#include "base/text.h"

namespace slipway::api {
namespace {

/// A bare list of what has an id and a name.
struct NamedList {
  std::string_view path;
  std::string_view summary;
  std::string_view names;  ///< with blanks between
};

constexpr NamedList named_lists[] = {
    {"events/categories", "The categories of audit entries.",
     "Created Modified Deleted DeploymentQueued DeploymentStarted DeploymentSucceeded DeploymentFailed "
     "DeploymentCanceled ReleaseBlocked ReleaseUnblocked TaskCanceled"},
    {"events/documenttypes", "The kinds of documents that audit entries are about.",
     "Accounts APIKeys Channels Deployments Environments Feeds LibraryVariableSets Lifecycles ProjectGroups Projects "
     "Releases Spaces TagSets Teams Tenants Users WorkerPools"},
    {"tasks/tasktypes", "The kinds of tasks.", "Deploy"},
};

/// A whole answer.
struct Fixed {
  std::string_view path;
  std::string_view summary;
  std::string_view text;
};

constexpr Fixed answers[] = {
    {"actiontemplates/categories", "The categories of step templates; there are none.", "[]"},
    {"actiontemplates/search", "Step templates by their type; there are none.", "[]"},
    {"events/agents", "What audit entries were caused by; not recorded.", "[]"},
    {"events/groups", "Groups of categories of audit entries; there are none.", "[]"},
    {"feeds/stats", "What the built-in feed holds; nothing yet.", R"({"TotalPackages":0,"Links":{}})"},
    {"machineroles/all", "The roles of deployment targets; there are none.", "[]"},
};

json::array documents_of(std::string_view names) {
  json::array list;
  for (const std::string_view name : split(names, ' ')) {
    list.push_back(json::object{{"Id", name}, {"Name", name}, {"Links", json::object()}});
  }
  return list;
}

Route route(std::string_view path, std::string_view summary, std::string text) {
  return {"GET",
          std::string(path),
          std::string(authenticated),
          std::string(summary),
          [text = std::move(text)](Call&, storage::Reader&) { return json_response(200, text); },
          RouteScope::system};
}

}  // namespace

std::vector<Route> fixed_routes() {
  std::vector<Route> routes;
  for (const auto& [path, summary, names] : named_lists) {
    routes.push_back(route(path, summary, json::to_text(documents_of(names))));
  }
  for (const auto& [path, summary, text] : answers) routes.push_back(route(path, summary, std::string(text)));
  return routes;
}

}  // namespace slipway::api
