// Rolling deployments in virtual time, seen as a client sees them.
#include <doctest/doctest.h>

#include <algorithm>

#include "sim/core/test_driver.h"

namespace slipway::sim {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view fern = "222222222222";

/// The demo's world with a session in one of its client accounts, and words for what tests do there.
struct Client {
  explicit Client(std::string_view id = fern, std::string_view external_id = "demo-external-id-fern", Rules rules = {})
      : driver(scenario_file("demo.json"), rules), account(id), external_id(external_id) {
    log_in();
  }

  void log_in() { session = driver.assume(kHub, account, external_id); }

  /// The answer of an ECS call that must succeed.
  json::object ecs(std::string_view operation, std::string_view input) {
    const Answer answer = driver.ecs(session, operation, input);
    REQUIRE_MESSAGE(answer.status == 200, answer.text);
    return answer.body;
  }

  std::string register_image(std::string_view image) {
    const json::object made =
        ecs("RegisterTaskDefinition",
            fmt::format(R"({{"family":"web","containerDefinitions":[{{"name":"web","image":"{}","memory":256}}]}})",
                        image));
    return text_or(made.at("taskDefinition").get_object(), "taskDefinitionArn");
  }
  std::string register_tag(std::string_view tag) {
    return register_image(fmt::format("111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop/web:{}", tag));
  }

  json::object update(std::string_view members) {
    return ecs("UpdateService", fmt::format(R"({{"cluster":"prod","service":"web",{}}})", members))
        .at("service")
        .get_object();
  }
  json::object deploy_tag(std::string_view tag) {
    return update(fmt::format(R"("taskDefinition":"{}")", register_tag(tag)));
  }

  json::object service() {
    return ecs("DescribeServices", R"({"cluster":"prod","services":["web"]})").at("services").at(0).get_object();
  }
  json::object primary() { return service().at("deployments").at(0).get_object(); }

  json::object newest_rollout() {
    const json::object list = ecs("ListServiceDeployments", R"({"cluster":"prod","service":"web"})");
    return list.at("serviceDeployments").at(0).get_object();
  }

  json::array tasks(std::string_view desired_status) {
    const json::object listed = ecs(
        "ListTasks", fmt::format(R"({{"cluster":"prod","serviceName":"web","desiredStatus":"{}"}})", desired_status));
    if (listed.at("taskArns").get_array().empty()) return {};
    return ecs("DescribeTasks", fmt::format(R"({{"cluster":"prod","tasks":{}}})", json::to_text(listed.at("taskArns"))))
        .at("tasks")
        .get_array();
  }

  bool has_event(std::string_view text) {
    const json::object shown = service();
    const json::array& events = shown.at("events").get_array();
    return std::any_of(events.begin(), events.end(), [&](const json::value& event) {
      return text_or(event.get_object(), "message").find(text) != std::string::npos;
    });
  }

  Driver driver;
  std::string account;
  std::string external_id;
  Credentials session;
};

std::string state_of(const json::object& deployment) { return text_or(deployment, "rolloutState"); }

TEST_CASE("a release rolls out: new tasks become healthy, old ones go, one deployment remains") {
  Client client;
  const json::object updated = client.deploy_tag("1.0.0");
  const std::string deployment = text_or(updated.at("deployments").at(0).get_object(), "id");
  CHECK(updated.at("deployments").get_array().size() == 2);
  CHECK(text_or(updated, "taskDefinition").ends_with("task-definition/web:2"));
  CHECK(text_or(client.newest_rollout(), "status") == "IN_PROGRESS");

  client.driver.pass(minutes(3));
  const json::object settled = client.service();
  REQUIRE(settled.at("deployments").get_array().size() == 1);
  CHECK(text_or(client.primary(), "id") == deployment);
  CHECK(state_of(client.primary()) == "COMPLETED");
  CHECK(settled.at("runningCount") == 2);
  CHECK(client.has_event("has reached a steady state."));
  for (const json::value& task : client.tasks("RUNNING")) {
    const json::object& container = task.at("containers").at(0).get_object();
    CHECK(text_or(container, "imageDigest").starts_with("sha256:10000"));
    CHECK(text_or(task.get_object(), "startedBy") == deployment);
  }
  CHECK(text_or(client.newest_rollout(), "status") == "SUCCESSFUL");
}

TEST_CASE("a rollout takes as long as tasks need to start and to count as healthy") {
  Client client;
  client.deploy_tag("1.0.0");
  client.driver.pass(seconds(45));
  CHECK(state_of(client.primary()) == "IN_PROGRESS");
  client.driver.pass(seconds(60));
  CHECK(state_of(client.primary()) == "COMPLETED");
}

TEST_CASE("an image that can't be pulled trips the circuit breaker, which rolls back") {
  Client client("444444444444", "demo-external-id-redwood");
  const json::object updated = client.deploy_tag("1.1.0");
  const std::string deployment = text_or(updated.at("deployments").at(0).get_object(), "id");
  client.driver.pass(minutes(2));

  const json::array stopped = client.tasks("STOPPED");
  const auto failed = std::count_if(stopped.begin(), stopped.end(), [](const json::value& task) {
    return text_or(task.get_object(), "stopCode") == "TaskFailedToStart";
  });
  CHECK(failed >= 3);
  CHECK(text_or(stopped.at(0).get_object(), "stoppedReason").find("CannotPullContainerError") != std::string::npos);

  client.driver.pass(minutes(3));
  const json::object primary = client.primary();
  CHECK(text_or(primary, "id") != deployment);
  CHECK(text_or(primary, "taskDefinition").ends_with("web:1"));
  CHECK(state_of(primary) == "COMPLETED");
  CHECK(text_or(client.newest_rollout(), "status") == "ROLLBACK_SUCCESSFUL");
  CHECK(client.has_event("rolling back to deployment"));
  CHECK(client.service().at("runningCount") == 2);
}

TEST_CASE("the same image works where nothing is wrong with it") {
  Client client;
  client.deploy_tag("1.1.0");
  client.driver.pass(minutes(3));
  CHECK(state_of(client.primary()) == "COMPLETED");
}

TEST_CASE("without a circuit breaker a hopeless rollout never ends, and is retried ever more slowly") {
  Client client;
  client.update(R"("deploymentConfiguration":{"deploymentCircuitBreaker":{"enable":false,"rollback":false}})");
  client.update(fmt::format(R"("taskDefinition":"{}")", client.register_tag("9.9.9")));
  client.driver.pass(std::chrono::minutes(50));
  CHECK(state_of(client.primary()) == "IN_PROGRESS");
  CHECK(client.has_event("is unable to consistently start tasks successfully."));
  const auto tries = client.tasks("STOPPED").size();
  CHECK(tries >= 10);
  CHECK(tries <= 25);
}

TEST_CASE("a failed rollout without rollback stays mixed") {
  Client client;
  client.update(R"("deploymentConfiguration":{"deploymentCircuitBreaker":{"enable":true,"rollback":false}})");
  client.update(fmt::format(R"("taskDefinition":"{}")", client.register_tag("9.9.9")));
  client.driver.pass(minutes(10));
  CHECK(state_of(client.primary()) == "FAILED");
  CHECK(client.service().at("deployments").get_array().size() == 2);
  CHECK(client.service().at("runningCount").as_int64() >= 1);
  CHECK(text_or(client.newest_rollout(), "status") == "STOPPED");
}

TEST_CASE("a rollback whose image has gone fails too") {
  Client client("444444444444", "demo-external-id-redwood");
  client.driver.admin("behaviours", R"({"image":"shop/web:0.9.0","account":"444444444444","behaviour":"cannot_pull"})");
  client.deploy_tag("1.1.0");
  client.driver.pass(minutes(20));
  CHECK(text_or(client.newest_rollout(), "status") == "ROLLBACK_FAILED");
}

TEST_CASE("tasks that crash after they ran are replaced at full speed and don't trip the breaker") {
  Client client;
  client.driver.admin("behaviours", R"({"image":"shop/web:1.0.0","behaviour":"crash_after_start","exitCode":3})");
  client.deploy_tag("1.0.0");
  client.driver.pass(minutes(10));
  CHECK(state_of(client.primary()) == "IN_PROGRESS");
  const json::array stopped = client.tasks("STOPPED");
  const auto crash = std::find_if(stopped.begin(), stopped.end(), [](const json::value& task) {
    return text_or(task.get_object(), "stopCode") == "EssentialContainerExited";
  });
  REQUIRE(crash != stopped.end());
  CHECK(crash->at("containers").at(0).at("exitCode") == 3);
  CHECK(stopped.size() > 10);
}

TEST_CASE("crashes trip the breaker where the rules count them") {
  Client client(fern, "demo-external-id-fern", Rules{.count_exit_after_running = true});
  client.driver.admin("behaviours", R"({"image":"shop/web:1.0.0","behaviour":"crash_after_start"})");
  client.deploy_tag("1.0.0");
  client.driver.pass(minutes(10));
  CHECK(text_or(client.newest_rollout(), "status") == "ROLLBACK_SUCCESSFUL");
}

TEST_CASE("tasks that fail their health check trip the breaker in its second stage") {
  Client client;
  client.driver.admin("behaviours", R"({"image":"shop/web:1.0.0","behaviour":"unhealthy"})");
  client.deploy_tag("1.0.0");
  client.driver.pass(minutes(30));
  CHECK(text_or(client.newest_rollout(), "status") == "ROLLBACK_SUCCESSFUL");
  CHECK(text_or(client.primary(), "taskDefinition").ends_with("web:1"));
}

TEST_CASE("desired 0 completes at once, with no task ever started") {
  Client client;
  client.update(R"("desiredCount":0)");
  client.driver.pass(minutes(1));
  client.deploy_tag("1.0.0");
  client.driver.pass(minutes(1));
  CHECK(state_of(client.primary()) == "COMPLETED");
  CHECK(client.tasks("RUNNING").empty());
}

TEST_CASE("scaling up and down follows desired without a deployment") {
  Client client;
  const std::string before = text_or(client.primary(), "id");
  client.update(R"("desiredCount":5)");
  client.driver.pass(minutes(2));
  CHECK(client.service().at("runningCount") == 5);
  client.update(R"("desiredCount":1)");
  client.driver.pass(minutes(1));
  CHECK(client.service().at("runningCount") == 1);
  CHECK(text_or(client.primary(), "id") == before);
}

TEST_CASE("the same task definition without force starts no deployment; force starts one each time") {
  Client client;
  const std::string before = text_or(client.primary(), "id");
  client.update(R"("taskDefinition":"web:1")");
  CHECK(text_or(client.primary(), "id") == before);
  client.update(R"("forceNewDeployment":true)");
  const std::string first = text_or(client.primary(), "id");
  client.update(R"("forceNewDeployment":true)");
  CHECK(first != before);
  CHECK(text_or(client.primary(), "id") != first);
  CHECK(client.service().at("deployments").get_array().size() == 3);
}

TEST_CASE("someone else's update supersedes ours: our service deployment ends STOPPED") {
  Client client;
  client.deploy_tag("1.0.0");
  const std::string ours = text_or(client.newest_rollout(), "serviceDeploymentArn");
  client.driver.pass(seconds(20));
  client.driver.admin("foreign-update",
                      R"({"account":"222222222222","cluster":"prod","service":"web","forceNewDeployment":true})");
  client.driver.pass(minutes(5));
  const json::object described =
      client.ecs("DescribeServiceDeployments", fmt::format(R"({{"serviceDeploymentArns":["{}"]}})", ours));
  CHECK(text_or(described.at("serviceDeployments").at(0).get_object(), "status") == "STOPPED");
  CHECK(text_or(client.newest_rollout(), "status") == "SUCCESSFUL");
  const json::object calls = client.driver.admin("calls");
  const json::object& started = calls.at("accounts").at(fern).at("deploymentsStarted").get_object();
  CHECK(started.begin()->value() == 1);
}

TEST_CASE("a rollout can be stopped by request, and goes back to what ran before") {
  Client client;
  client.deploy_tag("1.0.0");
  const std::string rollout = text_or(client.newest_rollout(), "serviceDeploymentArn");
  client.driver.pass(seconds(30));
  client.ecs("StopServiceDeployment", fmt::format(R"({{"serviceDeploymentArn":"{}","stopType":"ROLLBACK"}})", rollout));
  CHECK(text_or(client.newest_rollout(), "status") == "ROLLBACK_IN_PROGRESS");
  client.driver.pass(minutes(4));
  CHECK(text_or(client.newest_rollout(), "status") == "ROLLBACK_SUCCESSFUL");
  CHECK(text_or(client.primary(), "taskDefinition").ends_with("web:1"));
}

TEST_CASE("a rollout without capacity says so, and counts as failing to start") {
  Client client;
  client.driver.admin("faults", R"({"kind":"no_capacity","account":"222222222222","cluster":"prod"})");
  client.deploy_tag("1.0.0");
  client.driver.pass(minutes(10));
  CHECK(client.has_event("was unable to place a task"));
  CHECK(client.newest_rollout().at("status") != "SUCCESSFUL");
}

TEST_CASE("a lack of capacity trips the breaker only before the first task runs") {
  Client client("444444444444", "demo-external-id-redwood");
  client.update(R"("desiredCount":12,"deploymentConfiguration":{"minimumHealthyPercent":0,"maximumPercent":100,
    "deploymentCircuitBreaker":{"enable":true,"rollback":true}})");
  client.driver.pass(minutes(3));
  client.deploy_tag("1.0.0");
  client.driver.pass(seconds(4));
  const auto running_of_ours = [&] { return client.primary().at("runningCount").as_int64(); };
  for (int i = 0; i < 60 && running_of_ours() == 0; ++i) client.driver.pass(seconds(1));
  REQUIRE(running_of_ours() > 0);
  const std::string running = text_or(client.tasks("RUNNING").at(0).get_object(), "taskArn");
  client.driver.admin("faults", R"({"kind":"no_capacity","account":"444444444444","cluster":"prod"})");
  client.ecs("StopTask", fmt::format(R"({{"cluster":"prod","task":"{}"}})", running));
  client.driver.pass(minutes(180));  // failed starts in a row are up to 27 minutes apart
  client.log_in();
  CHECK(client.has_event("was unable to place a task"));
  CHECK(state_of(client.primary()) == "IN_PROGRESS");
}

TEST_CASE("percentages without room leave a rollout stuck, and an event says why") {
  Client client;
  client.update(R"("deploymentConfiguration":{"minimumHealthyPercent":100,"maximumPercent":100})");
  client.deploy_tag("1.0.0");
  client.driver.pass(minutes(20));
  CHECK(state_of(client.primary()) == "IN_PROGRESS");
  CHECK(client.has_event("was unable to stop or start tasks during a deployment"));
}

TEST_CASE("a task stopped by a user is replaced") {
  Client client;
  const json::array running = client.tasks("RUNNING");
  const std::string victim = text_or(running.at(0).get_object(), "taskArn");
  client.ecs("StopTask", fmt::format(R"({{"cluster":"prod","task":"{}"}})", victim));
  client.driver.pass(minutes(2));
  CHECK(client.service().at("runningCount") == 2);
}

TEST_CASE("a deleted service drains and becomes inactive") {
  Client client;
  client.ecs("DeleteService", R"({"cluster":"prod","service":"web","force":true})");
  CHECK(text_or(client.service(), "status") == "DRAINING");
  client.driver.pass(minutes(1));
  CHECK(text_or(client.service(), "status") == "INACTIVE");
  CHECK(client.driver.ecs(client.session, "UpdateService", R"({"cluster":"prod","service":"web"})").code() ==
        "ServiceNotActiveException");
}

TEST_CASE("a moved tag does not change what a rollout in progress runs") {
  Client client;
  client.deploy_tag("1.0.0");
  client.driver.pass(minutes(3));
  client.driver.admin("images", R"({"account":"111111111111","repository":"shop/web","tag":"1.0.0",
                                    "digest":"sha256:f000"})");
  client.update(R"("desiredCount":3)");
  client.driver.pass(minutes(2));
  for (const json::value& task : client.tasks("RUNNING")) {
    CHECK(text_or(task.at("containers").at(0).get_object(), "imageDigest").starts_with("sha256:10000"));
  }
}

TEST_CASE("a container check decides about health where there is one") {
  Client client;
  client.ecs("RegisterTaskDefinition",
             R"({"family":"web","containerDefinitions":[{"name":"web","image":"nginx","memory":64,
          "healthCheck":{"command":["CMD","true"],"interval":10,"retries":2}}]})");
  client.update(R"("taskDefinition":"web:2")");
  client.driver.pass(seconds(60));
  const json::array tasks = client.tasks("RUNNING");
  CHECK(std::any_of(tasks.begin(), tasks.end(),
                    [](const json::value& task) { return text_or(task.get_object(), "healthStatus") == "HEALTHY"; }));
  client.driver.pass(seconds(30));
  CHECK(state_of(client.primary()) == "COMPLETED");
}

TEST_CASE("the grace period keeps a task that fails its check") {
  Client client;
  client.driver.admin("behaviours", R"({"image":"shop/web:1.0.0","behaviour":"unhealthy"})");
  client.update(R"("healthCheckGracePeriodSeconds":3600)");
  client.deploy_tag("1.0.0");
  client.driver.pass(minutes(50));
  CHECK(text_or(client.newest_rollout(), "status") == "IN_PROGRESS");
}

TEST_CASE("a breaker that has nothing to go back to leaves the first deployment failed") {
  Client client;
  client.register_tag("9.9.9");
  client.ecs("CreateService", R"({"cluster":"prod","serviceName":"new","taskDefinition":"web:2","desiredCount":1,
      "deploymentConfiguration":{"deploymentCircuitBreaker":{"enable":true,"rollback":true}}})");
  client.driver.pass(minutes(10));
  const json::object service =
      client.ecs("DescribeServices", R"({"cluster":"prod","services":["new"]})").at("services").at(0).get_object();
  CHECK(state_of(service.at("deployments").at(0).get_object()) == "FAILED");
  CHECK(service.at("deployments").get_array().size() == 1);
}

TEST_CASE("a threshold given as a count is taken as it is") {
  Client client("444444444444", "demo-external-id-redwood");
  client.update(R"("deploymentConfiguration":{"deploymentCircuitBreaker":{"enable":true,"rollback":true,
                    "thresholdConfiguration":{"type":"COUNT","value":1}}})");
  client.deploy_tag("1.1.0");
  client.driver.pass(seconds(9));
  CHECK(text_or(client.newest_rollout(), "status") == "ROLLBACK_IN_PROGRESS");
}

TEST_CASE("scaling during a rollout is taken into it") {
  Client client;
  client.deploy_tag("1.0.0");
  client.driver.pass(seconds(30));
  client.update(R"("desiredCount":5)");
  client.driver.pass(seconds(10));
  client.update(R"("desiredCount":3)");
  client.driver.pass(minutes(5));
  CHECK(state_of(client.primary()) == "COMPLETED");
  CHECK(client.service().at("runningCount") == 3);
}

TEST_CASE("a rollback goes back even to a task definition that was deregistered meanwhile") {
  Client client("444444444444", "demo-external-id-redwood");
  client.deploy_tag("1.1.0");
  client.ecs("DeregisterTaskDefinition", R"({"taskDefinition":"web:1"})");
  client.driver.pass(minutes(6));
  CHECK(text_or(client.newest_rollout(), "status") == "ROLLBACK_SUCCESSFUL");
  CHECK(text_or(client.primary(), "taskDefinition").ends_with("web:1"));
}

TEST_CASE("an old task lost during a rollout is replaced from its own revision, or from the primary by the old rule") {
  for (const bool own : {true, false}) {
    Client client(fern, "demo-external-id-fern", Rules{.replace_from_own_revision = own});
    client.update(R"("desiredCount":4,"deploymentConfiguration":{"minimumHealthyPercent":100,"maximumPercent":200})");
    client.driver.pass(minutes(2));
    const json::array before = client.tasks("RUNNING");
    client.deploy_tag("9.9.9");
    client.driver.pass(seconds(6));
    client.ecs("StopTask",
               fmt::format(R"({{"cluster":"prod","task":"{}"}})", text_or(before.at(0).get_object(), "taskArn")));
    client.update(R"("deploymentConfiguration":{"deploymentCircuitBreaker":{"enable":false,"rollback":false}})");
    client.driver.pass(minutes(10));
    CHECK(client.service().at("runningCount") == (own ? 4 : 3));
  }
}

TEST_CASE("Fargate tasks are provisioned first") {
  Client client;
  client.ecs("RegisterTaskDefinition", R"({"family":"f","networkMode":"awsvpc","requiresCompatibilities":["FARGATE"],
      "cpu":"256","memory":"512","containerDefinitions":[{"name":"c","image":"nginx"}]})");
  const std::string_view without_network =
      R"({"cluster":"prod","serviceName":"f","taskDefinition":"f","desiredCount":1,"launchType":"FARGATE"})";
  CHECK(client.driver.ecs(client.session, "CreateService", without_network).code() == "InvalidParameterException");
  client.ecs("CreateService", R"({"cluster":"prod","serviceName":"f","taskDefinition":"f","desiredCount":1,
      "launchType":"FARGATE","networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-1"]}}})");
  client.driver.pass(seconds(6));
  const json::object listed = client.ecs("ListTasks", R"({"cluster":"prod","serviceName":"f"})");
  const json::object described = client.ecs(
      "DescribeTasks", fmt::format(R"({{"cluster":"prod","tasks":{}}})", json::to_text(listed.at("taskArns"))));
  CHECK(described.at("tasks").at(0).at("lastStatus") == "PROVISIONING");
}

TEST_CASE("deleting a service stops its rollout") {
  Client client;
  client.deploy_tag("1.0.0");
  client.ecs("DeleteService", R"({"cluster":"prod","service":"web","force":true})");
  CHECK(text_or(client.newest_rollout(), "status") == "STOPPED");
}

TEST_CASE("the same seed and calls give the same history") {
  const auto history = [] {
    Client client;
    client.deploy_tag("1.0.0");
    client.driver.pass(minutes(3));
    return json::to_text(client.driver.admin("state"));
  };
  CHECK(history() == history());
}

}  // namespace
}  // namespace slipway::sim
