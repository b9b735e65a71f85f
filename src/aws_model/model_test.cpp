#include "aws_model/model.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace slipway::aws;

namespace {

std::size_t count_members(const Shape& shape, std::set<const Shape*>& seen) {
  if (!seen.insert(&shape).second) return 0;
  std::size_t count = shape.members.size();
  for (const Member& member : shape.members) count += count_members(*member.shape, seen);
  return count + (shape.item == nullptr ? 0 : count_members(*shape.item, seen));
}

}  // namespace

TEST_CASE("every member's place, kind and values are known") {
  const Shape* input = input_of("ecs", "RegisterTaskDefinition");
  REQUIRE(input);
  CHECK(input->find("family")->required);
  CHECK(input->find("cpu")->shape->kind == Kind::text);
  const Shape& container = *input->find("containerDefinitions")->shape->item;
  CHECK(container.find("cpu")->shape->kind == Kind::number);
  CHECK(container.find("essential")->shape->kind == Kind::flag);
  CHECK(container.find("dockerLabels")->shape->kind == Kind::map);
  CHECK(container.find("dockerLabels")->shape->item->kind == Kind::text);
  CHECK(container.find("Name") == nullptr);
  const auto& values = input->find("networkMode")->shape->values;
  CHECK(std::find(values.begin(), values.end(), "awsvpc") != values.end());
}

TEST_CASE("a model holds what its operation takes, down to the leaves") {
  std::set<const Shape*> seen;
  const std::size_t members = count_members(*input_of("ecs", "RegisterTaskDefinition"), seen);
  MESSAGE(members << " members of RegisterTaskDefinition, botocore " << model_version());
  CHECK(members >= 130);
  CHECK(input_of("ecs", "UpdateService")->find("deploymentConfiguration"));
  CHECK(input_of("ecr", "DescribeImages")->find("repositoryName")->required);
  CHECK(input_of("ecs", "NoSuchOperation") == nullptr);
  CHECK(input_of("sqs", "SendMessage") == nullptr);
}

TEST_CASE("regions are places, not AWS's global pseudo regions") {
  CHECK(std::is_sorted(regions().begin(), regions().end()));
  CHECK(std::count(regions().begin(), regions().end(), "eu-west-1") == 1);
  CHECK(std::count(regions().begin(), regions().end(), "cn-north-1") == 1);
  CHECK(std::count(regions().begin(), regions().end(), "aws-global") == 0);
}
