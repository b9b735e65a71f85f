#include "commands/create_deployments.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/nearest.h"
#include "base/text.h"
#include "commands/cancel_task.h"
#include "commands/change_release.h"
#include "commands/prompts.h"
#include "documents/audit.h"
#include "model/missing_values.h"
#include "model/require.h"
#include "model/resources/tenants/tag_set.h"
#include "planning/deployment_variables.h"
#include "planning/make_plan.h"
#include "storage/document_lookup.h"
#include "storage/task_kinds.h"
#include "storage/tasks.h"
#include "views/frozen_release.h"
#include "views/records.h"
#include "views/release_lookup.h"
#include "views/release_progress.h"

namespace slipway::commands {
namespace {

using storage::EventCategory;

constexpr auto kLongestWaitForStart = std::chrono::days(30);  // SCH-1

/// A start may be a little past: clocks differ, and calls take their time.
constexpr auto kLongestWayHere = std::chrono::minutes(5);

/// SCH-1
void check_schedule(const DeploymentRequest& request, Time now) {
  if (request.options.QueueTime && *request.options.QueueTime > now + kLongestWaitForStart) {
    fail_invalid("A deployment can be scheduled at most 30 days ahead.");
  }
  if (request.options.QueueTime && *request.options.QueueTime < now - kLongestWayHere) {
    fail_invalid(fmt::format("The start of the deployment, {}, is past; it is {} now. Leave it out to start at once.",
                             to_rfc3339(*request.options.QueueTime), to_rfc3339(now)));
  }
  if (request.options.QueueTimeExpiry && *request.options.QueueTimeExpiry <= request.options.QueueTime.value_or(now)) {
    fail_invalid("The time after which the deployment must not run has to be later than its start.");
  }
}

/// TEN-1
void check_tenanted_mode(const model::Project& project, bool with_tenants) {
  const auto mode = project.TenantedDeploymentMode;
  if (with_tenants && mode == model::TenantedMode::Untenanted) {
    fail_invalid(
        fmt::format("The project '{}' is in mode 'Untenanted', so it can't be deployed to tenants.", project.Name));
  }
  if (!with_tenants && mode == model::TenantedMode::Tenanted) {
    fail_invalid(fmt::format("The project '{}' is in mode 'Tenanted', so a deployment needs tenants.", project.Name));
  }
}

/// Steps run on the server: there are no targets to choose from, and a choice must not be dropped quietly.
void check_machines(const DeploymentRequest& request) {
  Problems problems;
  for (const auto& names : {request.specific_machines, request.excluded_machines}) {
    for (const std::string& name : names) problems.add(fmt::format("There is no deployment target named '{}'.", name));
  }
  problems.throw_if_any();
}

/// Everything that the deployments of one call share, and the making of each.
class DeploymentBatch {
 public:
  DeploymentBatch(storage::Txn& txn, WriteContext& context, const DeploymentRequest& request)
      : txn_(txn),
        context_(context),
        request_(request),
        lookup_(txn),
        release_(release_to_deploy()),
        release_progress_(txn, release_),
        project_(release_progress_.project()),
        channel_(release_progress_.channel()),
        process_(views::frozen_process(txn, release_.process_snapshot)),
        variables_(views::frozen_variables(txn, release_.variables_snapshot)) {}

  CreatedDeployments create() {
    check_request();
    const std::vector<model::Environment> environments = wanted_environments();
    request_.tenants ? create_tenanted(environments) : create_untenanted(environments);
    check_answers_are_used(variables_, asked_, request_.variables);
    return std::move(created_);
  }

  std::vector<storage::DeploymentRecord> create_automatic(const std::vector<views::AutomaticTarget>& targets) {
    const std::set<views::AutomaticTarget> on_the_way = targets_on_the_way();
    for (const views::AutomaticTarget& target : targets) {
      const auto environment = model::require<model::Environment>(lookup_, target.environment, "environment");
      std::optional<model::Tenant> tenant;
      if (!target.tenant.empty()) tenant = model::require<model::Tenant>(lookup_, target.tenant, "tenant");
      const model::Tenant* tenant_or_null = tenant ? &*tenant : nullptr;
      if (on_the_way.contains(target)) {
        leave_out(environment, tenant_or_null, "a deployment of it is on its way there already");
      } else if (const auto obstacle = automatic_obstacle(environment, tenant_or_null)) {
        leave_out(environment, tenant_or_null, *obstacle);
      } else {
        queue(environment, tenant_or_null);
      }
    }
    return std::move(created_.deployments);
  }

 private:
  void check_request() {
    if (project_.IsDisabled) {
      fail_invalid(fmt::format("The project '{}' is disabled, so it takes no new deployments.", project_.Name));
    }
    check_tenanted_mode(project_, request_.tenants.has_value());
    check_schedule(request_, context_.clock.now());
    check_machines(request_);
    check_answers_are_asked_for(variables_, request_.variables);
    skipped_actions_ = planning::skippable_actions(process_, request_.skip_steps);
  }

  /// Where the release is queued for or being deployed to now.
  std::set<views::AutomaticTarget> targets_on_the_way() const {
    storage::DeploymentFilter filter;
    filter.release = release_.id;
    std::set<views::AutomaticTarget> targets;
    for (const storage::DeploymentRecord& deployment :
         storage::list_deployments(txn_, filter, storage::everything).items) {
      const auto task = storage::find_task(txn_, deployment.task);
      if (task && !storage::is_final(task->state)) targets.insert({deployment.environment, deployment.tenant});
    }
    return targets;
  }

  /// What needs a person first: a missing value, or one that is asked for at each deployment.
  std::optional<std::string> automatic_obstacle(const model::Environment& environment, const model::Tenant* tenant) {
    if (tenant != nullptr) {
      if (auto missing = missing_values(*tenant, environment)) return missing;
    }
    try {
      answer(prompts_for(variables_, planning::scope_context(project_, channel_, environment, tenant)), {}, lookup_,
             release_.space);
      return std::nullopt;
    } catch (const Error& error) {
      return fmt::format("{}", fmt::join(error.details(), " "));
    }
  }

  void leave_out(const model::Environment& environment, const model::Tenant* tenant, const std::string& reason) {
    documents::audit(
        txn_, context_, EventCategory::AutomaticDeploymentSkipped,
        fmt::format("{} release {} was not deployed automatically to {}{}: {}", project_.Name, release_.version,
                    environment.Name, tenant == nullptr ? "" : " for " + tenant->Name, reason),
        {release_.id, release_.project, environment.Id, tenant == nullptr ? "" : tenant->Id});
  }

  storage::ReleaseRecord release_to_deploy() {
    storage::ReleaseRecord release =
        views::require_release(txn_, lookup_, context_.space, request_.project, request_.release);
    return request_.update_variables ? update_variables(txn_, context_, release.id) : release;
  }

  /// Each once, however many names of it were given.
  std::vector<model::Environment> wanted_environments() const {
    Problems problems;
    std::vector<model::Environment> environments;
    std::set<std::string> known;
    for (const std::string& name : request_.environments) {
      try {
        auto environment = model::require_named<model::Environment>(lookup_, context_.space, name, "environment");
        if (known.insert(environment.Id).second) environments.push_back(std::move(environment));
      } catch (const Error& error) {
        problems.add(error.message());
      }
    }
    problems.throw_if_any();
    if (environments.empty()) fail_invalid("Please name the environment to deploy to.");
    return environments;
  }

  void create_untenanted(const std::vector<model::Environment>& environments) {
    Problems problems;
    const auto progress = release_progress_.of(nullptr);
    for (const model::Environment& environment : environments) {
      if (const auto refusal = refusal_of(progress, environment)) {
        problems.add(
            fmt::format("Release {} can't be deployed to '{}': {}.", release_.version, environment.Name, *refusal));
      }
    }
    problems.throw_if_any();
    for (const model::Environment& environment : environments) queue(environment, nullptr);
  }

  void create_tenanted(const std::vector<model::Environment>& environments) {
    if (environments.size() != 1) fail_invalid("A tenanted deployment goes to exactly one environment.");
    const model::Environment& environment = environments.front();
    check_tags_exist(request_.tenants->tags);
    const auto tenants = model::list<model::Tenant>(lookup_, context_.space);
    auto selection =
        planning::select_tenants(*request_.tenants, tenants, project_.Id,
                                 [&](const model::Tenant& tenant) { return obstacle_for(tenant, environment); });
    for (const model::Tenant* tenant : selection.chosen) queue(environment, tenant);
    created_.skipped = std::move(selection.skipped);
  }

  /// A tag that nobody can carry matches nobody, and leaves them out unnoticed.
  void check_tags_exist(const std::vector<std::string>& tags) const {
    if (tags.empty()) return;
    std::vector<std::string> known;
    std::set<std::string> free_text_sets;
    for (const auto& set : model::list<model::TagSet>(lookup_, context_.space)) {
      if (set.Type == "FreeText") free_text_sets.insert(fold_name(set.Name));
      for (const auto& tag : set.Tags) known.push_back(tag.CanonicalTagName);
    }
    Problems problems;
    for (const std::string& tag : tags) {
      const bool exists = std::any_of(known.begin(), known.end(),
                                      [&](const std::string& name) { return fold_name(name) == fold_name(tag); });
      if (exists || free_text_sets.contains(fold_name(tag.substr(0, tag.find('/'))))) continue;
      problems.add(fmt::format("TenantTags: there is no tag '{}' in this space.{}", tag, did_you_mean(tag, known)));
    }
    problems.throw_if_any();
  }

  std::optional<std::string> obstacle_for(const model::Tenant& tenant, const model::Environment& environment) {
    const auto* connected = planning::connected_environments(tenant, project_.Id);
    if (tenant.IsDisabled) return "it is disabled";
    if (std::find(connected->begin(), connected->end(), environment.Id) == connected->end()) {
      return fmt::format("it is not connected to '{}' for this project", environment.Name);
    }
    if (!channel_.TenantTags.empty() && !planning::matches_tags(channel_.TenantTags, tenant.TenantTags)) {  // CHN-9
      return fmt::format("it has none of the tags that the channel '{}' is for", channel_.Name);
    }
    if (auto refusal = refusal_of(release_progress_.of(&tenant), environment)) return refusal;
    return missing_values(tenant, environment);
  }

  std::optional<std::string> refusal_of(const planning::LifecycleProgress& progress,
                                        const model::Environment& environment) const {
    return progress.refusal(environment.Id, [&](std::string_view id) { return release_progress_.name_of(id); });
  }

  /// TEN-12
  std::optional<std::string> missing_values(const model::Tenant& tenant, const model::Environment& environment) {
    std::vector<std::string> labels;
    for (const model::MissingValue& missing : missing_values_.of(tenant, project_.Id, environment.Id)) {
      const std::string where = missing.variable_set.empty()
                                    ? "the project"
                                    : fmt::format("the variable set '{}'", missing.variable_set_name);
      labels.push_back(fmt::format("'{}' of {}", missing.template_name, where));
    }
    if (labels.empty()) return std::nullopt;
    return fmt::format("it has no value for {} in '{}'", fmt::join(labels, ", "), environment.Name);
  }

  void queue(const model::Environment& environment, const model::Tenant* tenant) {
    storage::DeploymentRecord deployment;
    deployment.id = context_.ids.next(txn_, "Deployments");
    deployment.task = context_.ids.next(txn_, "ServerTasks");
    deployment.space = release_.space;
    deployment.release = release_.id;
    deployment.project = project_.Id;
    deployment.environment = environment.Id;
    deployment.tenant = tenant == nullptr ? "" : tenant->Id;
    deployment.channel = release_.channel;
    deployment.created = context_.clock.now();
    deployment.deployed_by = context_.actor.user;
    deployment.body = to_text(body_for(deployment.id, environment, tenant));
    storage::insert_deployment(txn_, deployment);

    const storage::TaskRecord task = task_for(deployment, environment, tenant);
    if (request_.cancel_active) cancel_ahead_of(task);
    storage::insert_task(txn_, task);
    documents::audit(txn_, context_, EventCategory::DeploymentQueued, task.description,
                     {deployment.id, deployment.project, deployment.environment, deployment.tenant});
    created_.deployments.push_back(std::move(deployment));
  }

  /// What the task would queue behind (TSK-2).
  void cancel_ahead_of(const storage::TaskRecord& task) {
    storage::TaskFilter filter;
    filter.space = task.space;
    filter.project = task.project;
    filter.environment = task.environment;
    filter.states = {storage::TaskState::Queued, storage::TaskState::Executing};
    for (const auto& other : storage::list_tasks(txn_, filter, storage::everything).items) {
      if (other.concurrency_key == task.concurrency_key) cancel_task(txn_, context_, other.id);
    }
  }

  views::DeploymentBody body_for(const std::string& deployment, const model::Environment& environment,
                                 const model::Tenant* tenant) {
    views::DeploymentBody body;
    body.options() = request_.options;
    body.Name = fmt::format("Deploy to {}", environment.Name);
    body.FormValues = form_values(deployment, environment, tenant);
    body.SkipActions = skipped_actions_;
    body.UseGuidedFailure = request_.guided_failure.value_or(views::guided_failure_by_default(project_, environment));
    return body;
  }

  /// Answers to sensitive prompts go to the vault, under the deployment.
  std::map<std::string, json::value> form_values(const std::string& deployment, const model::Environment& environment,
                                                 const model::Tenant* tenant) {
    const auto prompts = prompts_for(variables_, planning::scope_context(project_, channel_, environment, tenant));
    const auto answers = answer(prompts, request_.variables, lookup_, release_.space);
    asked_.push_back(prompts);
    std::map<std::string, json::value> values;
    for (const model::Variable* variable : prompts) {
      const auto given = answers.find(variable->Id);
      if (given == answers.end()) continue;
      values[variable->Id] =
          variable->IsSensitive
              ? model::stored_hidden_secret(context_.vault.put(txn_, deployment, Secret(given->second)))
              : json::value(given->second);
    }
    return values;
  }

  storage::TaskRecord task_for(const storage::DeploymentRecord& deployment, const model::Environment& environment,
                               const model::Tenant* tenant) const {
    storage::TaskRecord task;
    task.id = deployment.task;
    task.space = deployment.space;
    task.name = storage::kDeployTask;
    task.description = fmt::format("Deploy {} release {} to {}{}", project_.Name, release_.version, environment.Name,
                                   tenant == nullptr ? "" : " for " + tenant->Name);
    task.project = deployment.project;
    task.environment = deployment.environment;
    task.tenant = deployment.tenant;
    task.deployment = deployment.id;
    task.queued = std::max(request_.options.QueueTime.value_or(deployment.created), deployment.created);
    task.queue_expiry = request_.options.QueueTimeExpiry;
    task.concurrency_key = (tenant == nullptr ? "" : tenant->Id + "/") + project_.Id + "/" + environment.Id;  // TSK-2
    task.priority = request_.priority.value_or(release_progress_.is_urgent(environment.Id)) ? 1 : 0;
    return task;
  }

  storage::Txn& txn_;
  WriteContext& context_;
  const DeploymentRequest& request_;
  const storage::DocumentLookup lookup_;
  const storage::ReleaseRecord release_;
  const views::ReleaseProgress release_progress_;
  const model::Project& project_;
  const model::Channel& channel_;
  const model::DeploymentProcess process_;
  const model::VariableSet variables_;
  std::vector<std::string> skipped_actions_;
  model::MissingValues missing_values_{lookup_};
  CreatedDeployments created_;
  std::vector<std::vector<const model::Variable*>> asked_;  // of each deployment
};

}  // namespace

CreatedDeployments create_deployments(storage::Txn& txn, WriteContext& context, const DeploymentRequest& request) {
  return DeploymentBatch(txn, context, request).create();
}

std::vector<storage::DeploymentRecord> deploy_automatically(storage::Txn& txn, WriteContext& context,
                                                            const storage::ReleaseRecord& release,
                                                            const std::vector<views::AutomaticTarget>& targets) {
  if (targets.empty()) return {};
  DeploymentRequest request;
  request.release = release.id;
  return DeploymentBatch(txn, context, request).create_automatic(targets);
}

}  // namespace slipway::commands
