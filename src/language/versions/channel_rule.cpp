#include "language/versions/channel_rule.h"

#include <fmt/format.h>

#include "base/error.h"
#include "language/dotnet/unicode.h"

namespace slipway::language {
namespace {

/// Makes T of a field that is not blank; a failure is collected under the field's name.
template <class T, class Make>
std::optional<T> read(std::string_view field, std::string_view text, Make make, Problems& problems) {
  if (trim_white_space(text).empty()) return std::nullopt;
  try {
    return make(text);
  } catch (const Error& e) {
    problems.add(fmt::format("{}: {}", field, e.message()));
    return std::nullopt;
  }
}

}  // namespace

ChannelRule::ChannelRule(const ChannelRuleText& rule, RangeFormat format) {
  Problems problems;
  const auto regex = [](std::string_view text) { return Regex(text); };
  const auto range = [&](std::string_view text) { return VersionRange::parse(format, text); };
  range_ = read<VersionRange>("VersionRange", rule.version_range, range, problems);
  tag_ = read<Regex>("Tag", rule.tag, regex, problems);
  version_tag_ = read<Regex>("VersionTagRegex", rule.version_tag_regex, regex, problems);
  problems.throw_if_any("The channel rule is not valid.");
}

RuleVerdict ChannelRule::judge(const Version& version, Budget& budget) const {
  return {!range_ || range_->contains(version), !tag_ || tag_->matches(tag_subject(version), budget),
          !version_tag_ || version_tag_->matches(version.original, budget)};
}

std::string tag_subject(const Version& version) {
  return version.has_metadata() ? version.prerelease + "+" + version.metadata : version.prerelease;
}

bool satisfies(const Version& version, std::string_view range, std::string_view tag_regex, Budget& budget,
               RangeFormat format) {
  return ChannelRule({std::string(range), std::string(tag_regex), {}}, format).satisfied_by(version, budget);
}

}  // namespace slipway::language
