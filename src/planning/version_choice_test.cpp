#include "planning/version_choice.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace slipway::planning {
namespace {

using Texts = std::vector<std::string>;
using language::VersionFormat;

std::vector<VersionCandidate> candidates(const Texts& versions) {
  std::vector<VersionCandidate> out;
  for (const std::string& version : versions) out.push_back({version, std::nullopt});
  return out;
}

Texts chosen(const Texts& versions, const VersionFilter& filter) {
  const auto all = candidates(versions);
  Texts out;
  for (const std::size_t position : newest_first(all, filter)) out.push_back(all[position].version);
  return out;
}

TEST_CASE("VER-2: versions are offered newest first, by their numbers") {
  CHECK(chosen({"1.2.0", "1.10.0", "1.9.0", "1.10.0-beta"}, {}) == Texts{"1.10.0", "1.10.0-beta", "1.9.0", "1.2.0"});
}

TEST_CASE("CHN-3: range and tag must both hold, and texts that are no versions are left out") {
  VersionFilter filter;
  filter.format = VersionFormat::docker;
  filter.range = "[1.0,2.0)";
  filter.tag = "^$";
  CHECK(chosen({"0.9", "1.0", "1.5", "1.6-beta", "2.0", "latest", "99999999999"}, filter) == Texts{"1.5", "1.0"});
}

TEST_CASE("PKG-6: a channel without a rule takes pre-releases, unless asked for none") {
  CHECK(chosen({"1.0.0", "2.0.0-beta"}, {}).front() == "2.0.0-beta");
  VersionFilter stable;
  stable.include_prerelease = false;
  CHECK(chosen({"1.0.0", "2.0.0-beta"}, stable) == Texts{"1.0.0"});
}

TEST_CASE("VER-4: tags that are commit hashes are ordered by the time of their push") {
  const std::vector<VersionCandidate> hashes = {
      {"7a583b3", from_micros(1)}, {"1c2d3e4", from_micros(3)}, {"f00ba12", from_micros(2)}};
  VersionFilter filter;
  filter.format = VersionFormat::docker;
  CHECK(newest_first(hashes, filter) == std::vector<std::size_t>{1, 2, 0});
}

TEST_CASE("A part of the text narrows the versions, and a malformed rule is refused") {
  VersionFilter filter;
  filter.contains = "RC";
  CHECK(chosen({"1.0.0-rc.1", "1.0.0"}, filter) == Texts{"1.0.0-rc.1"});
  filter.range = "[1.0";
  CHECK_THROWS_AS(chosen({"1.0.0"}, filter), Error);
}

TEST_CASE("Image feeds have tags, Maven feeds Maven versions, all others semantic versions") {
  CHECK(version_format_of_feed("AwsElasticContainerRegistry") == VersionFormat::docker);
  CHECK(version_format_of_feed("Maven") == VersionFormat::maven);
  CHECK(version_format_of_feed("BuiltIn") == VersionFormat::semver);
}

}  // namespace
}  // namespace slipway::planning
