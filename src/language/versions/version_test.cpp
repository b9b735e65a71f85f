#include "language/versions/version.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "language/templates/budget_testing.h"
#include "language/versions/channel_rule.h"
#include "language/versions/release_template.h"
#include "language/versions/version_mask.h"
#include "language/versions/version_range.h"

using namespace slipway;
using namespace slipway::language;

namespace {

Version octopus(std::string_view text) { return parse_version(VersionFormat::octopus, text); }
bool equal(std::string_view a, std::string_view b) {
  return version_sort_key(octopus(a)) == version_sort_key(octopus(b));
}

ReleaseNumber next(std::string_view text, const ReleaseHistory& history = {}) {
  ReleaseTemplateInput input;
  if (!text.empty()) input.template_text = text;
  input.history = history;
  input.channel_name = "Stable";
  input.now = Time{std::chrono::sys_days{std::chrono::year{2030} / 2 / 3} + std::chrono::minutes(65)};
  Budget budget(kTextLimits, time_of_this_thread);
  return next_release_number(input, budget);
}

}  // namespace

TEST_CASE("equal versions have the same key, whatever their spelling") {
  CHECK(equal("1.0", "1.0.0.0"));
  CHECK(equal("v2016.01.02", "2016.1.2+build.7"));
  CHECK(equal("1.0-RC.01", "1.0-rc_1"));
  CHECK_FALSE(equal("1.0", "1.0-rc"));
}

TEST_CASE("the sample of container tags stands in the documented order") {
  const char* tags[] = {"latest",       "myfeature",  "sha-abc123",   "1.0-alpine", "1.0.0",   "1.2.3-1",
                        "1.2.3-a",      "1.2.3-beta", "1.2.3",        "1.2.3.4.5",  "1.2.3.4", "3.10-slim",
                        "2020.10.27_1", "2020.10.27", "2020.10.27.1", "20201027"};
  for (std::size_t i = 0; i + 1 < std::size(tags); ++i) {
    INFO(tags[i], " < ", tags[i + 1]);
    const auto lower = parse_version(VersionFormat::docker, tags[i]),
               higher = parse_version(VersionFormat::docker, tags[i + 1]);
    CHECK(compare(lower, higher) < 0);
    CHECK(version_sort_key(lower) < version_sort_key(higher));
  }
}

TEST_CASE("a release number needs a number in front and at most four") {
  for (const char* good : {"1", "v1.2", "1.2.3.4", "1.2.3.4-beta", "2016.01.02", "1.0.0-a_b", "1.2.3.4.beta"}) {
    INFO(good);
    CHECK(is_valid_release_number(good));
  }
  for (const char* bad : {"", "latest", "1.2.3.4.5", "1.0 beta?", "a.b", "+x"}) {
    INFO(bad);
    CHECK_FALSE(is_valid_release_number(bad));
  }
}

TEST_CASE("an unreadable version says so and shows how to write one") {
  CHECK_THROWS_WITH_AS(octopus("1/2"),
                       "'1/2' is no octopus version. Write it like 1.2.3, 1.2.3-beta.1 or 1.2.3.4+build.5.", Error);
}

TEST_CASE("Maven versions of any length and number compare") {
  const auto maven = [](std::string_view text) { return parse_version(VersionFormat::maven, text); };
  CHECK(compare(maven("1.99999999999999999999"), maven("1.100000000000000000000")) < 0);
  CHECK(compare(maven("1.0"), maven("1")) == 0);
  CHECK(compare(maven("1-1"), maven("1.0.1")) < 0);
  CHECK(compare(maven("1.0-rc1"), maven("1.0-cr2")) < 0);
  CHECK(compare(maven("1.0-SNAPSHOT"), maven("1.0-ga")) < 0);
}

TEST_CASE("NuGet ranges float, and dash out what brackets can't hold") {
  const auto contains = [](std::string_view range, std::string_view version) {
    return VersionRange::parse(RangeFormat::nuget, range).contains(octopus(version));
  };
  CHECK(contains("1.*", "1.7"));
  CHECK_FALSE(contains("1.*", "0.9"));
  CHECK(contains("*", "0.0.1"));
  CHECK(contains("(,1.0)", "myfeature"));
  CHECK(contains("[1.0--x,2.0]", "1.0-.x"));
  CHECK_FALSE(contains("[1.0-beta.2,)", "1.0-beta.1"));
}

TEST_CASE("a range that is none says why") {
  CHECK_THROWS_WITH_AS(VersionRange::parse(RangeFormat::nuget, "[2.0,1.0]"),
                       "'[2.0,1.0]' is not a version range: its lower version is above its upper one. Write it like "
                       "[1.0,2.0), [1.0,) or (,2.0].",
                       Error);
}

TEST_CASE("a channel rule names each wrong field, and judges by all that are given") {
  try {
    ChannelRule({"[2,1]", "(", ""}, RangeFormat::nuget);
    FAIL("should have thrown");
  } catch (const Error& e) {
    REQUIRE(e.details().size() == 2);
    CHECK(e.details()[0].starts_with("VersionRange: "));
    CHECK(e.details()[1].starts_with("Tag: "));
  }
  const ChannelRule rule({"[1.0,2.0)", "^beta", R"(^\d)"}, RangeFormat::nuget);
  CHECK(rule.satisfied_by(octopus("1.1-beta.2"), fresh_budget()));
  CHECK_FALSE(rule.judge(octopus("1.1-alpha"), fresh_budget()).tag_matches);
  CHECK_FALSE(rule.judge(octopus("2.0-x"), fresh_budget()).tag_matches);
  CHECK_FALSE(rule.satisfied_by(octopus("v1.1-beta"), fresh_budget()));
  CHECK(ChannelRule({"", "", ""}, RangeFormat::nuget).satisfied_by(octopus("0.1"), fresh_budget()));
}

TEST_CASE("the default template counts the patch of the last release") {
  CHECK(next("").text == "0.0.1");
  CHECK(next("", {octopus("5.0.0"), {}, {}}).text == "5.0.1");
  CHECK(next("", {octopus("2.3.4-beta"), {}, {}}).text == "2.3.5");
}

TEST_CASE("a release template knows channels, suffixes and dates, and its line breaks are no part of the version") {
  const ReleaseHistory history{octopus("1.2.3-beta.9"), octopus("3.0.0"), {{"LTS", octopus("0.9.1")}}};
  CHECK(next("1.0.0#{Octopus.Version.NextSuffix}", history).text == "1.0.0-beta.10");
  CHECK(next("#{Octopus.Version.Channel.NextMajor}.0", history).text == "4.0");
  CHECK(next("#{Octopus.Version.Channel[LTS].LastMinor}.#{Octopus.Version.Channel[lts].NextBuild}", history).text ==
        "9.2");
  CHECK(next("#{Octopus.Date.Year}.#{Octopus.Date.Month}.#{Octopus.Date.DayOfYear}.#{Octopus.Time.Minute}").text ==
        "2030.2.34.5");
  CHECK(next("#{if Octopus.Release.Channel.Name == \"Stable\"}\n  1.#{Octopus.Version.NextMinor}.i\n#{/if}\n").text ==
        "1.1.i");
}

TEST_CASE("a release template that gives no version says so") {
  CHECK(next("#{Octopus.Version.Next}").error ==
        "The following tokens were unable to be evaluated: '#{Octopus.Version.Next}'");
  CHECK(next("latest").error->find("'latest', which is not a version") != std::string::npos);
}

TEST_CASE("a mask counts on, whatever the length of the number") {
  CHECK(apply_version_mask("1.i", octopus("1.2147483647")) == "1.2147483648");
  CHECK(apply_version_mask("2.1.i", octopus("2.1.4")) == "2.1.5");
  CHECK(apply_version_mask("2.c.i", octopus("2.1.4")) == "2.1.5");
}

TEST_CASE("VER-7: a counter counts within its label") {
  const auto next_of = [](std::string_view mask, const std::vector<std::string>& versions) {
    return VersionMask::parse(mask)->next(versions);
  };
  CHECK(next_of("1.0.0-alpha.i", {"1.0.0-beta.0", "1.0.0-beta.1"}) == "1.0.0-alpha.0");
  CHECK(next_of("1.0.0-alpha.i", {"1.0.0-beta.1", "1.0.0-alpha.0", "1.0.0-ALPHA.4"}) == "1.0.0-alpha.5");
  CHECK(next_of("1.0.0-beta.i", {"1.0.0", "1.0.0-beta.3"}) == "1.0.0-beta.4");
  CHECK(next_of("1.0.0-beta.i", {"1.0.0"}) == "1.0.0-beta.0");
  CHECK(next_of("1.0.0-beta.i", {"1.0.0-beta.x", "1.0.0-beta"}) == "1.0.0-beta.0");
  CHECK(next_of("1.0.i-beta.i", {"1.0.3-alpha.9", "1.0.3-beta.2"}) == "1.0.4-beta.3");
  CHECK(next_of("1.0.i", {"1.0.3", "1.0.20210201130629"}) == "1.0.20210201130630");
  CHECK(next_of("1.0.i", {}) == "1.0.0");
}

TEST_CASE("VER-4: numbers of any length are versions in feeds and of releases, and order by value") {
  for (const auto format : {VersionFormat::semver, VersionFormat::docker, VersionFormat::maven}) {
    INFO(to_string(format));
    const auto version = [&](std::string_view text) { return *try_parse_listed_version(format, text); };
    CHECK(compare(version("20210201130630"), version("20210201130629")) > 0);
    CHECK(compare(version("1.99999999999999999999"), version("1.100000000000000000000")) < 0);
    CHECK(compare(version("1.0-20210201130629"), version("1.0-9999999999")) > 0);
  }
  CHECK_FALSE(try_parse_version(VersionFormat::octopus, "2147483648"));
  CHECK_FALSE(try_parse_version(VersionFormat::semver, "2147483648"));
  CHECK(is_valid_release_number("20210201130629"));
  CHECK(try_parse_release_version("1.20210201130629")->minor.text() == "20210201130629");
}

TEST_CASE("VER-1: a version is found under the key that it had before its label's number was read as one") {
  const auto version = *try_parse_release_version("1.0.0-build.20210201130629");
  CHECK(former_version_sort_key(version) == "0000000001.0000000000.0000000000.0000000000-!1build!120210201130629");
  CHECK(version_sort_key(version) == "0000000001.0000000000.0000000000.0000000000-!1build!0:001420210201130629");
  CHECK(former_version_sort_key(octopus("1.0-beta.2")) == version_sort_key(octopus("1.0-beta.2")));
}
