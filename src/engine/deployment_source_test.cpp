#include "engine/deployment_source.h"

#include <doctest/doctest.h>

#include "commands/commands_testing.h"

namespace slipway::engine {
namespace {

using Texts = std::vector<std::string>;

/// Release 1.0.0; Test deploys by itself once Dev has succeeded.
struct World : commands::testing::World {
  World() {
    lifecycle.Id = "Lifecycles-1";
    lifecycle.Phases.resize(2);
    lifecycle.Phases[0].OptionalDeploymentTargets = {"Environments-1"};
    lifecycle.Phases[1].AutomaticDeploymentTargets = {"Environments-2"};
    put(lifecycle);
    release("1.0.0");
  }

  /// Deploys to Dev, for one tenant or none, and ends that.
  void deploy_to_dev(storage::TaskState outcome, const std::string& tenant = "", const std::string& version = "1.0.0") {
    commands::DeploymentRequest request;
    request.release = version;
    request.environments = {"Dev"};
    if (!tenant.empty()) request.tenants = planning::TenantQuery{{tenant}, {}};
    const auto deployment = deploy(request).deployments.at(0);
    database->write("end", [&](storage::Txn& txn) {
      const auto claim = storage::claim_task(txn, deployment.task, {"node1"}, "", clock.now());
      storage::finish_task(txn, *claim, outcome, "", false, clock.now());
      source.ended(txn, *storage::find_task(txn, deployment.task), outcome, "");
    });
  }

  /// As a client edits it.
  void edit_lifecycle() {
    database->write("edit", [&](storage::Txn& txn) {
      auto row = *storage::find_resource(txn, lifecycle.Id);
      row.body = json::to_text(json::to_json(lifecycle));
      storage::update_resource(txn, row);
    });
  }

  model::Lifecycle lifecycle;
  DeploymentSource source{*database, tools};

  /// The queued tasks, in the order in which they will run.
  Texts queued() {
    return database->read([](storage::Reader& reader) {
      Texts texts;
      for (const auto& task : storage::queued_tasks(reader)) texts.push_back(task.description);
      return texts;
    });
  }
};

TEST_CASE_FIXTURE(World, "LIF-5: a success that opens a phase sends the release to its automatic environments, once") {
  deploy_to_dev(storage::TaskState::Failed);
  CHECK(queued().empty());
  deploy_to_dev(storage::TaskState::Success);
  CHECK(queued() == Texts{"Deploy Web release 1.0.0 to Test"});
  deploy_to_dev(storage::TaskState::Success);
  CHECK(queued().size() == 1);
}

TEST_CASE_FIXTURE(World, "LIF-5: an edit of the lifecycle holds for the very next success") {
  const auto targets = std::exchange(lifecycle.Phases[1].AutomaticDeploymentTargets, {});
  edit_lifecycle();
  deploy_to_dev(storage::TaskState::Success);
  CHECK(queued().empty());
  lifecycle.Phases[1].AutomaticDeploymentTargets = targets;
  release("1.1.0");
  edit_lifecycle();
  deploy_to_dev(storage::TaskState::Success, "", "1.1.0");
  CHECK(queued() == Texts{"Deploy Web release 1.1.0 to Test"});
}

TEST_CASE_FIXTURE(World, "LIF-7: a tenant's success goes on for that tenant alone") {
  project.TenantedDeploymentMode = model::TenantedMode::TenantedOrUntenanted;
  put(project);
  tenant(1, "Fern", {"Environments-1", "Environments-2"});
  tenant(2, "Bolt", {"Environments-1", "Environments-2"});
  deploy_to_dev(storage::TaskState::Success, "Fern");
  CHECK(queued() == Texts{"Deploy Web release 1.0.0 to Test for Fern"});
}

}  // namespace
}  // namespace slipway::engine
