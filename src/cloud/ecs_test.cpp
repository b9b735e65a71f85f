#include "cloud/ecs.h"

#include <doctest/doctest.h>

#include "cloud/ecr.h"
#include "cloud/fake_aws.h"

using namespace slipway;
using namespace slipway::aws;

TEST_CASE_FIXTURE(FakeAws, "services are described ten at a time, and missing ones are told") {
  http.then(200, R"({"services":[{"serviceName":"s0"}],"failures":[]})");
  http.then(200, R"({"services":[],"failures":[{"arn":"arn:s11","reason":"MISSING"}]})");
  std::vector<std::string> names;
  for (int i = 0; i < 12; ++i) names.push_back("s" + std::to_string(i));
  const auto described = ecs::describe_services(client(), "prod", names);
  CHECK(described.items.size() == 1);
  REQUIRE(described.missing.size() == 1);
  CHECK(described.missing[0].reason == "MISSING");
  CHECK(http.requests[1].body == R"({"cluster":"prod","services":["s10","s11"]})");
}

TEST_CASE_FIXTURE(FakeAws, "lists follow their pages up to what is wanted") {
  http.then(200, R"({"taskArns":["a","b"],"nextToken":"n"})");
  http.then(200, R"({"taskArns":["c"]})");
  CHECK(ecs::list_tasks(client(), "prod", "web", ecs::DesiredStatus::stopped).size() == 3);
  CHECK(http.requests[0].body ==
        R"({"cluster":"prod","serviceName":"web","desiredStatus":"STOPPED","maxResults":100})");
  CHECK(http.requests[1].body.find(R"("nextToken":"n")") != std::string::npos);
  http.then(200, R"({"taskDefinitionArns":["app:9","app:8"],"nextToken":"more"})");
  http.then(200, R"({"taskDefinitionArns":["app:7","app:6"],"nextToken":"more"})");
  std::string visited;
  ecs::each_task_definition(client(), "app", [&](const std::string& arn) {
    visited += arn + " ";
    return arn != "app:7";
  });
  CHECK(visited == "app:9 app:8 app:7 ");
  CHECK(http.requests[2].body == R"({"familyPrefix":"app","status":"ACTIVE","sort":"DESC","maxResults":100})");
}

TEST_CASE_FIXTURE(FakeAws, "a task definition comes with its tags, or not at all") {
  http.then(200, R"({"taskDefinition":{"taskDefinitionArn":"app:1"},"tags":[{"key":"k","value":"v"}]})");
  http.then(400, R"({"__type":"ClientException","message":"Unable to describe task definition."})");
  CHECK(ecs::describe_task_definition(client(), "app")->tags.at("k") == "v");
  CHECK_FALSE(ecs::describe_task_definition(client(), "app"));
}

TEST_CASE_FIXTURE(FakeAws, "service deployments are listed from a time on, newest first") {
  http.then(200, R"({"serviceDeployments":[{"serviceDeploymentArn":"old","createdAt":5.25},
                                           {"serviceDeploymentArn":"new","createdAt":6}]})");
  const auto briefs = ecs::list_service_deployments(client(), "prod", "web", from_micros(5'000'000));
  CHECK(json::text_at(briefs.at(0), "serviceDeploymentArn") == "new");
  CHECK(ecs::time_at(briefs.at(1), "createdAt") == from_micros(5'250'000));
  CHECK(http.requests[0].body.find(R"("createdAt":{"after":5)") != std::string::npos);
}

TEST_CASE_FIXTURE(FakeAws, "an image is found by tag or digest, and its absence is no failure") {
  http.then(200, R"({"imageDetails":[{"imageDigest":"sha256:1","imageTags":["1.0"],"imagePushedAt":1.5}]})");
  http.then(400, R"({"__type":"ImageNotFoundException","message":"m"})");
  const auto image = ecr::find_image(client(), "111111111111", "app", "1.0");
  REQUIRE(image);
  CHECK(image->digest == "sha256:1");
  CHECK(http.requests[0].url == "https://api.ecr.eu-west-1.amazonaws.com/");
  CHECK(http.requests[0].body ==
        R"({"registryId":"111111111111","repositoryName":"app","imageIds":[{"imageTag":"1.0"}]})");
  CHECK_FALSE(ecr::find_image(client(), "", "app", "sha256:2"));
  CHECK(http.requests[1].body == R"({"repositoryName":"app","imageIds":[{"imageDigest":"sha256:2"}]})");
}

TEST_CASE_FIXTURE(FakeAws, "a docker login is decoded") {
  http.then(200, R"({"authorizationData":[{"authorizationToken":"QVdTOnB3OjE=","proxyEndpoint":"https://r"}]})");
  const auto login = ecr::get_login(client());
  CHECK(login.user == "AWS");
  CHECK(login.password.reveal() == "pw:1");
  http.then(200, R"({"authorizationData":[{"authorizationToken":"!"}]})");
  CHECK_THROWS_AS(ecr::get_login(client()), Error);
}
