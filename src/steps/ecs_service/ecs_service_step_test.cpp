// The step as a whole, against scripted answers of AWS: what it does once its waits have ended in some way.
#include "steps/ecs_service/ecs_service_step.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>

#include "base/executor.h"
#include "cloud/fake_aws.h"
#include "steps/ecs_service/rollout.h"

using namespace slipway;
using namespace slipway::steps;
using namespace std::chrono_literals;

namespace {

/// A context that journals nothing: everything is done as it comes, and waits end as the script says.
class ScriptedContext final : public StepContext {
 public:
  struct Wait {
    AwaitState state = AwaitState::timed_out;
    json::value value;
  };

  ScriptedContext() {
    spec.name = "Deploy web";
    spec.properties = {{"Octopus.Action.Aws.Region", "eu-west-1"},
                       {"Octopus.Action.AwsAccount.Variable", "Account"},
                       {"Slipway.Ecs.Cluster", "prod"},
                       {"Slipway.Ecs.Service", "web"},
                       {"Slipway.Ecs.TaskFamily", "web"},
                       {"Slipway.Ecs.Containers", R"([{"name":"web","image":"shop/web:2"}])"},
                       {"Slipway.Ecs.TimeoutSeconds", "60"}};
  }
  const ActionSpec& action() const override { return spec; }
  std::string evaluate(std::string_view text) const override { return std::string(text); }
  std::optional<std::string> variable(std::string_view name) const override {
    return name.starts_with("Account.") ? std::optional<std::string>("key") : std::nullopt;
  }
  std::string token() const override { return "unit"; }
  Time time() const override { return from_micros(0) + 1h; }
  void log(LineKind, std::string) override {}
  void output(std::string, std::string) override {}
  AwaitState lock(std::string_view, std::string_view) override { return AwaitState::value; }

  ActionSpec spec;
  std::map<std::string, Wait, std::less<>> waits;
  std::map<std::string, json::value> results;  ///< of effects

 protected:
  json::value observe_json(std::string_view, const std::function<json::value()>& read) override { return read(); }
  json::value effect_json(std::string_view name, const JsonEffect& effect) override {
    return results[std::string(name)] = effect.act();
  }
  JsonAwaited await_json(std::string_view name, std::shared_ptr<const Watch>, Duration) override {
    const auto wait = waits.find(name);
    REQUIRE(wait != waits.end());
    return {wait->second.state, wait->second.value};
  }
};

/// A service that runs web:1 until it is updated, then web:2.
struct FakeShop : aws::FakeAws {
  FakeShop() {
    http.otherwise = [this](const net::ClientRequest& request) { return answer(request); };
    ecs::RolloutState tried;
    tried.Causes = {{"no such image", 3}};
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
    if (operation == "UpdateService") ++updates;
    if (operation == "UpdateService") return {200, {}, fmt::format(R"({{"service":{}}})", service())};
    if (operation == "DescribeServices") return {200, {}, fmt::format(R"({{"services":[{}]}})", service())};
    if (operation == "RegisterTaskDefinition") {
      return {200, {}, R"({"taskDefinition":{"taskDefinitionArn":"web:2"}})"};
    }
    return {200, {}, "{}"};
  }

  std::string service() const {
    return fmt::format(R"({{"status":"ACTIVE","taskDefinition":"web:{0}","deployments":[{{"id":"ecs-svc/{0}",
      "status":"PRIMARY","taskDefinition":"web:{0}","rolloutState":"{1}","createdAt":100}}]}})",
                       updates == 0 || !makes_deployment ? 1 : 2, state_at_limit);
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
    return json::to_json(verdict);
  }

  ScriptedContext ctx;
  std::string state_at_limit = "IN_PROGRESS";
  std::string refused;  ///< after the first update
  bool makes_deployment = true;
  int updates = 0;
  std::vector<std::string> calls;
};

}  // namespace

TEST_CASE_FIXTURE(FakeShop, "a rollout begins when AWS says that it made its deployment, whatever our clock says") {
  ctx.waits["rolled back"] = {AwaitState::value, ended(ecs::Ending::Healthy)};
  run();
  CHECK(json::from_json<ecs::Rollout>(ctx.results["update service"]).Since == from_micros(0) + 99s);
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

TEST_CASE_FIXTURE(FakeShop, "past the time limit the step goes back, and says why") {
  ctx.waits["rolled back"] = {AwaitState::value, ended(ecs::Ending::Healthy)};
  const auto outcome = run();
  CHECK(updates == 2);
  CHECK(outcome.message ==
        "Failed: timed out (rolled back to web:1). The rollout was not done after 1 minute.\n"
        "Why tasks stopped: 3× no such image");
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
  CHECK(run().message.starts_with(
      "Failed: timed out. ECS calls it done, but what runs is not proven; nothing was rolled back."));
  ctx.waits["proven late"] = {AwaitState::value, ended(ecs::Ending::Unprovable, "rollout not provable (no tasks)")};
  CHECK(run().message == "Failed: rollout not provable (no tasks).");
}

TEST_CASE_FIXTURE(FakeShop, "a way back that AWS refuses does not hide why the deployment failed") {
  refused = "UpdateService";
  const auto message = run().message;
  CHECK(
      message.starts_with("Failed: timed out, and the way back failed: AWS ECS UpdateService in eu-west-1 failed: "
                          "ClientException: TaskDefinition is inactive. The service still stands at web:2."));
  CHECK(message.ends_with("The rollout was not done after 1 minute.\nWhy tasks stopped: 3× no such image"));
}

TEST_CASE_FIXTURE(FakeShop, "so does one before which the service can't be looked at") {
  refused = "DescribeServices";
  CHECK(run().message.find("Why tasks stopped: 3× no such image") != std::string::npos);
  CHECK(updates == 1);
}

TEST_CASE_FIXTURE(FakeShop, "tasks that fail one after the other end it before its time") {
  ctx.waits["rollout settled"] = {AwaitState::value, ended(ecs::Ending::NoProgress, "3 tasks failed.")};
  ctx.waits["rolled back"] = {AwaitState::value, ended(ecs::Ending::Healthy)};
  CHECK(run().message == "Failed: its tasks keep failing (rolled back to web:1). 3 tasks failed.");
}

TEST_CASE_FIXTURE(FakeShop, "a rollout that can't be observed is left as it is") {
  ctx.waits["rollout settled"] = {AwaitState::value, ended(ecs::Ending::Unobservable, "AccessDenied")};
  CHECK(run().message == "Failed: the rollout cannot be observed (AccessDenied); nothing was rolled back.");
  CHECK(updates == 1);
}
