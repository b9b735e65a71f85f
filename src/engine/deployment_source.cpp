#include "engine/deployment_source.h"

#include <fmt/format.h>

#include "commands/create_deployments.h"
#include "documents/audit.h"
#include "planning/make_plan.h"
#include "views/deployment_context.h"
#include "views/records.h"

namespace slipway::engine {
namespace {

using storage::EventCategory;

steps::ActionSpec spec_of(const model::Action& action, const std::vector<planning::SelectedPackage>& selected) {
  steps::ActionSpec spec{action.Id, action.Name, action.ActionType, {}, {}};
  for (const auto& [name, value] : action.Properties) {
    if (auto text = model::text_of(value)) spec.properties.emplace(name, std::move(*text));
    if (model::secret_of(value)) spec.secret_properties.insert(name);
  }
  for (const auto& reference : action.Packages) {
    for (const auto& package : selected) {
      if (package.ActionName != action.Name || package.PackageReferenceName != reference.Name) continue;
      spec.packages.push_back(
          {reference.Name, planning::image_of(package, reference), package.Version, package.Digest});
    }
  }
  return spec;
}

SecretProperties secret_properties(const model::Action& action, const std::string& owner) {
  SecretProperties places;
  for (const auto& [name, value] : action.Properties) {
    if (const auto secret = model::secret_of(value)) places[name] = {*secret, owner};
  }
  return places;
}

}  // namespace

DeploymentSource::DeploymentSource(storage::Database& database, const documents::WriteTools& tools)
    : database_(database), tools_(tools) {}

DeploymentSource::Records DeploymentSource::read(storage::Reader& reader, const storage::TaskRecord& task) {
  auto deployment = storage::find_deployment(reader, task.deployment);
  auto release = deployment ? storage::find_release(reader, deployment->release) : std::nullopt;
  if (!release) fail_not_found(fmt::format("The deployment {} or its release has been deleted.", task.deployment));
  auto frozen = frozen_.get(reader, *release);
  return {std::move(*deployment), std::move(*release), std::move(frozen)};
}

planning::Plan DeploymentSource::plan(storage::Reader& reader, const storage::TaskRecord& task) {
  const Records records = read(reader, task);
  return views::plan_of(reader, records.deployment, *records.frozen);
}

std::shared_ptr<const UnitInputs> DeploymentSource::inputs(const storage::TaskRecord& task,
                                                           const planning::PlannedStep& step,
                                                           const planning::PlannedAction& planned,
                                                           const planning::StepResults& results) {
  const Records records = database_.read([&](storage::Reader& reader) { return read(reader, task); });
  const model::Action* action = planning::find_action(records.frozen->process, planned.ActionId);
  if (action == nullptr) fail_not_found(fmt::format("The release's process has no action \"{}\".", planned.Name));
  auto resolve = [this, records, step, planned, results,
                  secrets = secret_properties(*action, records.frozen->process.Id)] {
    return database_.read([&](storage::Reader& reader) {
      const auto context = views::load_context(reader, records.release, records.deployment, records.frozen);
      auto variables = planning::deployment_variables(context, views::accounts_for(reader, context));
      planning::add_action_variables(variables, context, step, planned, results);
      return std::make_unique<const ResolvedScope>(
          variables, planning::scope_context(context, planned),
          [&](const planning::SecretPlace& place) { return tools_.vault.get(reader, place.id, place.owner); }, secrets,
          tools_.clock.now());
    });
  };
  return std::make_shared<DeploymentInputs>(spec_of(*action, views::body_of(records.release).SelectedPackages),
                                            std::move(resolve));
}

bool DeploymentSource::condition(const storage::TaskRecord& task, const std::string& expression,
                                 const planning::StepResults& results) {
  const auto scope = database_.read([&](storage::Reader& reader) {
    const Records records = read(reader, task);
    const auto context = views::load_context(reader, records.release, records.deployment, records.frozen);
    auto variables = planning::deployment_variables(context, views::accounts_for(reader, context));
    planning::add_results(variables, results);
    return std::make_unique<const ResolvedScope>(variables, planning::scope_context(context), reader, tools_.vault,
                                                 tools_.clock.now());
  });
  return scope->is_true(expression);
}

void DeploymentSource::record(storage::Txn& txn, const storage::TaskRecord& task, EventCategory category,
                              std::string message) {
  documents::audit(txn, {tools_, {}, task.space}, category, std::move(message),
                   {task.deployment, task.project, task.environment, task.tenant});
}

void DeploymentSource::started(storage::Txn& txn, const storage::TaskRecord& task) {
  record(txn, task, EventCategory::DeploymentStarted, task.description + " started");
}

/// LIF-5: a phase that this opens may have environments that the release goes to by itself. Whatever speaks against
/// that is no fault of the deployment that succeeded.
void DeploymentSource::succeeded(storage::Txn& txn, const storage::TaskRecord& task,
                                 const storage::DeploymentRecord& deployment) {
  const auto release = storage::find_release(txn, deployment.release);
  if (!release || !automatic_.is_automatic(txn, *release)) return storage::record_ended(txn, deployment, true);
  const auto due_before = views::automatic_targets(txn, *release, deployment.tenant);
  storage::record_ended(txn, deployment, true);
  const auto due_now = views::automatic_targets(txn, *release, deployment.tenant);
  commands::WriteContext context{tools_, {}, deployment.space};
  try {
    commands::deploy_automatically(txn, context, *release, views::newly_due(due_before, due_now));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::invalid && error.code() != ErrorCode::not_found) throw;
    record(txn, task, EventCategory::AutomaticDeploymentSkipped,
           fmt::format("{}: nothing was deployed automatically after it: {}", task.description, error.full_text()));
  }
}

void DeploymentSource::ended(storage::Txn& txn, const storage::TaskRecord& task, storage::TaskState state,
                             std::string_view) {
  const bool success = state == storage::TaskState::Success;
  if (const auto deployment = storage::find_deployment(txn, task.deployment)) {
    success ? succeeded(txn, task, *deployment) : storage::record_ended(txn, *deployment, false);
  }
  if (success) return record(txn, task, EventCategory::DeploymentSucceeded, task.description + " succeeded");
  if (state == storage::TaskState::Canceled)
    return record(txn, task, EventCategory::DeploymentCanceled, task.description + " was canceled");
  record(txn, task, EventCategory::DeploymentFailed, task.description + " failed");
}

}  // namespace slipway::engine
