#include "planning/version_choice.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "language/channel_rule.h"

namespace slipway::planning {
namespace {

using language::VersionFormat;

struct Readable {
  std::size_t position;
  language::Version version;
  std::optional<Time> published;
};

/// VER-4: `7a583b3` parses as version 7, so an order by version means nothing among commit hashes.
bool are_like_versions(const std::vector<Readable>& items) {
  return std::any_of(items.begin(), items.end(), [](const Readable& item) { return item.version.number_count >= 2; });
}

}  // namespace

VersionFormat version_format_of_feed(std::string_view feed_type) {
  static constexpr std::array<std::pair<std::string_view, VersionFormat>, 6> formats{{
      {"AwsElasticContainerRegistry", VersionFormat::docker},
      {"AzureContainerRegistry", VersionFormat::docker},
      {"Docker", VersionFormat::docker},
      {"GoogleContainerRegistry", VersionFormat::docker},
      {"OciRegistry", VersionFormat::docker},
      {"Maven", VersionFormat::maven},
  }};
  for (const auto& [type, format] : formats) {
    if (type == feed_type) return format;
  }
  return VersionFormat::semver;
}

std::vector<std::size_t> newest_first(const std::vector<VersionCandidate>& candidates, const VersionFilter& filter) {
  const language::ChannelRule rule({filter.range, filter.tag, {}}, language::range_format_for(filter.format));
  const std::string part = to_lower_ascii(filter.contains);
  std::vector<Readable> items;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (to_lower_ascii(candidates[i].version).find(part) == std::string::npos) continue;
    auto version = language::try_parse_version(filter.format, candidates[i].version);
    if (!version || !rule.satisfied_by(*version)) continue;
    if (!filter.include_prerelease && version->is_prerelease) continue;
    items.push_back({i, std::move(*version), candidates[i].published});
  }
  const bool by_version = are_like_versions(items);
  std::stable_sort(items.begin(), items.end(), [&](const Readable& a, const Readable& b) {
    return by_version ? language::compare(a.version, b.version) > 0 : a.published > b.published;
  });
  std::vector<std::size_t> positions;
  for (const Readable& item : items) positions.push_back(item.position);
  return positions;
}

}  // namespace slipway::planning
