#include "views/deployment_context.h"

#include "model/require.h"
#include "model/resources/infrastructure/account.h"
#include "planning/account_use.h"
#include "planning/deployment_variables.h"
#include "planning/make_plan.h"
#include "storage/document_lookup.h"
#include "storage/task_kinds.h"
#include "storage/tasks.h"
#include "views/frozen_release.h"
#include "views/records.h"
#include "views/release_lookup.h"

namespace slipway::views {
namespace {

std::string member_of(const json::value& document, std::string_view name) {
  const json::object* members = document.if_object();
  return std::string(members == nullptr ? "" : json::text_at(*members, name).value_or(""));
}

planning::ReleaseName name_of(const std::optional<storage::ReleaseRecord>& release) {
  return release ? planning::ReleaseName{release->id, release->version} : planning::ReleaseName{};
}

planning::ReleaseFacts facts_of(storage::Reader& reader, const storage::ReleaseRecord& record) {
  ReleaseBody body = body_of(record);
  planning::ReleaseFacts facts;
  facts.id = record.id;
  facts.version = record.version;
  facts.notes = body.ReleaseNotes.value_or("");
  facts.assembled = record.assembled;
  facts.packages = std::move(body.SelectedPackages);
  facts.custom_fields = std::move(body.CustomFields);
  facts.git_ref = member_of(body.VersionControlReference, "GitRef");
  facts.git_commit = member_of(body.VersionControlReference, "GitCommit");
  facts.previous = name_of(storage::release_before(reader, record.project, record.id));
  return facts;
}

/// What ran there before the deployment.
void add_what_ran_before(storage::Reader& reader, const storage::DeploymentRecord& record,
                         planning::DeploymentFacts& facts) {
  const auto now = storage::current_state(reader, record.project, record.environment, record.tenant);
  if (!now) return;
  facts.current_release = name_of(storage::find_release(reader, now->last_success_release));
  facts.previous_successful = now->last_success;
  facts.previous_release = facts.current_release;
  if (facts.current_release.id != record.release) return;
  const auto before = storage::find_deployment(reader, now->previous_success);
  facts.previous_release = before ? name_of(storage::find_release(reader, before->release)) : planning::ReleaseName{};
}

planning::DeploymentFacts facts_of(storage::Reader& reader, const storage::DeploymentRecord& record) {
  DeploymentBody body = body_of(record);
  planning::DeploymentFacts facts;
  facts.options = body.options();
  facts.id = record.id;
  facts.name = std::move(body.Name);
  facts.task = record.task;
  facts.task_name = storage::kDeployTask;
  facts.created = record.created;
  facts.form_values = std::move(body.FormValues);
  facts.skipped_actions = std::move(body.SkipActions);
  if (const auto task = storage::find_task(reader, record.task)) {
    facts.queued = task->queued;
    facts.queue_expiry = task->queue_expiry;
    facts.concurrency_tag = task->concurrency_key;
  }
  add_what_ran_before(reader, record, facts);
  return facts;
}

planning::Plan plan_for(const model::DeploymentProcess& process, const std::string& channel,
                        const std::string& environment, const model::Tenant* tenant,
                        std::vector<std::string> skipped_actions) {
  planning::PlanScope scope;
  scope.channel = channel;
  scope.environment = environment;
  if (tenant != nullptr) scope.tenant_tags = tenant->TenantTags;
  scope.skipped_actions = std::move(skipped_actions);
  return planning::make_plan(process, scope);
}

}  // namespace

planning::FindAccount accounts_for(storage::Reader& reader, const planning::DeploymentContext& context) {
  return [&reader, &context](const std::string& id) -> std::optional<model::Account> {
    auto account = model::find<model::Account>(storage::DocumentLookup(reader), id);
    if (!account || account->SpaceId != context.space.Id || !planning::may_use(*account, context)) return std::nullopt;
    return account;
  };
}

planning::DeploymentContext load_context(storage::Reader& reader, const storage::ReleaseRecord& release,
                                         const storage::DeploymentRecord& deployment,
                                         std::shared_ptr<const planning::FrozenRelease> frozen) {
  const storage::DocumentLookup lookup(reader);
  planning::DeploymentContext context;
  context.frozen = frozen ? std::move(frozen) : load_frozen(reader, release);
  context.release = facts_of(reader, release);
  context.deployment = facts_of(reader, deployment);
  context.space = model::require<model::Space>(lookup, deployment.space, "space");
  context.project = model::require<model::Project>(lookup, deployment.project, "project");
  context.project_group =
      model::find<model::ProjectGroup>(lookup, context.project.ProjectGroupId).value_or(model::ProjectGroup{});
  context.channel = model::require<model::Channel>(lookup, deployment.channel, "channel");
  context.environment = model::require<model::Environment>(lookup, deployment.environment, "environment");
  context.libraries = included_libraries(lookup, context.project);
  context.created_by = model::find<model::User>(lookup, deployment.deployed_by).value_or(model::User{});
  if (!deployment.tenant.empty()) {
    context.tenant = model::require<model::Tenant>(lookup, deployment.tenant, "tenant");
    context.tenant_variables = tenant_variables_of(lookup, deployment.tenant);
  }
  return context;
}

planning::Plan plan_of(const planning::DeploymentContext& context) {
  const model::Tenant* tenant = context.tenant ? &*context.tenant : nullptr;
  return plan_for(context.frozen->process, context.channel.Id, context.environment.Id, tenant,
                  context.deployment.skipped_actions);
}

planning::Plan plan_of(storage::Reader& reader, const storage::DeploymentRecord& deployment,
                       const planning::FrozenRelease& frozen) {
  std::optional<model::Tenant> tenant;
  if (!deployment.tenant.empty()) {
    tenant = model::require<model::Tenant>(storage::DocumentLookup(reader), deployment.tenant, "tenant");
  }
  planning::Plan plan = plan_for(frozen.process, deployment.channel, deployment.environment,
                                 tenant ? &*tenant : nullptr, body_of(deployment).SkipActions);
  model::Project project;
  project.Id = deployment.project;
  model::Channel channel;
  channel.Id = deployment.channel;
  model::Environment environment;
  environment.Id = deployment.environment;
  plan.Warnings = planning::ambiguous_values(
      frozen, planning::scope_context(project, channel, environment, tenant ? &*tenant : nullptr));
  return plan;
}

}  // namespace slipway::views
