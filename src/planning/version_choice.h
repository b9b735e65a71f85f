// Which of a feed's versions a rule allows, newest first (PKG-6, VER-4). Pure; threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "language/templates/budget.h"
#include "language/versions/version.h"

namespace slipway::planning {

/// The format in which a feed type's versions are read: image tags are no package versions.
language::VersionFormat version_format_of_feed(std::string_view feed_type);

struct VersionCandidate {
  std::string version;
  std::optional<Time> published;
};

/// Blank members do not restrict.
struct VersionFilter {
  language::VersionFormat format = language::VersionFormat::octopus;
  std::string range;
  std::string tag;       ///< regular expression for the pre-release part
  std::string contains;  ///< part of the version's text, case ignored
  bool include_prerelease = true;
};

/// Positions in `candidates` of those that pass, newest first. Image tags: versions, by version; behind them commit
/// hashes and names with a number in them, by time of publication (VER-4), or by number where all of them are numbers;
/// at last those that are words alone, as `latest`. Nothing is left out but by the filter, whose range and tag no text
/// passes that is no version. Throws Error{invalid} for a malformed range or expression.
std::vector<std::size_t> newest_first(const std::vector<VersionCandidate>& candidates, const VersionFilter&,
                                      language::Budget&);

}  // namespace slipway::planning
