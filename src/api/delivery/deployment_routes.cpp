#include "api/delivery/deployment_routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/delivery/delivery_call.h"
#include "api/delivery/delivery_documents.h"
#include "api/delivery/delivery_evidence.h"
#include "api/delivery/deployment_bodies.h"
#include "api/delivery/deployment_previews.h"
#include "api/delivery/project_progression.h"
#include "api/http/other_spellings.h"
#include "api/http/shape.h"
#include "api/people/permissions.h"
#include "base/describe.h"
#include "base/text.h"
#include "commands/create_deployments.h"
#include "model/resources/projects/project.h"
#include "model/resources/tenants/tenant.h"
#include "planning/tenant_selection.h"
#include "storage/document_lookup.h"

namespace slipway::api {
namespace {

using commands::DeploymentRequest;

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
  const DeploymentRequest request = request_of(json::from_json<DeploymentDocument>(call.body()));
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
  const auto page = storage::list_deployments(reader, filter, slice);
  documents.look_ahead(page.items);
  return page_of(call, "Deployment", page, slice,
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
  if (!deployment || deployment->space != call.space) model::fail_unknown("resource", call.parameter("id"));
  return std::move(*deployment);
}

net::Response get(Call& call, storage::Reader& reader) {
  return json_response(
      200, DeliveryDocuments(reader, call.services.clock.now()).deployment(addressed_deployment(call, reader)));
}

net::Response evidence(Call& call, storage::Reader& reader) {
  return json_response(200, delivery_evidence(reader, addressed_deployment(call, reader)));
}

PreviewTools preview_tools(const Call& call) { return {call.services.catalogue.steps(), call.services.clock.now()}; }

net::Response preview(Call& call) {
  const bool with_tenant = std::any_of(call.parameters.begin(), call.parameters.end(),
                                       [](const auto& parameter) { return parameter.first == "tenant"; });
  const auto planned = call.services.database.read([&](storage::Reader& reader) {
    return plan_deployment(reader, addressed_release(call, reader, call.parameter("release")),
                           call.parameter("environment"), with_tenant ? call.parameter("tenant") : "");
  });
  PreviewTools tools = preview_tools(call);
  return json_response(200, preview_deployment(planned, tools, call.asks("includeDisabledSteps")));
}

constexpr std::size_t kMostPreviews = 500;

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

/// One after the other: each of many tenants has its own variables.
net::Response previews(Call& call) {
  const auto body = json::from_json<PreviewsBody>(call.body());
  if (body.DeploymentPreviews.size() > kMostPreviews) {
    fail_invalid(fmt::format("DeploymentPreviews: ask for at most {} at once.", kMostPreviews));
  }
  const auto release = call.services.database.read(
      [&](storage::Reader& reader) { return addressed_release(call, reader, call.parameter("release")); });
  PreviewTools tools = preview_tools(call);
  json::array previews;
  for (const PreviewsBody::Item& item : body.DeploymentPreviews) {
    const auto planned = call.services.database.read([&](storage::Reader& reader) {
      return plan_deployment(reader, release, item.EnvironmentId, item.TenantId.value_or(""));
    });
    previews.push_back(preview_deployment(planned, tools, body.IncludeDisabledSteps));
  }
  return json_response(200, previews);
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
  };
}

}  // namespace slipway::api
