#include "planning/version_choice.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "language/versions/channel_rule.h"

namespace slipway::planning {
namespace {

using language::VersionFormat;

/// How much a text is like a version; more is newer.
enum class Likeness { word, name, version };

struct Readable {
  std::size_t position;
  Likeness likeness;
  language::Version version;
  std::optional<Time> published;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_number(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

/// VER-4: `7a583b3` parses as version 7, and `7654321` may be a hash as well as a number.
bool is_like_commit_hash(std::string_view text) {
  constexpr std::size_t shortest = 7, longest = 40;
  return text.size() >= shortest && text.size() <= longest && std::all_of(text.begin(), text.end(), [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

Likeness likeness_of(VersionFormat format, const language::Version& version, std::string_view text) {
  if (format == VersionFormat::maven) return Likeness::version;  // it orders everything
  if (format != VersionFormat::docker) return version.number_count > 0 ? Likeness::version : Likeness::word;
  if (is_like_commit_hash(text)) return Likeness::name;
  if (version.number_count > 0) return Likeness::version;
  return std::any_of(text.begin(), text.end(), is_digit) ? Likeness::name : Likeness::word;
}

/// What a feed lists and can't be read is listed all the same, behind all others.
language::Version unreadable(VersionFormat format, const std::string& text) {
  language::Version version;
  version.format = format;
  version.original = version.prerelease = text;
  return version;
}

/// Names are ordered by time, unless all of them count.
bool is_newer(const Readable& a, const Readable& b, bool names_are_numbers) {
  if (a.likeness != b.likeness) return a.likeness > b.likeness;
  const bool by_time = a.likeness == Likeness::word || (a.likeness == Likeness::name && !names_are_numbers);
  if (by_time && a.published != b.published) return a.published > b.published;
  return language::compare(a.version, b.version) > 0;
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

std::vector<std::size_t> newest_first(const std::vector<VersionCandidate>& candidates, const VersionFilter& filter,
                                      language::Budget& budget) {
  const language::ChannelRule rule({filter.range, filter.tag, {}}, language::range_format_for(filter.format));
  const bool takes_any = trim(filter.range).empty() && trim(filter.tag).empty();
  const std::string part = to_lower_ascii(filter.contains);
  std::vector<Readable> items;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::string& text = candidates[i].version;
    if (to_lower_ascii(text).find(part) == std::string::npos) continue;
    auto version = language::try_parse_listed_version(filter.format, text);
    if (version ? !rule.satisfied_by(*version, budget) : !takes_any) continue;
    if (!version) version = unreadable(filter.format, text);
    if (!filter.include_prerelease && version->is_prerelease) continue;
    const Likeness likeness = likeness_of(filter.format, *version, text);
    items.push_back({i, likeness, std::move(*version), candidates[i].published});
  }
  const auto is_count = [&](const Readable& item) { return is_number(candidates[item.position].version); };
  const bool names_are_numbers = std::all_of(
      items.begin(), items.end(), [&](const Readable& i) { return i.likeness != Likeness::name || is_count(i); });
  // Who counts builds passes 999999 some day: where nothing but words stands beside them, long numbers are no hashes.
  if (std::all_of(items.begin(), items.end(),
                  [&](const Readable& i) { return i.likeness == Likeness::word || is_count(i); })) {
    for (Readable& item : items) {
      if (item.likeness == Likeness::name) item.likeness = Likeness::version;
    }
  }
  std::stable_sort(items.begin(), items.end(),
                   [&](const Readable& a, const Readable& b) { return is_newer(a, b, names_are_numbers); });
  std::vector<std::size_t> positions;
  for (const Readable& item : items) positions.push_back(item.position);
  return positions;
}

}  // namespace slipway::planning
