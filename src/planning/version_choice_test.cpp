#include "planning/version_choice.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "base/error.h"
#include "language/templates/budget_testing.h"

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
  for (const std::size_t position : newest_first(all, filter, language::fresh_budget()))
    out.push_back(all[position].version);
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
  CHECK(chosen({"0.9", "1.0", "1.5", "1.6-beta", "2.0", "latest", "99999999999", "no/version"}, filter) ==
        Texts{"1.5", "1.0"});
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
  CHECK(newest_first(hashes, filter, language::fresh_budget()) == std::vector<std::size_t>{1, 2, 0});
}

VersionFilter images() {
  VersionFilter filter;
  filter.format = VersionFormat::docker;
  return filter;
}

std::vector<VersionCandidate> pushed_in_order(const Texts& tags) {
  std::vector<VersionCandidate> all;
  for (std::size_t i = 0; i < tags.size(); ++i) all.push_back({tags[i], from_micros(static_cast<std::int64_t>(i))});
  return all;
}

std::string newest_of(const Texts& tags) {
  return tags.at(newest_first(pushed_in_order(tags), images(), language::fresh_budget()).at(0));
}

TEST_CASE("VER-4: what is newest among image tags that people push") {
  CHECK(newest_of({"9e1a2b3", "4f177c4", "latest"}) == "4f177c4");
  CHECK(newest_of({"latest"}) == "latest");
  CHECK(newest_of({"stable", "latest", "build-482", "edge"}) == "build-482");
  CHECK(newest_of({"20210201130629", "20210201130630", "20210131120000"}) == "20210201130630");
  CHECK(newest_of({"1.4.2", "9e1a2b3", "4f177c4", "7654321"}) == "1.4.2");
  CHECK(newest_of({"8", "9", "10", "7"}) == "10");
  CHECK(newest_of({"999998", "999999", "1000000", "latest"}) == "1000000");
  CHECK(newest_of({"999999", "1000000", "9e1a2b3"}) == "999999");
  CHECK(newest_of({"1.99999999999", "1.100000000000", "1.7"}) == "1.100000000000");
  CHECK(newest_of({"1.0.0", "deadbeef", "main-4f177c4", "main"}) == "1.0.0");
}

TEST_CASE("property: the order of tags is total, does not depend on how they are listed, and loses none of them") {
  const Texts pieces{"",
                     "v",
                     "1",
                     "8",
                     "10",
                     "7654321",
                     "20210201130629",
                     "99999999999999999999",
                     "1.4.2",
                     "1.0.0-rc.1",
                     "9e1a2b3",
                     "4f177c4",
                     "deadbeef",
                     "latest",
                     "stable",
                     "main-4f177c4",
                     "build-482",
                     "_x",
                     "1_2",
                     "sha256-aa",
                     "1.0-20210201130629",
                     "1.0-9999999999"};
  Texts tags;
  for (const std::string& front : pieces) {
    for (const char* back : {"", "-alpine", ".1", "-1"}) {
      if (!front.empty() || *back != '\0') tags.push_back(front + back);
    }
  }
  std::size_t tried = 0;
  std::mt19937 random(7);
  for (const auto format : {VersionFormat::docker, VersionFormat::semver, VersionFormat::octopus}) {
    VersionFilter filter;
    filter.format = format;
    for (int round = 0; round < 300; ++round) {
      Texts some = tags;
      std::shuffle(some.begin(), some.end(), random);
      some.resize(2 + random() % 12);
      const auto order_of = [&](const Texts& listed) {
        std::vector<VersionCandidate> all;
        // Published as the text says, so that the time does not depend on the order either.
        for (const std::string& tag : listed) {
          const auto when = static_cast<std::int64_t>(std::hash<std::string>()(tag) % 1'000'000);
          all.push_back({tag, from_micros(when)});
        }
        Texts ordered;
        for (const std::size_t at : newest_first(all, filter, language::fresh_budget())) ordered.push_back(listed[at]);
        return ordered;
      };
      const Texts ordered = order_of(some);
      CHECK(std::is_permutation(ordered.begin(), ordered.end(), some.begin(), some.end()));
      Texts again = some;
      std::shuffle(again.begin(), again.end(), random);
      const Texts reordered = order_of(again);
      for (std::size_t i = 0; i < ordered.size(); ++i) {
        // Equal versions ("1.0-alpine" and "1.0.0-alpine") keep the order of the feed.
        const auto a = language::try_parse_listed_version(format, ordered[i]);
        const auto b = language::try_parse_listed_version(format, reordered[i]);
        CHECK((ordered[i] == reordered[i] || (a && b && language::compare(*a, *b) == 0)));
      }
      ++tried;
    }
  }
  MESSAGE("lists of tags ordered: " << tried);
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
