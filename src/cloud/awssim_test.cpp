// This room against the simulated clouds, which check signatures, sessions and permissions with code of their own.

#include <doctest/doctest.h>

#include <cstdlib>

#include "base/disk.h"
#include "base/executor.h"
#include "cloud/credential_sources.h"
#include "cloud/ecr.h"
#include "cloud/ecs.h"
#include "cloud/poller.h"
#include "cloud/sts.h"
#include "cloud/task_definition.h"
#include "sim/core/loopback.h"
#include "sim/core/simulator.h"

using namespace slipway;
using namespace slipway::aws;
using namespace std::chrono_literals;

namespace {

json::object demo() {
  const char* root = std::getenv("SLIPWAY_SOURCE_DIR");
  SystemDisk disk;
  const auto text = disk.read(std::string(root ? root : ".") + "/sim/scenarios/demo.json");
  REQUIRE(text);
  return json::parse(*text).as_object();
}

struct SimulatedClouds {
  SimulatedClouds() {
    simulator.load(demo());
    runtime.pause = [this](Duration d) { clock.advance(d); };
  }

  Client hub() {
    return {
        runtime,
        credentials.provider(static_keys("AKIADEMOHUB000000001", Secret("demo-secret-that-opens-nothing-but-awssim"))),
        "eu-west-1", kEachCall};
  }
  Client tenant(std::string account, std::string external_id) {
    RoleToAssume role{
        "arn:aws:iam::" + account + ":role/slipway-deployer", std::move(external_id), "deployments-1", {}};
    return {runtime, credentials.provider(assumed_role(hub(), std::move(role))), "eu-west-1", kEachCall};
  }

  /// Registers the service's definition with another image and updates the service to it.
  ServiceInterest deploy(const Client& client, std::string_view tag) {
    const auto before = ecs::describe_task_definition(client, "web");
    REQUIRE(before);
    auto definition = registrable(before->definition);
    definition["containerDefinitions"].as_array()[0].as_object()["image"] =
        "111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop/web:" + std::string(tag);
    const auto registered = ecs::register_task_definition(client, definition);
    CHECK(task_definition_hash(registered) == task_definition_hash(definition));
    const std::string arn(json::text_at(registered, "taskDefinitionArn").value());
    const Time since = clock.now() - 5s;
    const auto service =
        ecs::update_service(client, {{"cluster", "prod"}, {"service", "web"}, {"taskDefinition", arn}});
    const auto& primary = service.at("deployments").as_array()[0].as_object();
    return {"prod", "web", std::string(json::text_at(primary, "id").value()), arn, since, ""};
  }

  /// Looks until one pleases, for an hour at most.
  std::optional<ServiceObservation> wait_for(const Client& client, const ServiceInterest& interest,
                                             std::function<bool(const ServiceObservation&)> pleases) {
    std::optional<ServiceObservation> found;
    const auto watching = poller.watch(client, interest, [&](const ServiceObservation& seen) {
      if (!found && pleases(seen)) found = seen;
    });
    const SteadyTime until = clock.steady() + 1h;
    while (!found && executor.step(until)) {
    }
    return found;
  }

  ManualClock clock;
  SeededRandom random{11};
  sim::Simulator simulator{clock, {}};
  sim::LoopbackClient http{simulator};
  Runtime runtime{http, clock, random};
  CredentialCache credentials{clock, random};
  SimulatedExecutor executor{clock, random};
  ServicePoller poller{executor, clock, random};
};

}  // namespace

TEST_CASE_FIXTURE(SimulatedClouds, "signing in: own account, a client's by its external id, and not without it") {
  CHECK_NOTHROW(verify_account(hub(), "111111111111"));
  CHECK_NOTHROW(verify_account(tenant("222222222222", "demo-external-id-fern"), "222222222222"));
  CHECK_THROWS_WITH_AS(verify_account(tenant("222222222222", "wrong"), "222222222222"),
                       doctest::Contains("could not be assumed"), AwsError);
  const auto image = ecr::find_image(hub(), "111111111111", "shop/web", "1.0.0");
  REQUIRE(image);
  CHECK(image->digest.starts_with("sha256:1000"));
  CHECK(ecr::list_images(hub(), "", "shop/web").size() == 3);
  CHECK_FALSE(ecr::find_image(hub(), "", "shop/web", "9.9.9"));
}

TEST_CASE_FIXTURE(SimulatedClouds, "a good rollout is seen through to its running tasks and their digests") {
  const Client client = tenant("222222222222", "demo-external-id-fern");
  const auto interest = deploy(client, "1.0.0");
  const auto done = wait_for(client, interest, [](const auto& seen) {
    return seen.ServiceDeployment && seen.ServiceDeployment->Status == "SUCCESSFUL";
  });
  REQUIRE(done);
  CHECK(done->ServiceDeployment->TargetTaskDefinition == interest.task_definition);
  CHECK_FALSE(done->Events.empty());
  REQUIRE(done->RunningTasks);
  CHECK(done->RunningTasks->size() == 2);
  for (const auto& task : *done->RunningTasks) {
    CHECK(task.TaskDefinition == interest.task_definition);
    CHECK(task.Containers.at(0).ImageDigest.starts_with("sha256:1000"));
  }
}

TEST_CASE_FIXTURE(SimulatedClouds, "a broken image is seen rolled back, with the reason why its tasks stopped") {
  const Client client = tenant("444444444444", "demo-external-id-redwood");
  const auto interest = deploy(client, "1.1.0");
  const auto done = wait_for(client, interest, [](const auto& seen) {
    return seen.ServiceDeployment && seen.ServiceDeployment->Status == "ROLLBACK_SUCCESSFUL";
  });
  REQUIRE(done);
  CHECK(done->ServiceDeployment->RollbackTaskDefinition.ends_with("task-definition/web:1"));
  CHECK(done->StoppedTasks.size() >= 3);
  CHECK(done->StoppedTasks.front().Reason.find("CannotPull") != std::string::npos);
  CHECK_FALSE(done->RunningTasks);
}
