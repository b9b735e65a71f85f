#include "planning/package_specs.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace slipway::planning {
namespace {

constexpr PackageName web{"Deploy", "Deploy web", "Fern.Web", "Fern.Web", ""};
constexpr PackageName sidecar{"Deploy", "Deploy web", "team/proxy", "team/#{Proxy}", "sidecar"};

std::string version_of(const std::vector<std::string>& specs, const PackageName& package) {
  return asked_version(parse_package_specs(specs), package).value_or("none");
}

TEST_CASE("PKG-3: a package version is asked for by step, action, package id or everything") {
  struct Case {
    std::string spec;
    std::string for_web, for_sidecar;
  };
  const Case cases[] = {
      {"Deploy web:1.2", "1.2", "1.2"},
      {"deploy:1.2", "1.2", "1.2"},
      {"fern.web:1.2", "1.2", "none"},
      {"Fern.Web=1.2", "1.2", "none"},
      {"Fern.Web/1.2", "1.2", "none"},
      {"*:1.2", "1.2", "1.2"},
      {":1.2", "1.2", "1.2"},
      {"1.2", "1.2", "1.2"},
      {"Deploy web:sidecar:1.2", "none", "1.2"},
      {"*:sidecar:1.2", "none", "1.2"},
      {"Deploy web:*:1.2", "1.2", "1.2"},
      {"*:*:1.2", "1.2", "1.2"},
      {"team/proxy:1.2", "none", "1.2"},
      {"team\\/proxy:1.2", "none", "1.2"},
      {"team/proxy/sidecar/1.2", "none", "1.2"},
      {"Deploy api:1.2", "none", "none"},
      {"Deploy web:other:1.2", "none", "none"},
      {"Deploy web: 1.2 ", "1.2", "1.2"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.spec);
    CHECK(version_of({c.spec}, web) == c.for_web);
    CHECK(version_of({c.spec}, sidecar) == c.for_sidecar);
  }
}

TEST_CASE("PKG-2: the closest spec wins, and of equally close ones the highest version") {
  CHECK(version_of({"*:9", "Deploy web:8", "Deploy web:sidecar:1"}, sidecar) == "1");
  CHECK(version_of({"*:9", "Deploy web:2"}, sidecar) == "2");
  CHECK(version_of({"Deploy web:1.9", "Deploy web:1.10", "Deploy web:1.2"}, web) == "1.10");
}

TEST_CASE("Empty package specs are dropped and those without a version are all named") {
  CHECK(parse_package_specs({"", "  "}).empty());
  try {
    parse_package_specs({"Deploy web:", "*:"});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid);
    CHECK(error.details().size() == 2);
    CHECK(error.details().front().find("'Deploy web:'") != std::string::npos);
  }
}

}  // namespace
}  // namespace slipway::planning
