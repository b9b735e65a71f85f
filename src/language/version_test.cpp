#include "language/version.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "language/channel_rule.h"
#include "language/release_template.h"
#include "language/version_mask.h"
#include "language/version_range.h"

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
  return next_release_number(input);
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
  for (const char* bad : {"", "latest", "1.2.3.4.5", "1.0 beta?", "a.b", "+x", "99999999999"}) {
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
  CHECK(rule.satisfied_by(octopus("1.1-beta.2")));
  CHECK_FALSE(rule.judge(octopus("1.1-alpha")).tag_matches);
  CHECK_FALSE(rule.judge(octopus("2.0-x")).tag_matches);
  CHECK_FALSE(rule.satisfied_by(octopus("v1.1-beta")));
  CHECK(ChannelRule({"", "", ""}, RangeFormat::nuget).satisfied_by(octopus("0.1")));
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

TEST_CASE("a mask refuses to count past the largest number") {
  CHECK_THROWS_AS(apply_version_mask("1.i", octopus("1.2147483647")), Error);
  CHECK(apply_version_mask("2.1.i", octopus("2.1.4")) == "2.1.5");
  CHECK(apply_version_mask("2.c.i", octopus("2.1.4")) == "2.1.5");
}
