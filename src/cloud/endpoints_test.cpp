#include "cloud/endpoints.h"

#include <doctest/doctest.h>

#include "aws_model/model.h"
#include "base/error.h"

using namespace slipway;
using namespace slipway::aws;

TEST_CASE("each partition has its own suffix, and STS is regional") {
  const Endpoints endpoints;
  CHECK(endpoints.url(kEcs, "eu-west-1") == "https://ecs.eu-west-1.amazonaws.com/");
  CHECK(endpoints.url(kEcr, "cn-north-1") == "https://api.ecr.cn-north-1.amazonaws.com.cn/");
  CHECK(endpoints.url(kSts, "us-gov-west-1") == "https://sts.us-gov-west-1.amazonaws.com/");
  CHECK(endpoints.url(kSts, "eusc-de-east-1") == "https://sts.eusc-de-east-1.amazonaws.eu/");
  CHECK(endpoints.url(kEcs, "us-isob-east-1") == "https://ecs.us-isob-east-1.sc2s.sgov.gov/");
  CHECK(partition_of("us-iso-east-1").id == "aws-iso");
  CHECK(partition_of("mx-central-1").id == "aws");
}

TEST_CASE("what is not shaped like a region can't become a host") {
  for (const auto* region : {"", "eu", "eu-west-1.evil.example/", "EU-west-1", "-a", "a-", "eu west-1"}) {
    CAPTURE(region);
    CHECK_THROWS_AS(Endpoints().url(kEcs, region), Error);
  }
}

TEST_CASE("overrides: one for all, one for a service, plain HTTP only to loopback") {
  const std::map<std::string, std::string> variables{{"AWS_ENDPOINT_URL", "http://127.0.0.1:4566"},
                                                     {"AWS_ENDPOINT_URL_ECR", "https://ecr.private.example/api"}};
  const Endpoints endpoints(EndpointOverrides::from_environment([&](const char* name) -> std::optional<std::string> {
    const auto it = variables.find(name);
    return it == variables.end() ? std::nullopt : std::optional(it->second);
  }));
  CHECK(endpoints.url(kEcs, "eu-west-1") == "http://127.0.0.1:4566/");
  CHECK(endpoints.url(kEcr, "eu-west-1") == "https://ecr.private.example/api/");
  CHECK_THROWS_AS(endpoints.url(kEcs, "nowhere"), Error);
  for (const auto* url : {"http://10.0.0.1:80", "http://example.com", "ftp://127.0.0.1", "127.0.0.1:80", "http://"}) {
    CAPTURE(url);
    CHECK_THROWS_AS(Endpoints(EndpointOverrides{url, {}}), Error);
  }
  CHECK_NOTHROW(Endpoints(EndpointOverrides{"http://localhost:5000", {}}));
  CHECK_NOTHROW(Endpoints(EndpointOverrides{"http://[::1]:5000", {}}));
}

TEST_CASE("an override's host is what the Host field will say: lower case, without the scheme's own port") {
  const auto url_of = [](const char* url) { return Endpoints(EndpointOverrides{url, {}}).url(kEcs, "eu-west-1"); };
  CHECK(url_of("https://Proxy.Example:443/Api") == "https://proxy.example/Api/");
  CHECK(url_of("http://LocalHost:80") == "http://localhost/");
  CHECK(url_of("http://[::1]:80") == "http://[::1]/");
  CHECK(url_of("http://localhost:443") == "http://localhost:443/");
  CHECK(url_of("https://proxy.example:8443") == "https://proxy.example:8443/");
}

TEST_CASE("a region that is not known is refused, and the nearest known one named") {
  const auto refusal_of = [](const Endpoints& endpoints, std::string_view region) -> std::string {
    try {
      endpoints.url(kEcs, region);
      return "";
    } catch (const Error& error) {
      return error.message();
    }
  };
  for (const auto& [given, meant] : {std::pair("eu-wset-1", "eu-west-1"),
                                     {"us-esat-1", "us-east-1"},
                                     {"cn-north1-1", "cn-north-1"},
                                     {"us-gov-wset-1", "us-gov-west-1"}}) {
    const auto refusal = refusal_of(Endpoints(), given);
    CHECK(refusal.find(given) != std::string::npos);
    CHECK(refusal.find(meant) != std::string::npos);
  }
  CHECK_FALSE(refusal_of(Endpoints(), "moon-base-1").empty());
}

TEST_CASE("an endpoint of its own, or its name in the environment, makes any region known") {
  const Endpoints own(EndpointOverrides{"http://127.0.0.1:4566", {}, {}});
  CHECK_NOTHROW(own.check_region("moon-base-1"));
  CHECK(own.url(kEcs, "moon-base-1") == "http://127.0.0.1:4566/");
  const Endpoints of_one(EndpointOverrides{"", {{"ecs", "https://ecs.private.example"}}, {}});
  CHECK_NOTHROW(of_one.url(kEcs, "moon-base-1"));
  CHECK_THROWS_AS(of_one.check_region("moon-base-1"), Error);
  const auto overrides = EndpointOverrides::from_environment([](std::string_view name) {
    return name == "SLIPWAY_AWS_REGIONS" ? std::optional<std::string>("eu-south-3, eu-new-1") : std::nullopt;
  });
  CHECK(Endpoints(overrides).url(kEcs, "eu-new-1") == "https://ecs.eu-new-1.amazonaws.com/");
}

TEST_CASE("a region in the environment is written as regions are, or the server does not start") {
  const auto named = [](const std::string& text) {
    return EndpointOverrides::from_environment(
        [&](std::string_view name) { return name == "SLIPWAY_AWS_REGIONS" ? std::optional(text) : std::nullopt; });
  };
  for (const char* text : {"eu", "EU-new-1", "eu-new-1 eu-new-2", "eu-new-1;eu-new-2", "eu-new", "eu-new-1a", "1-2-3",
                           "eu--new-1", "-eu-new-1", "eu-new-1-", "eu-new-1.evil.example", "eu-new-1/", "eu-1", "*"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(named(text), doctest::Contains("SLIPWAY_AWS_REGIONS"), Error);
  }
  for (const std::string& region : regions()) CHECK(named(region).regions == std::vector<std::string>{region});
  CHECK(named(" ,eu-new-1,, eu-new-12 ").regions == std::vector<std::string>{"eu-new-1", "eu-new-12"});
}
