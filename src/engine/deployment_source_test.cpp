#include "engine/deployment_source.h"

#include <doctest/doctest.h>

#include "commands/commands_testing.h"
#include "model/values.h"

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

/// The inputs of the one action, of a release whose process has that property stored as a secret.
std::shared_ptr<const UnitInputs> with_secret(World& world, const std::string& value, const std::string& version,
                                              bool is_kept = true) {
  std::string secret;
  world.database->write("secret",
                        [&](storage::Txn& txn) { secret = world.vault.put(txn, world.process.Id, Secret(value)); });
  world.process.Steps[0].Actions[0].Properties = {{"Acme.Token", model::stored_secret(secret)}, {"Acme.Name", "x"}};
  world.put(world.process);
  world.release(version);
  if (!is_kept) world.database->write("lose", [&](storage::Txn& txn) { world.vault.erase(txn, secret); });
  commands::DeploymentRequest request;
  request.release = version;
  request.environments = {"Dev"};
  const auto deployment = world.deploy(request).deployments.at(0);
  const auto [task, plan] = world.database->read([&](storage::Reader& reader) {
    auto record = *storage::find_task(reader, deployment.task);
    auto planned = world.source.plan(reader, record);
    return std::pair(std::move(record), std::move(planned));
  });
  return world.source.inputs(task, plan.Steps.at(0), plan.Steps.at(0).Actions.at(0), {});
}

TEST_CASE_FIXTURE(World, "a property that is stored as a secret is opened for the step, and masked") {
  const auto inputs = with_secret(*this, " hunter2hunter2 ", "2.0.0");
  CHECK(inputs->action().secret_properties == std::set<std::string, std::less<>>{"Acme.Token"});
  CHECK(inputs->action().properties == std::map<std::string, std::string>{{"Acme.Name", "x"}});
  CHECK(inputs->secret_property("Acme.Token") == "hunter2hunter2");
  CHECK(inputs->mask("it is hunter2hunter2.") == "it is ********.");
}

TEST_CASE_FIXTURE(World, "of a secret property that is JSON, or an expression, each text is masked") {
  const auto list = with_secret(*this, R"([{"name":"KEY","value":"hunter2hunter2"}])", "2.0.0");
  list->secret_property("Acme.Token");
  CHECK(list->mask("KEY=hunter2hunter2") == "KEY=********");
  const auto expression = with_secret(*this, "#{Octopus.Environment.Name}-hunter2", "3.0.0");
  CHECK(expression->secret_property("Acme.Token") == "Dev-hunter2");
  CHECK(expression->mask("Dev-hunter2") == "********");
}

TEST_CASE_FIXTURE(World, "a secret property that can't be opened is an error without a word of it") {
  CHECK_THROWS_WITH_AS(with_secret(*this, "hunter2#{word}", "2.0.0")->secret_property("Acme.Token"),
                       "The sensitive value that is stored there holds an expression that can't be evaluated.", Error);
  CHECK_THROWS_WITH_AS(
      with_secret(*this, "hunter2hunter2", "3.0.0", false)->secret_property("Acme.Token"),
      "The sensitive value that was stored there is gone. Enter it in the process, and make a new release.", Error);
}

}  // namespace
}  // namespace slipway::engine
