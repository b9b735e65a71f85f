#include "cloud/task_definition.h"

#include <doctest/doctest.h>

using namespace slipway;
using namespace slipway::aws;

namespace {

json::object parse(std::string_view text) { return json::parse(text).as_object(); }
bool equal(std::string_view a, std::string_view b) {
  return task_definition_hash(parse(a)) == task_definition_hash(parse(b));
}

constexpr auto kSent = R"({
  "family": "app", "memory": "2 GB", "cpu": ".5 vCPU",
  "requiresCompatibilities": ["FARGATE", "EC2"], "networkMode": "awsvpc",
  "containerDefinitions": [{
    "name": "web", "image": "r/app@sha256:1",
    "environment": [{"name": "B", "value": ""}, {"name": "A", "value": "1"}],
    "portMappings": [{"containerPort": 80}],
    "healthCheck": {"command": ["CMD", "true"]},
    "logConfiguration": {"logDriver": "awslogs", "options": {"b": "2", "a": "1"}}
  }],
  "volumes": [{"name": "v", "host": {}}],
  "somethingNew": {"kept": true}
})";

constexpr auto kDescribed = R"({
  "taskDefinitionArn": "arn:aws:ecs:eu-west-1:1:task-definition/app:7", "revision": 7, "status": "ACTIVE",
  "requiresAttributes": [{"name": "x"}], "compatibilities": ["EC2", "FARGATE"], "registeredAt": 1.5,
  "registeredBy": "arn:aws:iam::1:user/u", "placementConstraints": [],
  "family": "app", "memory": "2048", "cpu": "512",
  "requiresCompatibilities": ["EC2", "FARGATE"], "networkMode": "awsvpc",
  "containerDefinitions": [{
    "name": "web", "image": "r/app@sha256:1", "cpu": 0, "essential": true,
    "environment": [{"value": "1", "name": "A"}, {"name": "B", "value": ""}],
    "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}],
    "mountPoints": [], "volumesFrom": [], "systemControls": [],
    "healthCheck": {"command": ["CMD", "true"], "interval": 30, "timeout": 5, "retries": 3},
    "logConfiguration": {"options": {"a": "1", "b": "2"}, "logDriver": "awslogs"}
  }],
  "volumes": [{"name": "v", "host": {}}],
  "somethingNew": {"kept": true}
})";

}  // namespace

TEST_CASE("what was sent equals what AWS shows of it") {
  CHECK(json::to_text(canonical_task_definition(parse(kSent))) ==
        json::to_text(canonical_task_definition(parse(kDescribed))));
}

TEST_CASE("the canonical form is a fixed point") {
  const auto once = canonical_task_definition(parse(kSent));
  CHECK(json::to_text(canonical_task_definition(once)) == json::to_text(once));
}

TEST_CASE("read-only members go, unknown ones stay") {
  const auto sendable = registrable(parse(kDescribed));
  CHECK_FALSE(sendable.contains("registeredBy"));
  CHECK_FALSE(sendable.contains("revision"));
  CHECK(sendable.contains("somethingNew"));
}

TEST_CASE("differences that matter are differences") {
  const auto containers = [](std::string_view inside) {
    return R"({"family":"f","containerDefinitions":[{"name":"a","image":"i",)" + std::string(inside) + "}]}";
  };
  CHECK_FALSE(equal(containers(R"("command":["a","b"])"), containers(R"("command":["b","a"])")));
  CHECK_FALSE(equal(containers(R"("essential":false)"), containers(R"("essential":true)")));
  CHECK_FALSE(equal(containers(R"("environment":[{"name":"A","value":""}])"), containers(R"("environment":[])")));
  CHECK_FALSE(equal(containers(R"("dockerLabels":{"a":"1"})"), containers(R"("dockerLabels":{"A":"1"})")));
  CHECK_FALSE(equal(R"({"containerDefinitions":[{"name":"a"},{"name":"b"}]})",
                    R"({"containerDefinitions":[{"name":"b"},{"name":"a"}]})"));
  CHECK_FALSE(equal(R"({"networkMode":"host"})", R"({})"));
}

TEST_CASE("defaults that AWS fills in are no differences") {
  const auto container = [](std::string_view mode, std::string_view mapping) {
    return R"({"networkMode":")" + std::string(mode) + R"(","containerDefinitions":[{"name":"a","portMappings":[)" +
           std::string(mapping) + "]}]}";
  };
  CHECK(equal(container("bridge", R"({"containerPort":80})"),
              container("bridge", R"({"containerPort":80,"hostPort":0})")));
  CHECK_FALSE(equal(container("bridge", R"({"containerPort":80})"),
                    container("bridge", R"({"containerPort":80,"hostPort":80})")));
  CHECK(equal(R"({"family":"f"})", R"({"family":"f","networkMode":"bridge","volumes":[],"pidMode":null})"));
  CHECK(equal(R"({"requiresCompatibilities":["FARGATE"]})",
              R"({"requiresCompatibilities":["FARGATE"],"networkMode":"awsvpc"})"));
  CHECK(equal(R"({"cpu":256,"memory":"1gb"})", R"({"cpu":"256","memory":"1024"})"));
  CHECK(equal(R"({"volumes":[{"name":"v","efsVolumeConfiguration":{"fileSystemId":"f"},"configuredAtLaunch":false}]})",
              R"({"volumes":[{"name":"v","efsVolumeConfiguration":{"fileSystemId":"f","rootDirectory":"/"}}]})"));
}

TEST_CASE("documents of any shape have a canonical form") {
  for (const auto* text : {R"({"containerDefinitions":7})", R"({"containerDefinitions":[1,null,"x"]})",
                           R"({"cpu":{"a":1},"volumes":{},"memory":"lots"})", R"({"networkMode":5})"}) {
    CHECK_NOTHROW(canonical_task_definition(parse(text)));
  }
}
