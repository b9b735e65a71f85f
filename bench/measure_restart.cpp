#include <fmt/format.h>

#include <thread>

#include "base/error.h"
#include "bench/fixtures.h"
#include "bench/measures.h"
#include "bench/reference_server.h"
#include "bench/rollout_peer.h"
#include "bench/subject.h"

namespace slipway::bench {
namespace {

constexpr int kRollouts = 100;
const std::string kFleetName = "rollout";

/// The n-th tenant's service bears the tenant's name, so that one process serves them all.
std::vector<std::string> service_names() {
  std::vector<std::string> names;
  for (int i = 0; i < kRollouts; ++i) names.push_back(fmt::format("{}-{:04}", kFleetName, i));
  return names;
}

json::object ecs_action() {
  const json::object container{
      {"name", "web"}, {"image", "registry.example/web:1"}, {"memory", 128}, {"essential", true}};
  return {{"Name", "Deploy"},
          {"ActionType", "Slipway.EcsService"},
          {"Properties", json::object{{"Octopus.Action.AwsAccount.Variable", "Hub"},
                                      {"Octopus.Action.AwsAccount.UseInstanceRole", "False"},
                                      {"Octopus.Action.Aws.Region", RolloutPeer::kRegion},
                                      {"Octopus.Action.Aws.AssumeRole", "True"},
                                      {"Octopus.Action.Aws.AssumedRoleArn", "#{RoleArn}"},
                                      {"Octopus.Action.Aws.AssumeRoleExternalId", RolloutPeer::kExternalId},
                                      {"Slipway.Ecs.Cluster", RolloutPeer::kCluster},
                                      {"Slipway.Ecs.Service", "#{Octopus.Deployment.Tenant.Name}"},
                                      {"Slipway.Ecs.TaskFamily", "#{Octopus.Deployment.Tenant.Name}"},
                                      {"Slipway.Ecs.Compatibilities", "EC2"},
                                      {"Slipway.Ecs.Containers", json::to_text(json::array{container})}}}};
}

std::string tag_of(int account) { return fmt::format("Account/a{}", account); }

/// The AWS account that may assume the roles, and for each tag the role in its account.
json::array variables(Subject& subject) {
  const json::object account{{"Name", "Hub"},
                             {"AccountType", "AmazonWebServicesAccount"},
                             {"AccessKey", RolloutPeer::kAccessKey},
                             {"SecretKey", json::object{{"HasValue", true}, {"NewValue", RolloutPeer::kSecretKey}}}};
  const json::value made = subject.post("/accounts", account);
  json::array list{json::object{{"Name", "Hub"},
                                {"Type", "AmazonWebServicesAccount"},
                                {"Value", made.as_object().at("Id")},
                                {"Scope", json::object()}}};
  json::array tags;
  for (int i = 0; i < RolloutPeer::kAccounts; ++i) {
    list.push_back(json::object{{"Name", "RoleArn"},
                                {"Type", "String"},
                                {"Value", RolloutPeer::role_arn_of(RolloutPeer::account_id(i))},
                                {"Scope", json::object{{"TenantTag", json::array{tag_of(i)}}}}});
    tags.push_back(json::object{{"Name", fmt::format("a{}", i)}});
  }
  subject.post("/tagsets", json::object{{"Name", "Account"}, {"Tags", std::move(tags)}});
  return list;
}

/// Asks `done` until it is true; throws naming `what` after a minute.
template <class F>
void await(const std::string& what, F done) {
  const double end = now_ms() + 60'000;
  while (!done()) {
    if (now_ms() > end) fail(ErrorCode::unavailable, fmt::format("Within a minute, {}.", what));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

void measure_restart(Report& report) {
  report.heading(
      fmt::format("A server killed with {} ECS rollouts under way in {} accounts", kRollouts, RolloutPeer::kAccounts));
  RolloutPeer peer(service_names());
  Subject subject(peer.environment());
  subject.start();
  subject.await_ready();
  FleetPlan plan;
  plan.name = kFleetName;
  plan.tenants = kRollouts;
  plan.tags = [](int i) { return json::array{tag_of(i % RolloutPeer::kAccounts)}; };
  plan.variables = variables(subject);
  plan.action = ecs_action();
  const Fleet fleet = enter_fleet(subject, plan);
  deploy_to_all(subject, fleet, kFleetName, fleet.environments.front());
  await("not all rollouts were started and read", [&] { return peer.followed() == kRollouts; });

  ReferenceServer reference({});
  reference.start();
  const double bare_start = reference.await_ready();
  const double bare_exchanges = kRollouts * median_latency_ms(peer.requests(), kRollouts);

  subject.kill();
  const double start = now_ms();
  subject.start();
  report.add(
      {"after SIGKILL: to first 200", subject.await_ready(), "ms", "bare server, start", bare_start, ratio_at_most(6)});
  await("not all services were read after the restart", [&] { return peer.all_read_since(start) > 0; });
  report.add({"after SIGKILL: all rollouts read again", peer.all_read_since(start) - start, "ms",
              "as many bare exchanges with the simulator", bare_exchanges, ratio_at_most(60)});
}

}  // namespace slipway::bench
