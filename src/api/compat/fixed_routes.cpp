#include "api/compat/fixed_routes.h"

#include <algorithm>

#include "api/http/shape.h"
#include "base/text.h"
#include "storage/event_categories.h"
#include "storage/task_kinds.h"

namespace slipway::api {
namespace {

/// A bare list of what has an id and a name.
struct NamedList {
  std::string_view path;
  std::string_view summary;
  std::string_view names;  ///< with blanks between
};

constexpr std::string_view document_types =
    "Accounts APIKeys Channels DeploymentProcesses Deployments Environments Feeds LibraryVariableSets Lifecycles "
    "MachinePolicies ProjectGroups Projects Releases RetentionPolicies ServerTasks Spaces TagSets Teams Tenants "
    "TenantVariables Users VariableSets WorkerPools";

bool is_document_type(std::string_view kind) {
  const auto all = split(document_types, ' ');
  return std::any_of(all.begin(), all.end(), [&](std::string_view type) { return equals_ignoring_case(type, kind); });
}

constexpr NamedList named_lists[] = {
    {"events/documenttypes", "The kinds of documents that audit entries are about.", document_types},
    {"tasks/tasktypes", "The kinds of tasks.", storage::deploy_task},
};

/// A whole answer.
struct Fixed {
  std::string_view path;
  std::string_view summary;
  std::string_view text;
};

constexpr Fixed answers[] = {
    {"actiontemplates/categories", "The categories of step types.",
     R"([{"Id":"Aws","Name":"Aws","DisplayOrder":1,"Links":{}},{"Id":"Other","Name":"Other","DisplayOrder":2,"Links":{}}])"},
    {"deploymentfreezes", "Times in which nothing may be deployed; there are none.",
     R"({"DeploymentFreezes":[],"Count":0})"},
    {"externalsecuritygroupproviders", "Directories that groups of users can come from; there are none.", "[]"},
    {"machines/operatingsystem/names/all", "Operating systems of deployment targets; there are no targets.", "[]"},
    {"machines/operatingsystem/shells/all", "Shells of deployment targets; there are no targets.", "[]"},
    {"serverstatus/extensions", "Extensions of the server; there are none.", "[]"},
    {"serverstatus/timezones", "Time zones that schedules may name; times are kept in UTC.",
     R"([{"Id":"UTC","Name":"Coordinated Universal Time","IsLocal":true}])"},
    {"smtpconfiguration/isconfigured", "Whether the server can send mail.", R"({"IsConfigured":false,"Links":{}})"},
    {"workerpools/dynamicworkertypes", "Images of cloud workers; there are none.",
     R"({"Id":"dynamic-worker-types","WorkerTypes":[],"Links":{}})"},
    {"workerpools/supportedtypes", "Kinds of worker pools that can be made.",
     R"({"Id":"supported-worker-pool-types","SupportedPoolTypes":["StaticWorkerPool"],"Links":{}})"},
    {"workers/operatingsystem/names/all", "Operating systems of workers; there are no workers.", "[]"},
    {"workers/operatingsystem/shells/all", "Shells of workers; there are no workers.", "[]"},
    {"events/agents", "What audit entries were caused by; not recorded.", "[]"},
    {"events/groups", "Groups of categories of audit entries; there are none.", "[]"},
    {"feeds/stats", "What the built-in feed holds; nothing yet.", R"({"TotalPackages":0,"Links":{}})"},
    {"machineroles/all", "The roles of deployment targets; there are none.", "[]"},
};

/// A step type as clients list it beside step templates.
struct BuiltInStep {
  std::string_view type, name, category, description;
};

constexpr BuiltInStep steps[] = {
    {"Slipway.EcsService", "Deploy an Amazon ECS service", "Aws",
     "Registers a task definition, updates the service, and proves that it runs."},
    {"Slipway.NoOp", "Do nothing", "Other", "Succeeds at once; a placeholder in a process that is being made."},
};

net::Response search_steps(Call& call, storage::Reader&) {
  const auto wanted = call.query.find("type");
  json::array found;
  for (const auto& [type, name, category, description] : steps) {
    if (wanted && !wanted->empty() && !equals_ignoring_case(*wanted, type)) continue;
    found.push_back(json::object{{"Id", type},
                                 {"Name", name},
                                 {"Type", type},
                                 {"Category", category},
                                 {"Categories", json::array{category}},
                                 {"Description", description},
                                 {"Author", "Slipway"},
                                 {"Website", ""},
                                 {"Keywords", ""},
                                 {"IsInstalled", true},
                                 {"IsBuiltIn", true},
                                 {"HasUpdate", false},
                                 {"CommunityActionTemplateId", nullptr},
                                 {"Links", json::object()}});
  }
  return json_response(200, found);
}

json::array documents_of(std::string_view names) {
  json::array list;
  for (const std::string_view name : split(names, ' ')) {
    list.push_back(json::object{{"Id", name}, {"Name", name}, {"Links", json::object()}});
  }
  return list;
}

/// What one must be allowed to see these, by the area that the path begins with.
std::string permission_to_see(std::string_view path) {
  struct Area {
    std::string_view name, permission;
  };
  static constexpr Area areas[] = {{"actiontemplates", "ActionTemplateView"},
                                   {"deploymentfreezes", "DeploymentFreezeView"},
                                   {"events", "EventView"},
                                   {"externalsecuritygroupproviders", "TeamView"},
                                   {"feeds", "FeedView"},
                                   {"machineroles", "MachineView"},
                                   {"machines", "MachineView"},
                                   {"tasks", "TaskView"},
                                   {"workerpools", "WorkerView"},
                                   {"workers", "WorkerView"}};
  const auto* area = std::ranges::find(areas, path.substr(0, path.find('/')), &Area::name);
  return std::string(area != std::end(areas) ? area->permission : "AdministerSystem");
}

/// `appliesTo`: a kind of document, as events/documenttypes names them.
net::Response categories(Call& call, storage::Reader&) {
  const auto kinds = call.query.list("appliesTo");
  json::array list;
  for (const auto& [category, name, applies_to] : storage::event_categories) {
    const bool is_wanted =
        kinds.empty() || std::any_of(kinds.begin(), kinds.end(), [&, applies_to = applies_to](const std::string& kind) {
          return applies_to.empty() ? is_document_type(kind) : equals_ignoring_case(kind, applies_to);
        });
    if (is_wanted) list.push_back(json::object{{"Id", name}, {"Name", name}, {"Links", json::object()}});
  }
  return json_response(200, list);
}

Route route(std::string_view path, std::string_view summary, std::string text) {
  const json::object shape = shape::like(json::parse(text));
  return Route{"GET",
               std::string(path),
               permission_to_see(path),
               std::string(summary),
               [text = std::move(text)](Call&, storage::Reader&) { return json_response(200, text); },
               RouteScope::system}
      .answers(shape);
}

json::object step_shape() {
  return shape::object({{"Id", shape::text()},
                        {"Name", shape::text()},
                        {"Type", shape::text()},
                        {"Category", shape::text()},
                        {"Categories", shape::list_of(shape::text())},
                        {"Description", shape::text()},
                        {"Author", shape::text()},
                        {"Website", shape::text()},
                        {"Keywords", shape::text()},
                        {"IsInstalled", shape::flag()},
                        {"IsBuiltIn", shape::flag()},
                        {"HasUpdate", shape::flag()},
                        {"CommunityActionTemplateId", shape::or_null(shape::text())},
                        {"Links", shape::links()}});
}

}  // namespace

std::vector<Route> fixed_routes() {
  std::vector<Route> routes;
  for (const auto& [path, summary, names] : named_lists) {
    routes.push_back(route(path, summary, json::to_text(documents_of(names))));
  }
  for (const auto& [path, summary, text] : answers) routes.push_back(route(path, summary, std::string(text)));
  routes.push_back(Route{"GET", "actiontemplates/search", permission_to_see("actiontemplates/search"),
                         "Step types, by their type.", search_steps, RouteScope::system}
                       .with_query({{"type"}})
                       .answers(shape::list_of(step_shape())));
  routes.push_back(Route{"GET", "events/categories", permission_to_see("events/categories"),
                         "The categories of audit entries.", categories, RouteScope::system}
                       .with_query({{"appliesTo", QueryKind::texts}})
                       .answers(shape::like(documents_of("Created"))));
  return routes;
}

}  // namespace slipway::api
