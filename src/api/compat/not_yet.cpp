#include "api/compat/not_yet.h"

#include <fmt/format.h>

#include <set>

#include "api/http/paging.h"
#include "api/http/shape.h"
#include "api/resources/resolve.h"
#include "base/error.h"
#include "base/text.h"

namespace slipway::api {
namespace {

/// A list without items, in pages and at "/all". Owners are called {owner}, as in a resource's own nested addresses.
struct EmptyList {
  std::string path;
  std::string item_type;
  std::string link = {};
  std::string owner = {};  ///< type of the document that {owner} names
};

struct EmptyAnswer {
  std::string path;
  json::value answer;
  std::string link = {};
};

struct Missing {
  std::string sentence;    ///< that it isn't there, and what to do instead
  std::string permission;  ///< to see what there would be
  std::vector<EmptyList> lists = {};
  std::vector<EmptyAnswer> answers = {};
  std::vector<std::string> refusals = {};  ///< what clients may try to create
  RouteScope scope = RouteScope::space;
};

std::vector<Missing> missing_of_projects() {
  return {
      {"There are no runbooks yet.",
       "RunbookView",
       {{"projects/{owner}/runbooks", "Runbook", "", "Project"},
        {"projects/{owner}/runbooksnapshots", "RunbookSnapshot", "", "Project"},
        {"runbookProcesses", "RunbookProcess", "RunbookProcesses"},
        {"runbookSnapshots", "RunbookSnapshot", "RunbookSnapshots"},
        {"runbooks", "Runbook", "Runbooks"}},
       {},
       {"projects/{owner}/runbooks", "projects/{owner}/runbooksnapshots", "runbook-runs/create/v1", "runbooks",
        "runbookSnapshots"}},
      {"There are no runbooks yet, so nothing runs them.",
       "RunbookRunView",
       {{"runbookRuns", "RunbookRun", "RunbookRuns"}}},
      {"There are no triggers yet: let the build server create the release.",
       "TriggerView",
       {{"projects/{owner}/triggers", "ProjectTrigger", "", "Project"},
        {"projecttriggers", "ProjectTrigger", "ProjectTriggers"},
        {"scheduledprojecttriggers", "ProjectTrigger", "ScheduledProjectTriggers"}},
       {},
       {"projects/{owner}/triggers", "projecttriggers"}},
      {"No step templates come from the community.",
       "ActionTemplateView",
       {{"communityactiontemplates", "CommunityActionTemplate", "CommunityActionTemplates"}},
       {},
       {},
       RouteScope::system},
      {"A project's process can't be moved to Git: it lives in the database. Nothing was changed.",
       "",
       {},
       {},
       {"projects/{owner}/git/convert"}},
  };
}

std::vector<Missing> missing_of_infrastructure() {
  return {
      {"No task is about a target or a worker yet: steps run on the server.",
       "TaskView",
       {{"machines/{owner}/tasks", "Task", "", "DeploymentTarget"}, {"workers/{owner}/tasks", "Task", "", "Worker"}}},
      {"There are no cloud workers: steps run on the server.",
       "WorkerView",
       {},
       {{"workerpools/dynamicworkertypes",
         {{"Id", "dynamic-worker-types"}, {"WorkerTypes", json::array()}, {"Links", json::object()}},
         "WorkerPoolsDynamicWorkerTypes"}}},
      {"Proxies are not kept: the server's own environment says which proxy it uses.",
       "ProxyView",
       {{"proxies", "Proxy", "Proxies"}},
       {},
       {"proxies"}},
  };
}

std::vector<Missing> missing_of_delivery() {
  return {
      {"Artifacts are not kept yet.", "ArtifactView", {{"artifacts", "Artifact", "Artifacts"}}, {}, {"artifacts"}},
      {"Nothing waits for a person's word yet.", "TaskView", {{"interruptions", "Interruption", "Interruptions"}}},
      {"There are no deployment freezes yet: disable the project to keep it from being deployed.",
       "DeploymentFreezeView",
       {},
       {{"deploymentfreezes", {{"DeploymentFreezes", json::array()}, {"Count", 0}}, "DeploymentFreezes"}},
       {"deploymentfreezes"}},
      {"Build information is not kept yet: put what matters into the release's notes.",
       "FeedView",
       {{"build-information", "BuildInformation", "BuildInformation"}},
       {},
       {"build-information"}},
      {"The built-in feed holds no packages yet.",
       "FeedView",
       {{"packages", "Package", "Packages"}},
       {{"feeds/stats", {{"TotalPackages", 0}, {"Links", json::object()}}, "BuiltInFeedStats"}}},
  };
}

std::vector<Missing> missing_of_people() {
  return {
      {"Roles can't be given to teams yet: members of the team Administrators may do everything, and nobody else may "
       "do "
       "anything. Leave the roles out of the team.",
       "TeamView",
       {{"scopeduserroles", "ScopedUserRole", "ScopedUserRoles"},
        {"teams/{owner}/scopeduserroles", "ScopedUserRole", "", "Team"}},
       {},
       {"scopeduserroles"}},
      {"Groups of people come from no directory yet.",
       "TeamView",
       {},
       {{"externalsecuritygroupproviders", json::array(), "ExternalSecurityGroupProviders"}},
       {},
       RouteScope::system},
      {"There are no subscriptions yet.",
       "SubscriptionView",
       {{"subscriptions", "Subscription", "Subscriptions"}},
       {},
       {"subscriptions"}},
      // Those that clients know gather categories of deployment targets.
      {"Categories of audit entries are in no groups, and entries don't tell what kind of program caused them.",
       "EventView",
       {},
       {{"events/groups", json::array(), "EventGroups"}, {"events/agents", json::array(), "EventAgents"}}},
      {"The server sends no mail yet.",
       "AdministerSystem",
       {},
       {{"smtpconfiguration/isconfigured", {{"IsConfigured", false}, {"Links", json::object()}}, "SmtpIsConfigured"}},
       {},
       RouteScope::system},
  };
}

/// What routes are told apart by: case and names of parameters say nothing.
std::string claim_of(const Route& route) {
  std::string claim = route.method;
  for (const std::string_view segment : split(route.pattern, '/')) {
    claim += '/';
    claim += segment.starts_with('{') ? "{}" : to_lower_ascii(segment);
  }
  return claim;
}

/// Throws Error{not_found} when the address names an owner that does not exist.
void expect_owner(Call& call, storage::Reader& reader, std::string_view type) {
  if (!type.empty()) resolve(call, reader, call.services.catalogue.get(type), call.parameter("owner"));
}

Route page_route(const Missing& missing, const EmptyList& list) {
  const ReadHandler answer = [list](Call& call, storage::Reader& reader) {
    expect_owner(call, reader, list.owner);
    return page_response(call, list.item_type, {}, 0, slice_of(call.query));
  };
  return Route{"GET",
               list.path,
               missing.permission,
               fmt::format("Lists documents of type {}: none. {}", list.item_type, missing.sentence),
               answer,
               missing.scope}
      .with_query(paged())
      .answers(shape::page_of(shape::map_of(shape::anything())))
      .linked(list.link);
}

Route whole_route(const Missing& missing, const EmptyList& list) {
  const ReadHandler answer = [owner = list.owner](Call& call, storage::Reader& reader) {
    expect_owner(call, reader, owner);
    return array_response({});
  };
  return Route{"GET",
               list.path + "/all",
               missing.permission,
               fmt::format("All documents of type {}: none. {}", list.item_type, missing.sentence),
               answer,
               missing.scope}
      .answers(shape::list_of(shape::map_of(shape::anything())));
}

Route answer_route(const Missing& missing, const EmptyAnswer& empty) {
  const ReadHandler answer = [text = json::to_text(empty.answer)](Call&, storage::Reader&) {
    return json_response(200, text);
  };
  return Route{
      "GET",  empty.path,   missing.permission, fmt::format("Answers as nothing is there. {}", missing.sentence),
      answer, missing.scope}
      .answers(shape::like(empty.answer))
      .linked(empty.link);
}

Route refusal_route(const Missing& missing, const std::string& path) {
  const ActHandler refuse = [sentence = missing.sentence](Call&) -> net::Response { fail_invalid(sentence); };
  const json::object any_document = shape::map_of(shape::anything());
  return Route{"POST",
               path,
               std::string(kAuthenticated),
               fmt::format("Refuses, and makes nothing. {}", missing.sentence),
               refuse,
               missing.scope}
      .takes(any_document)
      .answers(any_document);
}

}  // namespace

std::vector<Route> not_yet_routes(const std::vector<Route>& there) {
  std::set<std::string> claimed;
  for (const Route& route : there) claimed.insert(claim_of(route));
  std::vector<Route> routes;
  const auto add = [&](Route route) {
    const bool is_free = !claimed.contains(claim_of(route));
    if (is_free) routes.push_back(std::move(route));
    return is_free;
  };
  for (const auto& area :
       {missing_of_projects(), missing_of_infrastructure(), missing_of_delivery(), missing_of_people()}) {
    for (const Missing& missing : area) {
      for (const EmptyList& list : missing.lists) {
        if (add(page_route(missing, list))) add(whole_route(missing, list));
      }
      for (const EmptyAnswer& answer : missing.answers) add(answer_route(missing, answer));
      for (const std::string& path : missing.refusals) add(refusal_route(missing, path));
    }
  }
  return routes;
}

}  // namespace slipway::api
