// Injected trouble, as calls meet it.
#include <doctest/doctest.h>

#include "sim/core/loopback.h"
#include "sim/core/test_driver.h"

namespace slipway::sim {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view describe = R"({"cluster":"prod","services":["web"]})";
constexpr std::string_view force = R"({"cluster":"prod","service":"web","forceNewDeployment":true})";

struct Stage {
  Stage() : driver(scenario_file("demo.json")), session(driver.assume(kHub, "222222222222", "demo-external-id-fern")) {}

  std::size_t deployments() {
    const Answer answer = driver.ecs(session, "DescribeServices", describe);
    return answer.body.at("services").at(0).at("deployments").get_array().size();
  }
  int started() {
    const json::object calls = driver.admin("calls");
    const json::object& counts = calls.at("accounts").at("222222222222").at("deploymentsStarted").get_object();
    return counts.empty() ? 0 : static_cast<int>(counts.begin()->value().as_int64());
  }

  Driver driver;
  Credentials session;
};

TEST_CASE("the next calls of an operation are throttled, and then no more") {
  Stage stage;
  stage.driver.admin("faults",
                     R"({"kind":"throttle","operation":"ecs:DescribeServices","account":"222222222222","count":2})");
  for (int i = 0; i < 2; ++i) {
    const Answer throttled = stage.driver.ecs(stage.session, "DescribeServices", describe);
    CHECK(throttled.status == 400);
    CHECK(throttled.code() == "ThrottlingException");
  }
  CHECK(stage.driver.ecs(stage.session, "DescribeServices", describe).status == 200);
}

TEST_CASE("a fault meets only the operation and the account that it names") {
  Stage stage;
  stage.driver.admin("faults", R"({"kind":"throttle","operation":"ecs:UpdateService"})");
  stage.driver.admin("faults", R"({"kind":"server_error","account":"333333333333"})");
  CHECK(stage.driver.ecs(stage.session, "DescribeServices", describe).status == 200);
  CHECK(stage.driver.ecs(stage.session, "UpdateService", force).code() == "ThrottlingException");
  const Credentials other = stage.driver.assume(kHub, "333333333333", "demo-external-id-laurel");
  CHECK(stage.driver.ecs(other, "DescribeServices", describe).status == 500);
}

TEST_CASE("a fault meets only the region that it names") {
  Stage stage;
  stage.driver.admin("faults", R"({"kind":"throttle","operation":"ecs:DescribeServices","region":"us-east-1"})");
  CHECK(stage.driver.ecs(stage.session, "DescribeServices", describe).status == 200);
  stage.driver.admin("faults", R"({"kind":"throttle","operation":"ecs:DescribeServices","region":"eu-west-1"})");
  CHECK(stage.driver.ecs(stage.session, "DescribeServices", describe).code() == "ThrottlingException");
}

TEST_CASE("a lost reply has its effect; a lost request has none") {
  Stage stage;
  stage.driver.admin("faults", R"({"kind":"lose_request","operation":"ecs:UpdateService"})");
  CHECK(stage.driver.ecs(stage.session, "UpdateService", force).dropped);
  CHECK(stage.started() == 0);
  stage.driver.admin("faults", R"({"kind":"lose_reply","operation":"ecs:UpdateService"})");
  CHECK(stage.driver.ecs(stage.session, "UpdateService", force).dropped);
  CHECK(stage.started() == 1);
  CHECK(stage.deployments() == 2);
}

TEST_CASE("lagging reads show the past, and writes act on the present") {
  Stage stage;
  stage.driver.admin("faults", R"({"kind":"describe_lag","account":"222222222222","seconds":10})");
  stage.driver.pass(seconds(1));
  const Answer updated = stage.driver.ecs(stage.session, "UpdateService", force);
  CHECK(updated.body.at("service").at("deployments").get_array().size() == 2);
  stage.driver.pass(seconds(9));
  CHECK(stage.deployments() == 1);
  stage.driver.pass(seconds(1));
  CHECK(stage.deployments() == 2);
  stage.driver.admin("faults", R"({"kind":"describe_lag","account":"222222222222","seconds":0})");
  stage.driver.pass(minutes(3));
  CHECK(stage.deployments() == 1);
}

TEST_CASE("capacity that comes back lets a rollout go on") {
  Stage stage;
  stage.driver.admin("faults", R"({"kind":"no_capacity","account":"222222222222","cluster":"prod"})");
  stage.driver.ecs(stage.session, "UpdateService", force);
  stage.driver.pass(seconds(10));
  stage.driver.admin("faults", R"({"kind":"capacity_restored","account":"222222222222","cluster":"prod"})");
  stage.driver.pass(minutes(3));
  CHECK(stage.deployments() == 1);
}

TEST_CASE("capacity that comes back is the cluster's own, not more") {
  json::object scenario = scenario_file("demo.json");
  for (json::value& account : scenario.at("accounts").get_array()) {
    if (text_or(account.get_object(), "id") == "222222222222")
      account.at("clusters").at(0).get_object()["capacity"] = 2;
  }
  Driver driver(scenario);
  const Credentials session = driver.assume(kHub, "222222222222", "demo-external-id-fern");
  driver.admin("faults", R"({"kind":"no_capacity","account":"222222222222","cluster":"prod"})");
  driver.admin("faults", R"({"kind":"capacity_restored","account":"222222222222","cluster":"prod"})");
  driver.ecs(session, "UpdateService", force);
  driver.pass(seconds(30));
  const Answer answer = driver.ecs(session, "DescribeServices", describe);
  CHECK(answer.text.find("was unable to place a task") != std::string::npos);
}

TEST_CASE("in process, lost replies and late answers are network errors after which the effect is unknown") {
  Stage stage;
  LoopbackClient client(stage.driver.simulator);
  const auto identify = [&] {
    net::Request request;
    request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
    request.body = "Action=GetCallerIdentity";
    const net::Request made = stage.driver.sign(kHub, "sts", std::move(request));
    net::ClientRequest sent;
    sent.method = made.method;
    sent.url = "http://localhost/";
    sent.headers = made.headers;
    sent.body = made.body;
    return client.send(sent, Deadline::after(stage.driver.clock, std::chrono::seconds(60)));
  };
  CHECK(identify().status == 200);
  for (std::string_view kind : {"lose_reply", "delay"}) {
    stage.driver.admin("faults", fmt::format(R"({{"kind":"{}","seconds":61}})", kind));
    CHECK_THROWS_AS(identify(), net::NetworkError);
  }
  stage.driver.admin("faults", R"({"kind":"delay","seconds":59})");
  CHECK(identify().status == 200);
}

TEST_CASE("the admin API names what is wrong with its input") {
  Stage stage;
  const auto error = [&](std::string_view path, std::string_view body) {
    return text_or(stage.driver.admin(path, body), "error");
  };
  CHECK(error("faults", R"({"kind":"sabotage"})").find("kind must be one of throttle") != std::string::npos);
  CHECK(error("faults", R"({"kind":"no_capacity","account":"222222222222","cluster":"x"})").find("cluster 'x'") !=
        std::string::npos);
  CHECK(error("faults", R"({"kind":"throttle","operation":"UpdateService"})").find("is not simulated") !=
        std::string::npos);
  CHECK(error("behaviours", "{}").find("image") != std::string::npos);
  CHECK(error("faults", "[1]").find("JSON object") != std::string::npos);
  CHECK(error("faults", "{").find("malformed") != std::string::npos);
  CHECK(error("nowhere", "{}").find("no such route") != std::string::npos);
}

TEST_CASE("reset makes a new world") {
  Stage stage;
  stage.driver.admin("reset", json::to_text(scenario_file("demo.json")));
  CHECK(stage.driver.ecs(stage.session, "ListClusters", "{}").code() == "UnrecognizedClientException");
  const Credentials session = stage.driver.assume(kHub, "222222222222", "demo-external-id-fern");
  CHECK(stage.driver.ecs(session, "ListClusters", "{}").status == 200);
}

}  // namespace
}  // namespace slipway::sim
