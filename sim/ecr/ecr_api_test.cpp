// The registry: look-ups across accounts, tags, digests, and what tasks can pull.
#include <doctest/doctest.h>

#include "sim/core/test_driver.h"
#include "sim/ecr/registry.h"

namespace slipway::sim {
namespace {

struct Registry {
  Registry() : driver(scenario_file("demo.json")), fern(driver.assume(kHub, "222222222222", "demo-external-id-fern")) {}

  Answer call(const Credentials& who, std::string_view operation, std::string_view more = "") {
    return driver.json_call(who, "ecr", operation, fmt::format(R"({{"repositoryName":"shop/web"{}}})", more));
  }

  Driver driver;
  Credentials fern;
};

TEST_CASE("a tag resolves to its digest; an unknown one is an error") {
  Registry registry;
  const Answer found = registry.call(kHub, "DescribeImages", R"(,"imageIds":[{"imageTag":"1.0.0"}])");
  REQUIRE(found.status == 200);
  CHECK(json::view(found.body.at("imageDetails").at(0).at("imageDigest").get_string()).starts_with("sha256:1000"));
  CHECK(registry.call(kHub, "DescribeImages", R"(,"imageIds":[{"imageTag":"9"}])").code() == "ImageNotFoundException");
  CHECK(registry.driver.json_call(kHub, "ecr", "DescribeImages", R"({"repositoryName":"nope"})").code() ==
        "RepositoryNotFoundException");
}

TEST_CASE("an image that BatchGetImage misses is a failure in the answer") {
  Registry registry;
  const Answer got = registry.call(kHub, "BatchGetImage", R"(,"imageIds":[{"imageTag":"1.0.0"},{"imageTag":"9"}])");
  CHECK(got.body.at("images").get_array().size() == 1);
  CHECK(got.body.at("failures").at(0).at("failureCode") == "ImageNotFound");
}

TEST_CASE("other accounts see what the repository's policy allows them") {
  Registry registry;
  const std::string_view of_hub = R"(,"registryId":"111111111111")";
  CHECK(registry.call(registry.fern, "DescribeImages").code() == "RepositoryNotFoundException");
  CHECK(registry.call(registry.fern, "DescribeImages", of_hub).status == 200);
  CHECK(
      registry.call(registry.fern, "SetRepositoryPolicy", R"(,"registryId":"111111111111","policyText":"{}")").code() ==
      "AccessDeniedException");
  CHECK(registry.call(kHub, "SetRepositoryPolicy", R"(,"policyText":"{\"Statement\":[]}")").status == 200);
  CHECK(registry.call(registry.fern, "DescribeImages", of_hub).code() == "AccessDeniedException");
}

TEST_CASE("pushing a tag again moves it") {
  Registry registry;
  registry.driver.admin("images",
                        R"({"account":"111111111111","repository":"shop/web","tag":"1.0.0","digest":"sha256:new"})");
  const Answer found = registry.call(kHub, "DescribeImages", R"(,"imageIds":[{"imageTag":"1.0.0"}])");
  CHECK(found.body.at("imageDetails").at(0).at("imageDigest") == "sha256:new");
  CHECK(registry.call(kHub, "ListImages").body.at("imageIds").get_array().size() == 4);
}

/// A hub's repository that account 2 may pull from, with one image.
World world_with_image() {
  World world;
  Region& region = world.region({"111111111111", "eu-west-1"});
  Repository& repository = create_repository(region, "web", Time());
  put_image(repository, "sha256:aa", "1", Time());
  repository.policy = R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},
                                       "Action":"ecr:BatchGetImage"}})";
  return world;
}

constexpr std::string_view image_1 = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/web:1";

TEST_CASE("a pull is resolved in the registry that the image's host names") {
  const World world = world_with_image();
  const PullResult pulled = pull(world, "222222222222", image_1);
  REQUIRE(std::holds_alternative<PulledImage>(pulled));
  CHECK(std::get<PulledImage>(pulled).digest == "sha256:aa");
  CHECK(std::holds_alternative<PulledImage>(
      pull(world, "222222222222", "111111111111.dkr.ecr.eu-west-1.amazonaws.com/web@sha256:aa")));
  for (std::string_view missing :
       {"111111111111.dkr.ecr.eu-west-1.amazonaws.com/web:2", "111111111111.dkr.ecr.eu-west-1.amazonaws.com/other:1",
        "111111111111.dkr.ecr.us-east-1.amazonaws.com/web:1",
        "111111111111.dkr.ecr.eu-west-1.amazonaws.com/web@sha256:bb"}) {
    CAPTURE(missing);
    CHECK(std::holds_alternative<PullRefused>(pull(world, "222222222222", missing)));
  }
}

TEST_CASE("an account that the policy does not name can't pull") {
  const PullResult refused = pull(world_with_image(), "333333333333", image_1);
  REQUIRE(std::holds_alternative<PullRefused>(refused));
  CHECK(std::get<PullRefused>(refused).reason.find("403 Forbidden") != std::string::npos);
}

TEST_CASE("images of other registries exist, each with a digest of its own") {
  const World world;
  const auto digest = [&](std::string_view image) { return std::get<PulledImage>(pull(world, "2", image)).digest; };
  CHECK(digest("nginx:1.25") == digest("nginx:1.25"));
  CHECK(digest("nginx:1.25") != digest("nginx:1.26"));
}

TEST_CASE("a misbehaving image is known by tag, by digest and by reference") {
  World world = world_with_image();
  const std::string by_digest = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/web@sha256:aa";
  for (std::string_view listed : {std::string_view("web:1"), std::string_view("web@sha256:aa"), image_1}) {
    CAPTURE(listed);
    world.misbehaviours = {{MisbehaviourKind::unhealthy, std::string(listed), "222222222222"}};
    CHECK(std::get<PulledImage>(pull(world, "222222222222", image_1)).misbehaviour != nullptr);
    CHECK(std::get<PulledImage>(pull(world, "111111111111", image_1)).misbehaviour == nullptr);
  }
  world.misbehaviours = {{MisbehaviourKind::cannot_pull, "web:1", ""}};
  CHECK(std::holds_alternative<PullRefused>(pull(world, "222222222222", by_digest)));
}

}  // namespace
}  // namespace slipway::sim
