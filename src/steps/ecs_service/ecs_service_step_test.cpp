// The step as a whole, against scripted answers of AWS: what it does once its waits have ended in some way.
#include "steps/ecs_service/ecs_service_step.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/executor.h"
#include "cloud/fake_aws.h"
#include "steps/ecs_service/ecs_context.h"
#include "steps/ecs_service/rollout.h"

using namespace slipway;
using namespace slipway::steps;
using namespace std::chrono_literals;

namespace {

/// A service that runs web:1 until it is updated, then web:2.
struct FakeShop : aws::FakeAws {
  FakeShop() {
    http.otherwise = [this](const net::ClientRequest& request) { return answer(request); };
    ecs::RolloutState tried;
    tried.Stopped = {{"no such image", 3, "arn:task/prod/abc", true}};
    tried.Runs = {{"web:1", 2}};
    tried.Wanted = 2;
    ctx.waits["rollout settled"] = {AwaitState::timed_out, json::to_json(tried)};
  }

  net::ClientResponse answer(const net::ClientRequest& request) {
    if (request.body.find("GetCallerIdentity") != std::string::npos) {
      return {200,
              {},
              "<R><GetCallerIdentityResult><Account>222222222222</Account><Arn>arn:me</Arn>"
              "<UserId>u</UserId></GetCallerIdentityResult></R>"};
    }
    const std::string target(request.headers.find("X-Amz-Target").value_or(""));
    const std::string operation = target.substr(target.find('.') + 1);
    calls.push_back(operation);
    if (updates > 0 && operation == refused) {
      return {400, {}, R"({"__type":"ClientException","message":"TaskDefinition is inactive."})"};
    }
    if (operation == "UpdateService") {
      ++updates;
      sent.push_back(json::parse(request.body).as_object());
    }
    if (operation == "UpdateService") return {200, {}, fmt::format(R"({{"service":{}}})", service())};
    if (operation == "DescribeServices") return {200, {}, fmt::format(R"({{"services":[{}]}})", service())};
    if (operation == "RegisterTaskDefinition") {
      return {200, {}, R"({"taskDefinition":{"taskDefinitionArn":"web:2"}})"};
    }
    if (operation == "DescribeTaskDefinition") return {200, {}, described};
    if (operation == "ListTasks") return {200, {}, R"({"taskArns":["arn:task/prod/x"]})"};
    if (operation == "DescribeTasks") return {200, {}, fmt::format(R"({{"tasks":[{}],"failures":[]}})", stopped)};
    return {200, {}, aws::least_answer(operation)};
  }

  std::string service() const {
    const bool is_before = updates == 0 || !makes_deployment;
    return fmt::format(R"({{"serviceArn":"arn:service","serviceName":"web","status":"ACTIVE","taskDefinition":"web:{0}",
      "desiredCount":{2},"deploymentConfiguration":{{"minimumHealthyPercent":100,"maximumPercent":200}},
      "events":[{{"id":"event-{0}","createdAt":99,"message":"m"}}],
      "deployments":[{{"id":"ecs-svc/{0}","status":"PRIMARY","taskDefinition":"web:{0}","rolloutState":"{1}","runningCount":{3},
      "createdAt":100}}]}})",
                       is_before ? 1 : 2, is_before ? state_before : state_at_limit,
                       updates == 1 ? desired_at_limit : 2, running_before);
  }

  Outcome run() {
    aws::CredentialCache cache(clock, random);
    SimulatedExecutor executor(clock, random);
    aws::ServicePoller poller(executor, clock, random);
    return EcsServiceStep({runtime, cache, [] { return aws::static_keys("AKID", Secret("s")); }}, poller).execute(ctx);
  }

  static json::value ended(ecs::Ending ending, std::string reason = {}) {
    ecs::Verdict verdict;
    verdict.Ending = ending;
    verdict.Reason = std::move(reason);
    verdict.By = "arn:task-definition/web:1";
    verdict.Findings.Stopped = {{"Essential container in task exited; web: exit 137", 3, "arn:task/prod/abc", true},
                                {"no such image", 1, "arn:task/prod/def", false}};
    verdict.Findings.Runs = {{"arn:task-definition/web:1", 2}};
    return json::to_json(verdict);
  }

  EcsContext ctx;
  std::string state_before = "COMPLETED";
  std::string state_at_limit = "IN_PROGRESS";
  int desired_at_limit = 2;
  int running_before = 2;
  std::string described = R"({"taskDefinition":{"taskDefinitionArn":"web:1","family":"web"}})";
  std::vector<json::object> sent;  ///< to UpdateService
  std::string refused;             ///< after the first update
  std::string stopped;             ///< tasks, as DescribeTasks shows them
  bool makes_deployment = true;
  int updates = 0;
  std::vector<std::string> calls;
};

}  // namespace

TEST_CASE_FIXTURE(FakeShop, "a rollout begins when AWS says that it made its deployment, whatever our clock says") {
  ctx.waits["rolled back"] = {AwaitState::value, ended(ecs::Ending::Healthy)};
  run();
  CHECK(json::from_json<ecs::Rollout>(ctx.results["update service"]).Since == from_micros(0) + 100s);
  CHECK(json::from_json<ecs::Rollout>(ctx.results["update service"]).LastEvent == "event-2");
}

TEST_CASE_FIXTURE(FakeShop,
                  "credentials of another account than the action names are refused before anything is changed") {
  ctx.spec.properties["Slipway.Aws.AccountId"] = "333333333333";
  CHECK_THROWS_WITH_AS(
      run(), doctest::Contains("belong to AWS account 222222222222 (arn:me), but account 333333333333"), Error);
  CHECK(calls.empty());
}

TEST_CASE_FIXTURE(FakeShop, "a named account must be the role's") {
  ctx.spec.properties["Octopus.Action.Aws.AssumeRole"] = "True";
  ctx.spec.properties["Octopus.Action.Aws.AssumedRoleArn"] = "arn:aws:iam::222222222222:role/deployer";
  ctx.spec.properties["Slipway.Aws.AccountId"] = "333333333333";
  CHECK_THROWS_AS(run(), Error);
  CHECK(calls.empty());
}

TEST_CASE_FIXTURE(FakeShop,
                  "an update that makes no deployment begins nothing, so it looks no further back than itself") {
  makes_deployment = false;
  ctx.waits["rollout settled"] = {AwaitState::value, ended(ecs::Ending::Healthy)};
  run();
  CHECK(json::from_json<ecs::Rollout>(ctx.results["update service"]).Since == ctx.time() - 5s);
}

namespace {

constexpr std::string_view subject =
    "release 2.0.0 (shop/web:2.0.0 = sha256:222222222222…) on service web in cluster prod, account 222222222222, "
    "eu-west-1";

/// `text` with {subject}, {logs} and {ids} filled in.
std::string filled(std::string text) {
  static const std::pair<std::string_view, std::string> parts[] = {
      {"{subject}", std::string(subject)},
      {"{logs}", "Logs of container web: log group /ecs/web, stream web/web/abc in eu-west-1."},
      {"{ids}", "In AWS: deployment ecs-svc/2 of web:2."}};
  for (const auto& [mark, part] : parts) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark)) text.replace(at, mark.size(), part);
  }
  return text;
}

}  // namespace

TEST_CASE_FIXTURE(FakeShop, "past the time limit the step goes back, and says why") {
  ctx.waits["rolled back"] = {AwaitState::value, ended(ecs::Ending::Healthy)};
  const auto outcome = run();
  CHECK(updates == 2);
  CHECK(outcome.message ==
        filled("Failed: timed out after 1 minute (rolled back to web:1): {subject}: no such image (3 tasks).\n"
               "Now: 2 tasks run arn:task-definition/web:1, proven.\n{logs}\n{ids}"));
}

TEST_CASE_FIXTURE(FakeShop, "a rollout that is done by then is proven instead of undone") {
  state_at_limit = "COMPLETED";
  ctx.waits["proven late"] = {AwaitState::value, ended(ecs::Ending::Healthy)};
  CHECK(run().result == Result::Success);
  CHECK(updates == 1);
}

TEST_CASE_FIXTURE(FakeShop, "and is left alone also when its proof fails") {
  state_at_limit = "COMPLETED";
  ctx.waits["proven late"] = {AwaitState::timed_out, nullptr};
  CHECK(run().message == filled("Failed: timed out after 1 minute: {subject}: no such image (3 tasks).\n"
                                "Now: ECS calls it done, but what runs is not proven; nothing was rolled back.\n"
                                "{logs}\n{ids}"));
  ctx.waits["proven late"] = {AwaitState::value, ended(ecs::Ending::Unprovable, "rollout not provable (no tasks)")};
  CHECK(run().message.starts_with(filled("Failed: rollout not provable (no tasks): {subject}")));
}

TEST_CASE_FIXTURE(FakeShop, "a way back that AWS refuses does not hide why the deployment failed") {
  refused = "UpdateService";
  CHECK(run().message ==
        filled("Failed: timed out after 1 minute, and the way back failed: {subject}: no such image (3 tasks).\n"
               "Now: the service still stands at web:2: AWS ECS UpdateService in eu-west-1 failed: ClientException: "
               "TaskDefinition is inactive.\n{logs}\n{ids}"));
}

TEST_CASE_FIXTURE(FakeShop, "so does one before which the service can't be looked at") {
  refused = "DescribeServices";
  CHECK(run().message.find("no such image (3 tasks)") != std::string::npos);
  CHECK(updates == 1);
}

TEST_CASE_FIXTURE(FakeShop, "tasks that fail one after the other end it before its time") {
  ctx.waits["rollout settled"] = {AwaitState::value, ended(ecs::Ending::NoProgress, "3 tasks failed.")};
  ctx.waits["rolled back"] = {AwaitState::value, ended(ecs::Ending::Healthy)};
  CHECK(run().message ==
        filled("Failed: its tasks keep failing (rolled back to web:1): {subject}: Essential container in task exited; "
               "web: exit 137 (3 tasks).\n"
               "Now: 2 tasks run arn:task-definition/web:1, proven.\n"
               "Tasks stopped also: no such image\n{logs}\n{ids}"));
}

TEST_CASE_FIXTURE(FakeShop, "a rollout that can't go on, and whose way back can't either, says what holds both up") {
  ctx.waits["rollout settled"] = {AwaitState::value, ended(ecs::Ending::Stuck, "Nothing may start.")};
  ctx.waits["rolled back"] = {AwaitState::value, ended(ecs::Ending::Stuck, "Nothing may start.")};
  CHECK(run().message ==
        filled("Failed: it can't go on, and going back to web:1 can't start: {subject}: Nothing may start.\n"
               "Now: 2 tasks run arn:task-definition/web:1. The service is set to web:1, and ECS goes on trying. The "
               "same holds this up.\n"
               "Why tasks stopped: 3× Essential container in task exited; web: exit 137\n"
               "  no such image\n{logs}\n{ids}"));
}

TEST_CASE_FIXTURE(FakeShop, "each ending that is ECS's or somebody else's says what, where, why, and what runs now") {
  struct Case {
    ecs::Ending ending;
    std::string reason, expected;
  };
  const std::string why = "{subject}: Essential container in task exited; web: exit 137 (3 tasks).\n";
  const std::string rest = "Tasks stopped also: no such image\n";
  const std::string all = "Why tasks stopped: 3× Essential container in task exited; web: exit 137\n  no such image\n";
  const std::string tail = "{logs}\n{ids}";
  const Case cases[] = {
      {ecs::Ending::RolledBack, "tripped.",
       "Failed (rolled back to web:1): " + why +
           "Now: 2 tasks run arn:task-definition/web:1; ECS has gone back to it.\n" + rest +
           "ECS's own reason: tripped.\n" + tail},
      {ecs::Ending::RollbackFailed, "tripped.",
       "Failed, and the rollback failed too: " + why +
           "Now: the service is at arn:task-definition/web:1; 2 tasks run arn:task-definition/web:1.\n" + rest +
           "ECS's own reason: tripped.\n" + tail},
      {ecs::Ending::Stopped, "tripped.",
       "Failed: ECS stopped the deployment: " + why + "Now: 2 tasks run arn:task-definition/web:1.\n" + rest +
           "ECS's own reason: tripped.\n" + tail},
      {ecs::Ending::Superseded, "Another deployment took the place of ours.",
       "Failed, superseded by arn:task-definition/web:1: {subject}: Another deployment took the place of ours.\n"
       "Now: 2 tasks run arn:task-definition/web:1. Nothing was rolled back.\n" +
           all + tail},
      {ecs::Ending::Unprovable, "rollout not provable (1 of 2 tasks run)",
       "Failed: rollout not provable (1 of 2 tasks run): " + why + "Now: 2 tasks run arn:task-definition/web:1.\n" +
           rest + tail},
      {ecs::Ending::Unobservable, "AccessDenied",
       "Failed: the rollout cannot be observed: {subject}: AccessDenied.\n"
       "Now: the rollout goes on in ECS. What runs is not known; nothing was rolled back.\n" +
           all + tail},
      {ecs::Ending::Gone, "The service does not exist any more.",
       "Failed: {subject}: The service does not exist any more.\n"
       "Now: 2 tasks run arn:task-definition/web:1.\n" +
           all + tail}};
  for (const auto& [ending, reason, expected] : cases) {
    updates = 0;
    ctx.waits["rollout settled"] = {AwaitState::value, ended(ending, reason)};
    CHECK(run().message == filled(expected));
    CHECK(updates == 1);
  }
}

TEST_CASE_FIXTURE(FakeShop, "a way back that fails of something else than the release says of what") {
  ctx.waits["rolled back"] = {AwaitState::value, ended(ecs::Ending::NoProgress, "3 tasks failed one after the other.")};
  const std::string now =
      "Now: 2 tasks run arn:task-definition/web:1. The service is set to web:1, and ECS goes on "
      "trying. 3 tasks failed one after the other. ";
  CHECK(run().message.find(now + "Essential container in task exited; web: exit 137 (3 tasks).\n") !=
        std::string::npos);
  updates = 0;
  ctx.waits["rollout settled"] = {AwaitState::value, ended(ecs::Ending::NoProgress, "3 tasks failed.")};
  CHECK(run().message.find(now + "The cause is the same.\n") != std::string::npos);
}

TEST_CASE_FIXTURE(FakeShop, "a rollback of ECS's that fails is told with what its tasks failed of") {
  ctx.waits["rollout settled"] = {AwaitState::value, ended(ecs::Ending::RollbackFailed, "tripped.")};
  const auto task = [](std::string_view reason) {
    return fmt::format(R"({{"taskArn":"arn:task/prod/x","startedBy":"ecs-svc/2","stopCode":"TaskFailedToStart",
        "stoppedReason":"{}"}})",
                       reason);
  };
  stopped = task("CannotPullContainerError: web:1 is gone");
  CHECK(
      run().message.find("The rollback failed because of this: CannotPullContainerError: web:1 is gone (1 task).\n") !=
      std::string::npos);
  updates = 0;
  stopped.replace(stopped.find("ecs-svc/2"), 9, "ecs-svc/7");
  CHECK(run().message.find("The rollback failed because") == std::string::npos);

  updates = 0;
  auto verdict = json::from_json<ecs::Verdict>(ended(ecs::Ending::RollbackFailed, "tripped."));
  verdict.Findings.Problem = "was unable to place a task.";
  verdict.Findings.Problems = {{"was unable to place a task.", 1, "", false}};
  ctx.waits["rollout settled"] = {AwaitState::value, json::to_json(verdict)};
  const std::string message = run().message;
  CHECK(message.find("The rollback failed because of this: was unable to place a task.\n") != std::string::npos);
  CHECK(message.find("ECS said") == std::string::npos);
}

TEST_CASE_FIXTURE(FakeShop,
                  "where ECS gives up for want of a place, that is the cause, also after some tasks came up") {
  for (const auto ending : {ecs::Ending::RolledBack, ecs::Ending::Stopped, ecs::Ending::RollbackFailed}) {
    updates = 0;
    auto verdict = json::from_json<ecs::Verdict>(ended(ending, "tasks failed to start."));
    verdict.Findings.Stopped.clear();
    verdict.Findings.Problems = {{"is unable to consistently start tasks successfully.", 2, "", false},
                                 {"was unable to place a task because of ports.", 1, "", false}};
    ctx.waits["rollout settled"] = {AwaitState::value, json::to_json(verdict)};
    const std::string message = run().message;
    CHECK(message.find(filled("{subject}: was unable to place a task because of ports.\n")) != std::string::npos);
    CHECK(message.find("ECS said: 2× is unable to consistently start tasks successfully.\n") != std::string::npos);
    CHECK(message.find("ECS's own reason: tasks failed to start.\n") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(FakeShop, "the way back puts back what the step changed, and sends nothing of the failed release") {
  ctx.spec.properties["Slipway.Ecs.DesiredCount"] = "5";
  ctx.spec.properties["Slipway.Ecs.MinimumHealthyPercent"] = "50";
  ctx.spec.properties["Slipway.Ecs.MaximumPercent"] = "150";
  ctx.spec.properties["Slipway.Ecs.ForceNewDeployment"] = "True";
  ctx.waits["rolled back"] = {AwaitState::value, ended(ecs::Ending::Healthy)};
  desired_at_limit = 5;
  run();
  REQUIRE(sent.size() == 2);
  CHECK(json::to_text(sent[0]) ==
        R"({"cluster":"prod","service":"web","taskDefinition":"web:2","forceNewDeployment":true,"desiredCount":5,)"
        R"("deploymentConfiguration":{"minimumHealthyPercent":50,"maximumPercent":150}})");
  CHECK(json::to_text(sent[1]) == R"({"cluster":"prod","service":"web","taskDefinition":"web:1","desiredCount":2,)"
                                  R"("deploymentConfiguration":{"minimumHealthyPercent":100,"maximumPercent":200}})");
}

TEST_CASE_FIXTURE(FakeShop,
                  "a count that autoscaling has changed meanwhile, or that the step never set, is left alone") {
  ctx.waits["rolled back"] = {AwaitState::value, ended(ecs::Ending::Healthy)};
  run();
  CHECK(json::to_text(sent.at(1)) == R"({"cluster":"prod","service":"web","taskDefinition":"web:1"})");
  ctx.spec.properties["Slipway.Ecs.DesiredCount"] = "5";
  updates = 0;
  sent.clear();
  desired_at_limit = 9;
  run();
  CHECK_FALSE(sent.at(1).contains("desiredCount"));
}

namespace {

/// Somebody else rolls web:1 out.
struct BusyShop : FakeShop {
  BusyShop() {
    state_before = "IN_PROGRESS";
    described = R"({"taskDefinition":{"taskDefinitionArn":"web:1","registeredBy":"arn:ops","registeredAt":50}})";
    ctx.waits["rollout settled"] = {AwaitState::value, ended(ecs::Ending::Healthy)};
  }
};

}  // namespace

TEST_CASE_FIXTURE(BusyShop, "somebody else's rollout is waited for, and named") {
  ctx.waits["other rollout over 1"] = {AwaitState::pending, nullptr};
  CHECK(run().waiting);
  CHECK(sent.empty());
  CHECK(ctx.lines.back() ==
        "Waiting for somebody else's rollout, deployment ecs-svc/1 of web:1, registered by arn:ops, at most 1 minute.");
  ctx.waits["other rollout over 1"] = {AwaitState::timed_out, nullptr};
  CHECK(run().message ==
        "Failed: service web in cluster prod, account 222222222222, eu-west-1 is busy: somebody else's rollout, "
        "deployment ecs-svc/1 of web:1, registered by arn:ops, was not over after 1 minute. Nothing was changed. To "
        "deploy over it, set Slipway.Ecs.WhenBusy to Supersede.");
  CHECK(sent.empty());
}

TEST_CASE_FIXTURE(BusyShop, "it is refused or superseded where the step says so") {
  ctx.spec.properties["Slipway.Ecs.WhenBusy"] = "refuse";
  CHECK(run().message.find("is busy: somebody else's rollout is under way, deployment ecs-svc/1 of web:1") !=
        std::string::npos);
  CHECK(sent.empty());
  ctx.spec.properties["Slipway.Ecs.WhenBusy"] = "Supersede";
  CHECK(run().result == Result::Success);
  CHECK(sent.size() == 1);
  ctx.spec.properties["Slipway.Ecs.WhenBusy"] = "Maybe";
  CHECK_THROWS_AS(run(), Error);
}

TEST_CASE_FIXTURE(BusyShop, "what this server itself began and left is superseded without being asked") {
  described = R"({"taskDefinition":{"taskDefinitionArn":"web:1","registeredBy":"arn:us","registeredAt":50},
                  "tags":[{"key":"slipway:unit","value":"server-ServerTasks-3-1-1"}]})";
  CHECK(run().result == Result::Success);
  described = R"({"taskDefinition":{"taskDefinitionArn":"web:1","registeredBy":"arn:us","registeredAt":50},
                  "tags":[{"key":"slipway:unit","value":"other-ServerTasks-3-1-1"}]})";
  ctx.waits["other rollout over 1"] = {AwaitState::pending, nullptr};
  updates = 0;
  CHECK(run().waiting);
}

TEST_CASE_FIXTURE(BusyShop, "a service that has never come up is not waited for") {
  running_before = 0;
  CHECK(run().result == Result::Success);
}
