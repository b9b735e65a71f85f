#include "cloud/poller.h"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <map>

#include "cloud/fake_aws.h"

using namespace slipway;
using namespace slipway::aws;
using namespace std::chrono_literals;

namespace {

/// An ECS cluster as far as the poller asks for it: documents by operation, told apart by the service they are about.
struct FakeEcs : FakeAws {
  FakeEcs() {
    http.otherwise = [this](const net::ClientRequest& request) { return answer(request); };
    add_service("web");
  }

  void add_service(const std::string& name) {
    services[name] = json::parse(R"({"status":"ACTIVE","desiredCount":2,"runningCount":2,"pendingCount":0,
      "taskDefinition":"td:2","deployments":[{"id":"ecs-svc/2","status":"PRIMARY","taskDefinition":"td:2",
      "rolloutState":"IN_PROGRESS","desiredCount":2,"runningCount":1,"pendingCount":1,"failedTasks":0}],
      "events":[]})")
                         .as_object();
    services[name]["serviceName"] = name;
  }

  json::object& deployment() { return services["web"]["deployments"].as_array()[0].as_object(); }

  net::ClientResponse answer(const net::ClientRequest& request) {
    const std::string target(request.headers.find("X-Amz-Target").value_or(""));
    const std::string operation = target.substr(target.find('.') + 1);
    ++calls[operation];
    if (const auto refusal = refusals.find(operation); refusal != refusals.end()) {
      return {400, {}, R"({"__type":")" + refusal->second + R"(","message":"m"})"};
    }
    const json::object input = json::parse(request.body).as_object();
    if (operation == "DescribeServices") return describe_services(input);
    const auto& document = documents[operation];
    return {200, {}, document.empty() ? least_answer(operation) : document};
  }

  net::ClientResponse describe_services(const json::object& input) {
    json::array found;
    batches.push_back(input.at("services").as_array().size());
    for (const auto& name : input.at("services").as_array()) {
      if (json::view(name.as_string()) == spoiler) return {400, {}, R"({"__type":"InvalidParameterException"})"};
      const auto service = services.find(std::string(json::view(name.as_string())));
      if (service != services.end()) found.push_back(service->second);
    }
    return {200, {}, json::to_text(json::object{{"services", std::move(found)}})};
  }

  std::unique_ptr<ServicePoller::Watching> watch(std::string service = "web") {
    return watch_in("prod", service, looks[service]);
  }
  std::unique_ptr<ServicePoller::Watching> watch_in(std::string cluster, std::string service,
                                                    std::vector<ServiceObservation>& seen_there) {
    ServiceInterest interest{std::move(cluster), std::move(service), "ecs-svc/2", "td:2", from_micros(0), ""};
    return poller.watch(client(), std::move(interest),
                        [&seen_there](const ServiceObservation& seen) { seen_there.push_back(seen); });
  }
  /// Four reads a look.
  void settle(const std::string& service) {
    services[service]["deployments"].as_array()[0].as_object()["rolloutState"] = "COMPLETED";
    documents["ListServiceDeployments"] =
        R"({"serviceDeployments":[{"serviceDeploymentArn":"sd:1","createdAt":20,"targetServiceRevisionArn":"rev:1"}]})";
    documents["DescribeServiceRevisions"] =
        R"({"serviceRevisions":[{"serviceRevisionArn":"rev:1","taskDefinition":"td:2"}]})";
    documents["DescribeServiceDeployments"] =
        R"({"serviceDeployments":[{"serviceDeploymentArn":"sd:1","status":"SUCCESSFUL"}]})";
    documents["ListTasks"] = R"({"taskArns":["t1"]})";
    documents["DescribeTasks"] = R"({"tasks":[]})";
  }
  void run_for(Duration d) {
    const SteadyTime until = clock.steady() + d;
    while (executor.step(until)) {
    }
  }
  const ServiceObservation& last(const std::string& service = "web") { return looks[service].back(); }

  std::map<std::string, json::object> services;
  std::map<std::string, std::string> documents;  ///< by operation
  std::map<std::string, std::string> refusals;   ///< code by operation
  std::string spoiler;
  std::map<std::string, int> calls;
  std::vector<std::size_t> batches;
  std::map<std::string, std::vector<ServiceObservation>> looks;
  SimulatedExecutor executor{clock, random};
  ServicePoller poller{executor, clock, random};
};

constexpr auto kBriefs = R"({"serviceDeployments":[
  {"serviceDeploymentArn":"sd:later","createdAt":30,"targetServiceRevisionArn":"rev:ours"},
  {"serviceDeploymentArn":"sd:ours","createdAt":20,"targetServiceRevisionArn":"rev:ours"},
  {"serviceDeploymentArn":"sd:other","createdAt":10,"targetServiceRevisionArn":"rev:other"}]})";
constexpr auto kRevisions = R"({"serviceRevisions":[
  {"serviceRevisionArn":"rev:ours","taskDefinition":"td:2"},
  {"serviceRevisionArn":"rev:other","taskDefinition":"td:1"}]})";

}  // namespace

TEST_CASE_FIXTURE(FakeEcs, "the first look comes at once, the next ones at the interval, none after the watch") {
  auto watching = watch();
  run_for(1ms);
  REQUIRE(looks["web"].size() == 1);
  const auto& seen = last();
  CHECK(seen.Found);
  CHECK(seen.Status == "ACTIVE");
  CHECK(seen.Desired == 2);
  REQUIRE(seen.Deployments.size() == 1);
  CHECK(seen.Deployments[0].RolloutState == "IN_PROGRESS");
  CHECK(seen.Deployments[0].Pending == 1);
  CHECK(seen.Error.empty());
  run_for(11s);
  CHECK(looks["web"].size() == 3);
  watching.reset();
  run_for(1h);
  CHECK(looks["web"].size() == 3);
}

TEST_CASE_FIXTURE(FakeEcs, "services of one cluster share calls of ten") {
  std::vector<std::unique_ptr<ServicePoller::Watching>> watches;
  for (int i = 0; i < 23; ++i) {
    const auto name = fmt::format("s{}", i);
    add_service(name);
    watches.push_back(watch(name));
  }
  run_for(1s);
  batches.clear();
  run_for(5s);
  CHECK(batches == std::vector<std::size_t>{10, 10, 3});
  for (int i = 0; i < 23; ++i) CHECK(looks[fmt::format("s{}", i)].size() == 2);
}

TEST_CASE_FIXTURE(FakeEcs, "a service that spoils its batch is found, told, and asked for alone from then on") {
  std::vector<std::unique_ptr<ServicePoller::Watching>> watches;
  for (const auto* name : {"a", "b", "c", "d"}) {
    add_service(name);
    watches.push_back(watch(name));
  }
  spoiler = "c";
  run_for(6s);
  CHECK(last("c").Error.find("InvalidParameterException") != std::string::npos);
  for (const auto* name : {"a", "b", "d"}) CHECK(last(name).Found);
  batches.clear();
  run_for(5s);
  CHECK(batches.size() == 2);
}

TEST_CASE_FIXTURE(FakeEcs, "a service that is missing is not found, which is no error") {
  services.clear();
  const auto watching = watch();
  run_for(1s);
  CHECK_FALSE(last().Found);
  CHECK(last().Error.empty());
}

TEST_CASE_FIXTURE(FakeEcs, "a cluster that does not exist, or a refusal, is told at once to all") {
  refusals["DescribeServices"] = "ClusterNotFoundException";
  const auto a = watch("a"), b = watch("b");
  run_for(1s);
  CHECK(last("a").Error.find("ClusterNotFoundException") != std::string::npos);
  CHECK(last("b").Error == last("a").Error);
}

TEST_CASE_FIXTURE(FakeEcs, "throttling slows the cluster down, and is told only when it lasts") {
  const auto watching = watch();
  run_for(1s);
  refusals["DescribeServices"] = "ThrottlingException";
  run_for(8s);
  CHECK(looks["web"].size() == 1);
  run_for(2min);
  CHECK(last().Error.find("ThrottlingException") != std::string::npos);
  const int calls_under_throttle = calls["DescribeServices"];
  run_for(2min);
  CHECK(calls["DescribeServices"] - calls_under_throttle < 60);
  refusals.clear();
  run_for(30s);
  CHECK(last().Found);
}

/// How many of these looks, since `from`, saw something; the longest wait for one comes second.
std::pair<int, Duration> proofs_since(Time from, Time to, const std::vector<ServiceObservation>& looks) {
  std::pair<int, Duration> out;
  Time last = from;
  for (const auto& seen : looks) {
    if (seen.At < from || !seen.RunningTasks) continue;
    ++out.first;
    out.second = std::max(out.second, seen.At - last);
    last = seen.At;
  }
  out.second = std::max(out.second, to - last);
  return out;
}

TEST_CASE_FIXTURE(FakeEcs, "clusters of one account that want more than the rate limit allows all get their turn") {
  settle("web");
  constexpr int count = 30;  // 24 reads a second, where ten are allowed
  std::vector<std::vector<ServiceObservation>> seen(count);
  std::vector<std::unique_ptr<ServicePoller::Watching>> watches;
  for (int i = 0; i < count; ++i) watches.push_back(watch_in(fmt::format("c{}", i), "web", seen[i]));
  run_for(1min);
  const Time from = clock.now();
  run_for(5min);
  for (const auto& looks_at_one : seen) {
    const auto [proofs, longest] = proofs_since(from, clock.now(), looks_at_one);
    CHECK(proofs >= 10);
    CHECK(longest < 2min);
  }
}

TEST_CASE_FIXTURE(FakeEcs, "so do the services of one cluster, those seen longest ago first") {
  constexpr int count = 40;
  std::vector<std::unique_ptr<ServicePoller::Watching>> watches;
  for (int i = 0; i < count; ++i) {
    const auto name = fmt::format("s{}", i);
    add_service(name);
    settle(name);
    watches.push_back(watch(name));
  }
  run_for(1min);
  const Time from = clock.now();
  run_for(5min);
  for (int i = 0; i < count; ++i) {
    const auto [proofs, longest] = proofs_since(from, clock.now(), looks[fmt::format("s{}", i)]);
    CHECK(proofs >= 10);
    CHECK(longest < 40s);
  }
}

TEST_CASE_FIXTURE(FakeEcs, "an observation that holds an error tells since when nothing was seen") {
  const auto watching = watch();
  run_for(1s);
  CHECK_FALSE(last().BlindSince);
  refusals["DescribeServices"] = "AccessDeniedException";
  run_for(1min);
  REQUIRE(last().BlindSince);
  CHECK(last().At - *last().BlindSince > 45s);
  refusals.clear();
  run_for(6s);
  CHECK_FALSE(last().BlindSince);
}

TEST_CASE_FIXTURE(FakeEcs, "whatever a look meets is told to who watches, and the next look comes") {
  const std::vector<std::function<void()>> faults{[] { throw std::bad_alloc(); },
                                                  [] { throw std::logic_error("defect"); }, [] { throw 42; }};
  const auto answered = http.otherwise;
  const auto watching = watch();
  for (const auto& raise : faults) {
    http.otherwise = [&](const net::ClientRequest& request) {
      raise();
      return answered(request);
    };
    run_for(6s);
    CHECK(last().Error.size() > 10);
    http.otherwise = answered;
    run_for(6s);
    CHECK(last().Error.empty());
  }
}

TEST_CASE_FIXTURE(FakeEcs, "a watcher that throws keeps no other from seeing") {
  ServiceInterest interest{"prod", "web", "ecs-svc/2", "td:2", from_micros(0), ""};
  const auto bad = poller.watch(client(), interest, [](const ServiceObservation&) { throw std::bad_alloc(); });
  const auto good = watch();
  int thrown = 0;
  const SteadyTime until = clock.steady() + 1min;
  for (bool goes_on = true; goes_on;) {
    try {
      goes_on = executor.step(until);
    } catch (const std::bad_alloc&) {
      ++thrown;  // a thread pool would tell its owner
    }
  }
  CHECK(thrown > 5);
  CHECK(looks["web"].size() > 5);
}

TEST_CASE_FIXTURE(FakeEcs, "our service deployment is the first since the update with our revision") {
  documents["ListServiceDeployments"] = kBriefs;
  documents["DescribeServiceRevisions"] = kRevisions;
  documents["DescribeServiceDeployments"] = R"({"serviceDeployments":[{"serviceDeploymentArn":"sd:ours",
    "status":"ROLLBACK_SUCCESSFUL","rollback":{"reason":"breaker","serviceRevisionArn":"rev:other"}}]})";
  const auto watching = watch();
  run_for(11s);
  REQUIRE(last().ServiceDeployment);
  CHECK(last().ServiceDeployment->Arn == "sd:ours");
  CHECK(last().ServiceDeployment->Status == "ROLLBACK_SUCCESSFUL");
  CHECK(last().ServiceDeployment->StatusReason == "breaker");
  CHECK(last().ServiceDeployment->RollbackTaskDefinition == "td:1");
  CHECK(calls["ListServiceDeployments"] == 1);
  CHECK(calls["DescribeServiceRevisions"] == 1);
  CHECK(calls["DescribeServiceDeployments"] == 3);
}

TEST_CASE_FIXTURE(FakeEcs, "a peer without service deployments is asked for them ever less often") {
  refusals["ListServiceDeployments"] = "UnknownOperationException";
  const auto watching = watch();
  run_for(11s);
  CHECK(looks["web"].size() == 3);
  CHECK_FALSE(last().ServiceDeployment);
  CHECK(last().Error.empty());
  run_for(10min);
  const int calls_before = calls["ListServiceDeployments"];
  CHECK(calls_before < 12);
  run_for(1h);
  CHECK(calls["ListServiceDeployments"] - calls_before <= 12);
}

TEST_CASE_FIXTURE(FakeEcs, "a refusal that passes hides a service deployment for a few looks only") {
  documents["ListServiceDeployments"] = kBriefs;
  documents["DescribeServiceRevisions"] = kRevisions;
  documents["DescribeServiceDeployments"] =
      R"({"serviceDeployments":[{"serviceDeploymentArn":"sd:ours","status":"IN_PROGRESS"}]})";
  for (const auto* operation : {"DescribeServiceDeployments", "ListServiceDeployments", "DescribeServiceRevisions"}) {
    CAPTURE(operation);
    refusals[operation] = "AccessDeniedException";
    const auto watching = watch();
    run_for(1min + 30s);
    CHECK_FALSE(last().ServiceDeployment);
    refusals.clear();
    run_for(2min);
    REQUIRE(last().ServiceDeployment);
    CHECK(last().ServiceDeployment->Status == "IN_PROGRESS");
  }
}

TEST_CASE_FIXTURE(FakeEcs, "a service deployment that is gone does not hide those of other services") {
  documents["ListServiceDeployments"] = kBriefs;
  documents["DescribeServiceRevisions"] = kRevisions;
  const auto gone = watch();
  run_for(1s);
  refusals["DescribeServiceDeployments"] = "ServiceDeploymentNotFoundException";
  run_for(20s);
  refusals.clear();
  documents["DescribeServiceDeployments"] =
      R"({"serviceDeployments":[{"serviceDeploymentArn":"sd:ours","status":"IN_PROGRESS"}]})";
  run_for(5s);
  CHECK(last().ServiceDeployment);
}

TEST_CASE_FIXTURE(FakeEcs, "the search for a service deployment that never appears ends after a minute") {
  documents["ListServiceDeployments"] = R"({"serviceDeployments":[]})";
  const auto watching = watch();
  run_for(5min);
  CHECK(calls["ListServiceDeployments"] < 15);
}

TEST_CASE_FIXTURE(FakeEcs, "a container that ended well is named where no other tells why its task ended") {
  const auto told = [&](std::string_view stop_code, std::string_view containers) {
    FakeEcs ecs;
    ecs.documents["ListTasks"] = R"({"taskArns":["t1"]})";
    ecs.documents["DescribeTasks"] = fmt::format(
        R"({{"tasks":[{{"taskArn":"t1","startedBy":"ecs-svc/2","stopCode":"{}","stoppedReason":"R","containers":[{}]}}]}})",
        stop_code, containers);
    const auto watching = ecs.watch();
    ecs.run_for(11s);
    REQUIRE(ecs.last().StoppedTasks.size() == 1);
    return ecs.last().StoppedTasks[0].Containers;
  };
  using Lines = std::vector<std::string>;
  constexpr auto essential = "EssentialContainerExited";
  CHECK(told(essential, R"({"name":"web","exitCode":0})") == Lines{"web: exit 0"});
  CHECK(told(essential, R"({"name":"web","exitCode":143},{"name":"side","exitCode":0})") ==
        Lines{"web: exit 143", "side: exit 0"});
  CHECK(told(essential, R"({"name":"web","exitCode":1},{"name":"side","exitCode":0})") == Lines{"web: exit 1"});
  CHECK(told("ServiceSchedulerInitiated", R"({"name":"web","exitCode":0})") == Lines{});
}

TEST_CASE_FIXTURE(FakeEcs, "stopped tasks of ours are read when something has changed, each once") {
  documents["ListTasks"] = R"({"taskArns":["t1","t2"]})";
  documents["DescribeTasks"] = R"({"tasks":[
    {"taskArn":"t1","startedBy":"ecs-svc/2","stopCode":"EssentialContainerExited","stoppedReason":"Essential container",
     "containers":[{"name":"web","exitCode":137,"reason":"OutOfMemoryError"},{"name":"side","exitCode":0}]},
    {"taskArn":"t2","startedBy":"ecs-svc/1","stoppedReason":"old"}]})";
  const auto watching = watch();
  run_for(11s);
  REQUIRE(last().StoppedTasks.size() == 1);
  CHECK(last().StoppedTasks[0].Reason == "Essential container");
  CHECK(last().StoppedTasks[0].Containers == std::vector<std::string>{"web: exit 137, OutOfMemoryError"});
  CHECK(calls["ListTasks"] == 1);
  deployment()["failedTasks"] = 1;
  run_for(5s);
  CHECK(calls["ListTasks"] == 2);
  CHECK(calls["DescribeTasks"] == 1);
}

TEST_CASE_FIXTURE(FakeEcs, "running tasks are read only when the rollout looks settled") {
  documents["ListTasks"] = R"({"taskArns":["t1","t2","t3"]})";
  documents["DescribeTasks"] = R"({"tasks":[
    {"taskArn":"t1","lastStatus":"RUNNING","group":"service:web","taskDefinitionArn":"td:2",
     "containers":[{"name":"web","imageDigest":"sha256:1","image":"shop/web:1"}]},
    {"taskArn":"t2","lastStatus":"PENDING","group":"service:web"},
    {"taskArn":"t3","lastStatus":"RUNNING","group":"service:other"}]})";
  const auto watching = watch();
  run_for(1s);
  CHECK_FALSE(last().RunningTasks);
  deployment()["rolloutState"] = "COMPLETED";
  run_for(6s);
  REQUIRE(last().RunningTasks);
  REQUIRE(last().RunningTasks->size() == 1);
  CHECK(last().RunningTasks->front().TaskDefinition == "td:2");
  CHECK(last().RunningTasks->front().Containers.at(0).ImageDigest == "sha256:1");
  CHECK(last().RunningTasks->front().Containers.at(0).Image == "shop/web:1");
}

TEST_CASE_FIXTURE(FakeEcs, "running tasks that may not be listed leave the rest of the look standing") {
  deployment()["rolloutState"] = "COMPLETED";
  refusals["ListTasks"] = "AccessDeniedException";
  services["web"]["deploymentConfiguration"] = json::parse(R"({"deploymentCircuitBreaker":{"enable":true}})");
  const auto watching = watch();
  run_for(1s);
  CHECK(last().Error.empty());
  CHECK(last().Found);
  CHECK(last().CircuitBreaker);
  CHECK_FALSE(last().RunningTasks);
  CHECK(last().TasksError.find("AccessDeniedException") != std::string::npos);
}

TEST_CASE_FIXTURE(FakeEcs, "events since the update come in the order of happening, without those already known") {
  services["web"]["events"] = json::parse(R"([{"id":"e3","createdAt":3,"message":"three"},
    {"id":"e2","createdAt":2,"message":"two"},{"id":"e1","createdAt":1,"message":"one"},
    {"id":"e0","createdAt":-1,"message":"before"}])");
  const auto watching = watch();
  ServiceObservation late;
  const auto later = poller.watch(client(), {"prod", "web", "ecs-svc/2", "td:2", from_micros(0), "e2"},
                                  [&](const ServiceObservation& seen) { late = seen; });
  run_for(1s);
  REQUIRE(last().Events.size() == 3);
  CHECK(last().Events.front().Id == "e1");
  CHECK(last().Events.back().Message == "three");
  REQUIRE(late.Events.size() == 1);
  CHECK(late.Events[0].Id == "e3");
}

TEST_CASE("the same seed gives the same looks") {
  const auto run = [] {
    FakeEcs ecs;
    ecs.add_service("api");
    const auto a = ecs.watch("web"), b = ecs.watch("api");
    ecs.run_for(1min);
    std::string log;
    for (const auto& request : ecs.http.requests) log += request.body + "\n";
    for (const auto& seen : ecs.looks["api"]) log += json::to_text(json::to_json(seen)) + "\n";
    return log;
  };
  CHECK(run() == run());
}
