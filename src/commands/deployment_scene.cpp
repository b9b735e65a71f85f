#include "commands/deployment_scene.h"

#include "commands/names.h"
#include "commands/records.h"
#include "commands/release_lookup.h"
#include "commands/snapshots.h"
#include "model/account.h"
#include "planning/account_use.h"
#include "planning/make_plan.h"
#include "storage/document_lookup.h"

namespace slipway::commands {
namespace {

planning::ReleaseFacts facts_of(const storage::ReleaseRecord& record) {
  ReleaseBody body = body_of(record);
  return {record.id,
          record.version,
          body.ReleaseNotes.value_or(""),
          record.assembled,
          std::move(body.SelectedPackages),
          std::move(body.CustomFields)};
}

planning::DeploymentFacts facts_of(storage::Reader& reader, const storage::DeploymentRecord& record) {
  DeploymentBody body = body_of(record);
  planning::DeploymentFacts facts;
  facts.id = record.id;
  facts.name = std::move(body.Name);
  facts.comments = std::move(body.Comments);
  facts.task = record.task;
  facts.task_name = "Deploy";
  facts.created = record.created;
  facts.form_values = std::move(body.FormValues);
  facts.skipped_actions = std::move(body.SkipActions);
  if (const auto now = storage::current_state(reader, record.project, record.environment, record.tenant)) {
    const auto release = storage::find_release(reader, now->last_success_release);
    facts.current_release_version = release ? release->version : "";
  }
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

planning::FindAccount accounts_for(storage::Reader& reader, const planning::DeploymentScene& scene) {
  return [&reader, &scene](const std::string& id) -> std::optional<model::Account> {
    auto account = model::find<model::Account>(storage::DocumentLookup(reader), id);
    if (!account || account->SpaceId != scene.space.Id || !planning::may_use(*account, scene)) return std::nullopt;
    return account;
  };
}

planning::DeploymentScene load_scene(storage::Reader& reader, const storage::ReleaseRecord& release,
                                     const storage::DeploymentRecord& deployment,
                                     std::shared_ptr<const planning::FrozenRelease> frozen) {
  const storage::DocumentLookup lookup(reader);
  planning::DeploymentScene scene;
  scene.frozen = frozen ? std::move(frozen) : load_frozen(reader, release);
  scene.release = facts_of(release);
  scene.deployment = facts_of(reader, deployment);
  scene.space = require<model::Space>(lookup, deployment.space, "space");
  scene.project = require<model::Project>(lookup, deployment.project, "project");
  scene.channel = require<model::Channel>(lookup, deployment.channel, "channel");
  scene.environment = require<model::Environment>(lookup, deployment.environment, "environment");
  scene.libraries = included_libraries(lookup, scene.project);
  scene.created_by = model::find<model::User>(lookup, deployment.deployed_by).value_or(model::User{});
  if (!deployment.tenant.empty()) {
    scene.tenant = require<model::Tenant>(lookup, deployment.tenant, "tenant");
    scene.tenant_variables = tenant_variables_of(lookup, deployment.tenant);
  }
  return scene;
}

planning::Plan plan_of(const planning::DeploymentScene& scene) {
  const model::Tenant* tenant = scene.tenant ? &*scene.tenant : nullptr;
  return plan_for(scene.frozen->process, scene.channel.Id, scene.environment.Id, tenant,
                  scene.deployment.skipped_actions);
}

planning::Plan plan_of(storage::Reader& reader, const storage::DeploymentRecord& deployment,
                       const planning::FrozenRelease& frozen) {
  std::optional<model::Tenant> tenant;
  if (!deployment.tenant.empty()) {
    tenant = require<model::Tenant>(storage::DocumentLookup(reader), deployment.tenant, "tenant");
  }
  return plan_for(frozen.process, deployment.channel, deployment.environment, tenant ? &*tenant : nullptr,
                  body_of(deployment).SkipActions);
}

}  // namespace slipway::commands
