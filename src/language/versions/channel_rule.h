// Which package versions a channel's rule lets into a release (docs/language.md, Versions; CHN-3, CHN-5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "language/filters/regex.h"
#include "language/versions/version_range.h"

namespace slipway::language {

/// The fields of a rule as entered; a blank one does not constrain.
struct ChannelRuleText {
  std::string version_range;
  std::string tag;                ///< regular expression searched in the pre-release part
  std::string version_tag_regex;  ///< regular expression searched in the whole version text
};

struct RuleVerdict {
  bool in_range = false;
  bool tag_matches = false;
  bool version_tag_matches = false;
  bool satisfied() const { return in_range && tag_matches && version_tag_matches; }
};

/// A rule parsed once, to be asked about many versions. Immutable. Threads: any.
class ChannelRule {
 public:
  /// Throws Error{invalid} whose details name each wrong field.
  ChannelRule(const ChannelRuleText&, RangeFormat);

  RuleVerdict judge(const Version&, Budget&) const;
  bool satisfied_by(const Version& version, Budget& budget) const { return judge(version, budget).satisfied(); }

 private:
  std::optional<VersionRange> range_;
  std::optional<Regex> tag_;
  std::optional<Regex> version_tag_;
};

/// The text that a rule's tag is searched in: the pre-release, then "+" and the metadata if any; "" for plain releases.
std::string tag_subject(const Version&);

/// One look without keeping the rule. Throws like ChannelRule.
bool satisfies(const Version&, std::string_view range, std::string_view tag_regex, Budget&,
               RangeFormat format = RangeFormat::nuget);

}  // namespace slipway::language
