// The simulator as a whole: one world for many callers.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "sim/core/test_driver.h"

namespace slipway::sim {
namespace {

TEST_CASE("calls from many threads see one consistent world") {
  Driver driver(scenario_file("demo.json"));
  const Credentials session = driver.assume(kHub, "222222222222", "demo-external-id-fern");
  std::atomic<int> succeeded = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10; ++n) {
        const Answer made =
            driver.ecs(session, "RegisterTaskDefinition",
                       R"({"family":"f","containerDefinitions":[{"name":"c","image":"i","memory":8}]})");
        succeeded += made.status == 200;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(succeeded == 40);
  CHECK(driver.admin("calls").at("accounts").at("222222222222").at("revisionsRegistered").at("f") == 40);
}

TEST_CASE("a world at rest has nothing to wait for but the end of what it remembers") {
  Driver driver(parse_object(R"({"accounts":[{"id":"1","clusters":[{"name":"c"}]}]})"));
  CHECK_FALSE(driver.simulator.next_event());
}

TEST_CASE("accounts and regions are worlds of their own") {
  Driver driver(scenario_file("demo.json"));
  const Credentials fern = driver.assume(kHub, "222222222222", "demo-external-id-fern");
  const Credentials laurel = driver.assume(kHub, "333333333333", "demo-external-id-laurel");
  driver.ecs(fern, "CreateCluster", R"({"clusterName":"extra"})");
  CHECK(driver.ecs(fern, "ListClusters", "{}").body.at("clusterArns").get_array().size() == 2);
  CHECK(driver.ecs(laurel, "ListClusters", "{}").body.at("clusterArns").get_array().size() == 1);
  CHECK(driver.ecs(kHub, "ListClusters", "{}").body.at("clusterArns").get_array().empty());
}

TEST_CASE("a scenario that AWS would refuse is refused, and says why") {
  const auto load = [](std::string_view text) { Driver driver(parse_object(text)); };
  CHECK_THROWS_WITH(load(R"({"accounts":[{"id":"1","services":[{"serviceName":"s","taskDefinition":"none"}]}]})"),
                    "AWS would refuse it: ClusterNotFoundException: Cluster not found.");
  CHECK_THROWS(load(R"({"accounts":[{"id":""}]})"));
  CHECK_THROWS(load(R"({"accounts":7})"));
}

TEST_CASE("a faster pace divides what takes time, and nothing else") {
  const Pace pace = Pace{}.faster(10);
  CHECK(pace.healthy_after == std::chrono::seconds(4));
  CHECK(pace.scaled(std::chrono::seconds(30)) == std::chrono::seconds(3));
}

}  // namespace
}  // namespace slipway::sim
