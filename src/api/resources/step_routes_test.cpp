#include <doctest/doctest.h>

#include "api/testing.h"

namespace slipway::api {
namespace {

using testing::Answer;
using testing::TestApi;

json::object with_action(std::string_view type, json::object properties) {
  json::object action{{"Name", "A"}, {"ActionType", type}, {"Properties", std::move(properties)}};
  return {{"Steps", json::array{json::object{{"Name", "S"}, {"Actions", json::array{std::move(action)}}}}}};
}

TEST_CASE_FIXTURE(TestApi, "the step types are listed with their inputs, under either kind of address") {
  const Answer all = get("/api/steps");
  REQUIRE(all.status == 200);
  CHECK(all.text == get("/api/Spaces-1/steps").text);
  REQUIRE(all.body.as_array().size() == 2);
  const json::object& ecs = all.body.at(1).as_object();
  CHECK(ecs.at("Type") == json::value("Slipway.EcsService"));
  const auto input = [&](std::string_view name) {
    for (const json::value& each : ecs.at("Inputs").as_array()) {
      if (each.at("Name") == json::value(name)) return each.as_object();
    }
    return json::object();
  };
  CHECK(input("Slipway.Ecs.DesiredCount").at("Maximum") == json::value(5000));
  CHECK(input("Slipway.Ecs.WhenBusy").at("Choices") == json::parse(R"(["Wait","Refuse","Supersede"])"));
  CHECK(input("Slipway.Ecs.WhenBusy").at("Default") == json::value("Wait"));
  CHECK(input("Octopus.Action.Aws.AssumedRoleArn").at("CountsWith") ==
        json::parse(R"({"Name":"Octopus.Action.Aws.AssumeRole","Value":true})"));
  CHECK(input("Slipway.Ecs.Service").at("IsRequired") == json::value(true));
}

TEST_CASE_FIXTURE(TestApi, "clients that search step templates find the same types") {
  CHECK(get("/api/actiontemplates/search").body.as_array().size() == 2);
  const Answer found = get("/api/Spaces-1/actiontemplates/search?type=slipway.noop");
  REQUIRE(found.body.as_array().size() == 1);
  CHECK(found.body.at(0).at("Name") == json::value("Do nothing"));
  CHECK(get("/api/actiontemplates/categories").body.as_array().size() == 3);
}

TEST_CASE_FIXTURE(TestApi,
                  "a process with steps that can't run is stored, and says why they can't for as long as that is so") {
  make_project("Web");
  const std::string path = "/api/Spaces-1/projects/Web/deploymentprocesses";
  const auto save = [&](std::string_view type, json::object properties) {
    json::value process = get(path).body;
    process.as_object()["Steps"] = json::value(with_action(type, std::move(properties)).at("Steps"));
    return put(path, process);
  };
  const Answer foreign = save("Octopus.AwsRunScript", {});
  REQUIRE(foreign.status == 200);
  CHECK(
      foreign["Warnings"] ==
      json::parse(R"(["Step 'A': This server has no step of type 'Octopus.AwsRunScript'; it fails when it is due."])"));
  const Answer draft = save("Slipway.EcsService", {{"Octopus.Action.Aws.Region", "eu-west-1"},
                                                   {"Octopus.Action.AwsAccount.Variable", "Hub"},
                                                   {"Slipway.Ecs.Service", "web"},
                                                   {"Slipway.Ecs.Cpu", "256"}});
  REQUIRE(draft.status == 200);
  const json::value expected =
      json::parse(R"(["Step 'A': Slipway.Ecs.Cluster is missing: give the ECS cluster's name or ARN."])");
  CHECK(draft["Warnings"] == expected);
  CHECK(get(path)["Warnings"] == expected);
  CHECK_FALSE(save("Slipway.NoOp", {}).body.as_object().contains("Warnings"));
  CHECK(save("Slipway.Kubernetes", {}).status == 400);
}

}  // namespace
}  // namespace slipway::api
