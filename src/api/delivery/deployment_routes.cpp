#include "api/delivery/deployment_routes.h"
#include "api/people/permissions.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "api/delivery/delivery_call.h"
#include "api/delivery/delivery_documents.h"
#include "api/delivery/delivery_evidence.h"
#include "api/delivery/deployment_previews.h"
#include "api/delivery/project_progression.h"
#include "api/http/other_spellings.h"
#include "api/http/shape.h"
#include "base/describe.h"
#include "base/text.h"
#include "commands/create_deployments.h"
#include "language/dotnet/dotnet_date.h"
#include "model/resources/infrastructure/environment.h"
#include "model/resources/projects/project.h"
#include "model/resources/projects/project_group.h"
#include "model/resources/tenants/tenant.h"
#include "planning/tenant_selection.h"
#include "storage/document_lookup.h"

namespace slipway::api {
namespace {

using commands::DeploymentRequest;

/// Members that are absent or null keep their defaults; keys match in any case.
struct CreateDeploymentBody {
  std::string ProjectName, ReleaseVersion;
  std::vector<std::string> EnvironmentNames;  ///< untenanted
  std::string EnvironmentName;                ///< tenanted
  std::vector<std::string> Tenants, TenantTags;
  std::vector<std::string> SpecificMachineNames, ExcludedMachineNames, SkipStepNames;
  std::vector<std::string> DeploymentFreezeNames;
  std::string DeploymentFreezeOverrideReason;
  bool ForcePackageRedeployment = false;
  bool ForcePackageDownload = false;
  bool UpdateVariableSnapshot = false;
  bool CancelActive = false;
  std::optional<bool> UseGuidedFailure;
  std::optional<std::string> Priority;
  std::optional<std::string> RunAt, NoRunAfter;
  std::map<std::string, std::string> Variables;
  std::string Comments;
};
BOOST_DESCRIBE_STRUCT(CreateDeploymentBody, (),
                      (ProjectName, ReleaseVersion, EnvironmentNames, EnvironmentName, Tenants, TenantTags,
                       SpecificMachineNames, ExcludedMachineNames, SkipStepNames, DeploymentFreezeNames,
                       DeploymentFreezeOverrideReason, ForcePackageRedeployment, ForcePackageDownload,
                       UpdateVariableSnapshot, CancelActive, UseGuidedFailure, Priority, RunAt, NoRunAfter, Variables,
                       Comments))

/// The classic POST.
struct DeploymentDocument {
  std::string ReleaseId, EnvironmentId;
  std::optional<std::string> TenantId;
  std::vector<std::string> SkipActions, SpecificMachineIds, ExcludedMachineIds;
  bool ForcePackageDownload = false;
  bool ForcePackageRedeployment = false;
  bool CancelActive = false;
  std::optional<bool> UseGuidedFailure;
  std::map<std::string, std::string> FormValues;
  std::optional<std::string> QueueTime, QueueTimeExpiry;
  std::optional<std::string> Comments;
};
BOOST_DESCRIBE_STRUCT(DeploymentDocument, (),
                      (ReleaseId, EnvironmentId, TenantId, SkipActions, SpecificMachineIds, ExcludedMachineIds,
                       ForcePackageDownload, ForcePackageRedeployment, CancelActive, UseGuidedFailure, FormValues,
                       QueueTime, QueueTimeExpiry, Comments))

/// "On" and "Off" decide; "LifecycleDefault" and nothing leave it to the lifecycle.
std::optional<bool> priority_of(std::string_view text) {
  if (equals_ignoring_case(text, "On")) return true;
  if (equals_ignoring_case(text, "Off")) return false;
  if (text.empty() || equals_ignoring_case(text, "LifecycleDefault")) return std::nullopt;
  fail_invalid(fmt::format("Priority must be On, Off or LifecycleDefault; '{}' is none of them.", text));
}

/// Clients pass on what people typed, so any form counts that .NET reads as a DateTimeOffset; UTC where it names no
/// offset.
std::optional<Time> time_in(const std::optional<std::string>& text, std::string_view member) {
  if (!text || trim(*text).empty()) return std::nullopt;
  if (const auto time = parse_time(*text)) return time;
  const auto date = language::parse_date(*text);
  if (!date) {
    fail_invalid(fmt::format("{} must be a time such as 2024-05-01T02:03:04Z; '{}' is none.", member, *text));
  }
  return language::time_of(*date);
}

/// Someone who overrides a freeze believes that deployments are frozen; here nothing ever is.
void check_freezes(const CreateDeploymentBody& body) {
  Problems problems;
  for (const std::string& name : body.DeploymentFreezeNames) {
    if (!trim(name).empty()) {
      problems.add(
          fmt::format("DeploymentFreezeNames: there is no deployment freeze named '{}': this server has none. "
                      "Leave it out.",
                      name));
    }
  }
  if (!trim(body.DeploymentFreezeOverrideReason).empty()) {
    problems.add(
        "DeploymentFreezeOverrideReason: there is no deployment freeze to override. Leave it out; Comments "
        "are kept with the deployment.");
  }
  problems.throw_if_any();
}

DeploymentRequest request_of(const CreateDeploymentBody& body) {
  check_freezes(body);
  DeploymentRequest request;
  request.project = body.ProjectName;
  if (request.project.empty()) fail_invalid("ProjectName: please name the project.");
  request.release = body.ReleaseVersion;
  request.skip_steps = body.SkipStepNames;
  request.variables = body.Variables;
  request.guided_failure = body.UseGuidedFailure;
  request.run_at = time_in(body.RunAt, "RunAt");
  request.not_after = time_in(body.NoRunAfter, "NoRunAfter");
  request.priority = priority_of(body.Priority.value_or(""));
  request.comments = body.Comments;
  request.specific_machines = body.SpecificMachineNames;
  request.excluded_machines = body.ExcludedMachineNames;
  request.force_package_download = body.ForcePackageDownload;
  request.force_package_redeployment = body.ForcePackageRedeployment;
  request.update_variables = body.UpdateVariableSnapshot;
  request.cancel_active = body.CancelActive;
  return request;
}

/// TEN-4: who was matched but left out is told, beside what clients read.
net::Response created_answer(storage::Reader& reader, const commands::CreatedDeployments& created) {
  const storage::DocumentLookup lookup(reader);
  json::array tasks;
  for (const storage::DeploymentRecord& deployment : created.deployments) {
    const auto tenant = model::find<model::Tenant>(lookup, deployment.tenant);
    tasks.push_back(json::object{{"DeploymentId", deployment.id},
                                 {"ServerTaskId", deployment.task},
                                 {"EnvironmentId", deployment.environment},
                                 {"TenantId", tenant ? json::value(tenant->Id) : json::value(nullptr)},
                                 {"TenantName", tenant ? json::value(tenant->Name) : json::value(nullptr)}});
  }
  json::array skipped;
  for (const planning::SkippedTenant& tenant : created.skipped) {
    skipped.push_back(json::object{{"TenantId", tenant.id}, {"TenantName", tenant.name}, {"Reason", tenant.reason}});
  }
  return json_response(
      201, json::object{{"DeploymentServerTasks", std::move(tasks)}, {"SkippedTenants", std::move(skipped)}});
}

void check_may_cancel(const Call& call, const DeploymentRequest& request) {
  if (request.cancel_active) require_permission(call.principal, "TaskCancel", call.space);
}

net::Response create(Call& call, const DeploymentRequest& request) {
  check_may_cancel(call, request);
  return answer_once(call, "create deployments", [&](storage::Txn& txn, commands::CommandContext& context) {
    return created_answer(txn, commands::create_deployments(txn, context, request));
  });
}

CreateDeploymentBody executions_body(Call& call) {
  auto body = json::from_json<CreateDeploymentBody>(call.body());
  call.services.database.read([&](storage::Reader& reader) { use_space_of_body(call, reader); });
  return body;
}

bool says_nothing(const json::value& v) {
  return v.is_null() || (v.is_string() && trim(json::view(v.get_string())).empty()) ||
         (v.is_array() && v.get_array().empty());
}

/// Who names tenants means them, not everybody.
void refuse_tenants(const json::object& body) {
  for (const auto& member : body) {
    const Meaning meaning(member.key());
    const bool names_tenants = meaning.is_that_of("Tenants") || meaning.is_that_of("TenantTags");
    if (!names_tenants || says_nothing(member.value())) continue;
    fail_invalid(
        fmt::format("{}: this call deploys without tenants; to deploy for some, call deployments/create/tenanted/v1.",
                    std::string_view(member.key())));
  }
}

net::Response create_untenanted(Call& call) {
  refuse_tenants(call.body());
  const auto body = executions_body(call);
  DeploymentRequest request = request_of(body);
  request.environments = body.EnvironmentNames;
  return create(call, request);
}

net::Response create_tenanted(Call& call) {
  const auto body = executions_body(call);
  DeploymentRequest request = request_of(body);
  if (!body.EnvironmentName.empty()) request.environments = {body.EnvironmentName};
  request.tenants = planning::TenantQuery{body.Tenants, body.TenantTags};
  if (request.tenants->empty()) fail_invalid("Tenants: name tenants or tenant tags, or '*' for all that are ready.");
  return create(call, request);
}

net::Response create_classic(Call& call) {
  const auto document = json::from_json<DeploymentDocument>(call.body());
  DeploymentRequest request;
  request.release = document.ReleaseId;
  request.environments = {document.EnvironmentId};
  if (document.TenantId && !document.TenantId->empty())
    request.tenants = planning::TenantQuery{{*document.TenantId}, {}};
  request.skip_steps = document.SkipActions;
  request.variables = document.FormValues;
  request.guided_failure = document.UseGuidedFailure;
  request.run_at = time_in(document.QueueTime, "QueueTime");
  request.not_after = time_in(document.QueueTimeExpiry, "QueueTimeExpiry");
  request.comments = document.Comments.value_or("");
  request.specific_machines = document.SpecificMachineIds;
  request.excluded_machines = document.ExcludedMachineIds;
  request.force_package_download = document.ForcePackageDownload;
  request.force_package_redeployment = document.ForcePackageRedeployment;
  request.cancel_active = document.CancelActive;
  check_may_cancel(call, request);
  return answer_once(call, "create deployment", [&](storage::Txn& txn, commands::CommandContext& context) {
    const auto created = commands::create_deployments(txn, context, request);
    return json_response(201, DeliveryDocuments(txn, call.services.clock.now()).deployment(created.deployments.at(0)));
  });
}

net::Response list(const Call& call, storage::Reader& reader, storage::DeploymentFilter filter) {
  filter.space = call.space;
  filter.ids = ids_of(call);
  const storage::Slice slice = slice_of(call.query);
  DeliveryDocuments documents(reader, call.services.clock.now());
  return page_of(call, "Deployment", storage::list_deployments(reader, filter, slice), slice,
                 [&](const storage::DeploymentRecord& record) { return documents.deployment(record); });
}

net::Response list_all(Call& call, storage::Reader& reader) {
  storage::DeploymentFilter filter;
  filter.project = ids_in(call, "projects");
  filter.environment = ids_in(call, "environments");
  filter.tenant = ids_in(call, "tenants");
  filter.channel = ids_in(call, "channels");
  filter.states = states_in(call, "taskState");
  return list(call, reader, filter);
}

net::Response list_of_release(Call& call, storage::Reader& reader) {
  storage::DeploymentFilter filter;
  filter.release = addressed_release(call, reader, call.parameter("release")).id;
  return list(call, reader, filter);
}

storage::DeploymentRecord addressed_deployment(const Call& call, storage::Reader& reader) {
  auto deployment = storage::find_deployment(reader, call.parameter("id"));
  if (!deployment || deployment->space != call.space) commands::fail_unknown("resource", call.parameter("id"));
  return std::move(*deployment);
}

net::Response get(Call& call, storage::Reader& reader) {
  return json_response(
      200, DeliveryDocuments(reader, call.services.clock.now()).deployment(addressed_deployment(call, reader)));
}

net::Response evidence(Call& call, storage::Reader& reader) {
  return json_response(200, delivery_evidence(reader, addressed_deployment(call, reader)));
}

net::Response preview(Call& call, storage::Reader& reader) {
  const auto release = addressed_release(call, reader, call.parameter("release"));
  const bool with_tenant = std::any_of(call.parameters.begin(), call.parameters.end(),
                                       [](const auto& parameter) { return parameter.first == "tenant"; });
  return json_response(
      200, preview_deployment(reader, release, call.parameter("environment"),
                              with_tenant ? call.parameter("tenant") : "", call.asks("includeDisabledSteps")));
}

struct PreviewsBody {
  struct Item {
    std::string EnvironmentId;
    std::optional<std::string> TenantId;
  };
  std::vector<Item> DeploymentPreviews;
  bool IncludeDisabledSteps = false;
};
BOOST_DESCRIBE_STRUCT(PreviewsBody::Item, (), (EnvironmentId, TenantId))
BOOST_DESCRIBE_STRUCT(PreviewsBody, (), (DeploymentPreviews, IncludeDisabledSteps))

net::Response previews(Call& call) {
  const auto body = json::from_json<PreviewsBody>(call.body());
  return call.services.database.read([&](storage::Reader& reader) {
    const auto release = addressed_release(call, reader, call.parameter("release"));
    json::array previews;
    for (const PreviewsBody::Item& item : body.DeploymentPreviews) {
      previews.push_back(preview_deployment(reader, release, item.EnvironmentId, item.TenantId.value_or(""),
                                            body.IncludeDisabledSteps));
    }
    return json_response(200, previews);
  });
}

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

/// What runs where, from the table of current states (UI-1).
json::array dashboard_items(storage::Reader& reader, DeliveryDocuments& documents,
                            const std::vector<model::Project>& projects, const std::set<std::string>& tenants,
                            const DashboardFilter& filter) {
  json::array items;
  for (const model::Project& project : projects) {
    for (const storage::CurrentState& state : storage::current_states(reader, project.Id)) {
      if (!is_wanted(filter.environments, state.environment)) continue;
      if (filter.wants_tenants() && !tenants.contains(state.tenant)) continue;
      const auto add = [&](const std::string& id) {
        const auto deployment = id.empty() ? std::nullopt : storage::find_deployment(reader, id);
        if (!deployment || !is_wanted(filter.releases, deployment->release)) return;
        items.push_back(documents.dashboard_item(*deployment, standing_of(*deployment, state)));
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

/// `releaseHistoryCount`, within reason.
std::int64_t releases_shown(const Call& call) {
  const std::int64_t count = number_of(call.query, "releaseHistoryCount", 30);
  return count > 0 ? std::min<std::int64_t>(count, 100) : 30;
}

net::Response progression(Call& call, storage::Reader& reader) {
  const storage::DocumentLookup lookup(reader);
  const auto project = addressed<model::Project>(lookup, call.space, call.parameter("project"));
  return json_response(200, project_progression(reader, project, releases_shown(call), call.services.clock.now()));
}

/// What both executions calls take, without `unused`.
json::object executions_shape(std::initializer_list<std::string_view> unused,
                              std::initializer_list<std::string_view> required) {
  json::object shape = with_space(shape::of<CreateDeploymentBody>(required));
  for (const std::string_view member : unused) shape["properties"].as_object().stable_erase(member);
  return shape;
}

json::object untenanted_shape() {
  return executions_shape({"EnvironmentName", "Tenants", "TenantTags"},
                          {"ProjectName", "ReleaseVersion", "EnvironmentNames"});
}

json::object tenanted_shape() {
  return executions_shape({"EnvironmentNames"}, {"ProjectName", "ReleaseVersion", "EnvironmentName"});
}

}  // namespace

std::vector<Route> deployment_routes() {
  return {
      Route{"POST", "deployments/create/untenanted/v1", "DeploymentCreate", "Deploys a release to environments.",
            create_untenanted}
          .takes(untenanted_shape())
          .answers(shape::one("CreatedDeployments"), {201}),
      Route{"POST", "deployments/create/tenanted/v1", "DeploymentCreate",
            "Deploys a release to tenants in an environment.", create_tenanted}
          .takes(tenanted_shape())
          .answers(shape::one("CreatedDeployments"), {201}),
      Route{"POST", "deployments", "DeploymentCreate", "Deploys a release to one environment, for one tenant or none.",
            create_classic}
          .takes(shape::of<DeploymentDocument>({"ReleaseId", "EnvironmentId"}))
          .answers(shape::one("Deployment"), {201}),
      Route{"GET", "deployments", "DeploymentView", "Lists deployments, newest first.", list_all}
          .with_query(paged({{"ids", QueryKind::texts},
                             {"projects", QueryKind::texts},
                             {"environments", QueryKind::texts},
                             {"tenants", QueryKind::texts},
                             {"channels", QueryKind::texts},
                             {"taskState", QueryKind::texts}}))
          .answers(shape::page_of("Deployment"))
          .linked("Deployments"),
      Route{"GET", "deployments/{id}", "DeploymentView", "Shows a deployment.", get}.answers(shape::one("Deployment")),
      Route{"GET", "deployments/{id}/evidence", "DeploymentView",
            "Shows what a deployment did, step by step: account, region, cluster, service, revision, image digests.",
            evidence}
          .answers(shape::one("DeploymentEvidence")),
      Route{"GET", "releases/{release}/deployments", "DeploymentView", "Lists a release's deployments, newest first.",
            list_of_release}
          .with_query(paged({{"ids", QueryKind::texts}}))
          .answers(shape::page_of("Deployment")),
      Route{"GET", "releases/{release}/deployments/template", "DeploymentView",
            "Shows where a release may be deployed now.",
            [](Call& call, storage::Reader& reader) {
              return json_response(
                  200, deployment_template(reader, addressed_release(call, reader, call.parameter("release"))));
            }}
          .answers(shape::one("DeploymentTemplate")),
      Route{"GET", "releases/{release}/deployments/preview/{environment}", "DeploymentView",
            "Shows what a deployment would do and ask for.", preview}
          .with_query({{"includeDisabledSteps", QueryKind::flag}})
          .answers(shape::one("DeploymentPreview")),
      Route{"GET", "releases/{release}/deployments/preview/{environment}/{tenant}", "DeploymentView",
            "Shows what a deployment for a tenant would do and ask for.", preview}
          .with_query({{"includeDisabledSteps", QueryKind::flag}})
          .answers(shape::one("DeploymentPreview")),
      Route{"POST", "releases/{release}/deployments/previews", "DeploymentView", "Shows several previews at once.",
            previews}
          .takes(shape::of<PreviewsBody>({"DeploymentPreviews"}))
          .answers(shape::list_of("DeploymentPreview"), {200}),
      Route{"GET", "projects/{project}/progression", "ReleaseView",
            "Shows a project's recent releases against environments.", progression}
          .with_query({{"releaseHistoryCount", QueryKind::number}})
          .answers(shape::one("ProjectProgression")),
      Route{"GET", "progression/{project}", "ReleaseView", "Shows a project's recent releases against environments.",
            progression}
          .with_query({{"releaseHistoryCount", QueryKind::number}})
          .answers(shape::one("ProjectProgression")),
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
