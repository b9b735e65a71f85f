#include "language/versions/version_mask.h"

#include <algorithm>

#include "base/text.h"
#include "language/versions/version_formats.h"

namespace slipway::language {
namespace {

constexpr std::size_t kMaxNumbers = 4;

bool is_substitute(std::string_view part) { return part == "i" || part == "c"; }

/// The leading numeric part of a mask: digits, "i" or "c". "" when there is none.
std::string_view take_number(std::string_view text) {
  if (text.starts_with('i') || text.starts_with('c')) return text.substr(0, 1);
  return text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size()));
}

bool ends_with_substitute(const std::optional<std::string>& labels) {
  return labels && (labels->ends_with(".i") || labels->ends_with(".c"));
}

VersionNumber number_at(const std::vector<std::string_view>& labels, std::size_t index) {
  return index < labels.size() && is_number(labels[index]) ? VersionNumber::of(labels[index]) : VersionNumber();
}

bool has_same_numbers(const Version& a, const Version& b) {
  return a.major == b.major && a.minor == b.minor && a.patch == b.patch && a.revision == b.revision;
}

/// Substitutes in dotted labels, position by position against those of the current version.
std::string apply_to_labels(const std::string& mask, const std::optional<std::string>& current) {
  const bool reset_behind_increment = ends_with_substitute(mask);
  const auto current_labels = current ? split(*current, '.') : std::vector<std::string_view>();
  bool incremented_before = false;
  std::string result;
  const auto labels = split(mask, '.');
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (i > 0) result += '.';
    if (!is_substitute(labels[i])) {
      result += labels[i];
    } else if (!current || (reset_behind_increment && incremented_before)) {
      result += '0';
    } else {
      const VersionNumber number = number_at(current_labels, i);
      result += (labels[i] == "i" ? number.next() : number).text();
    }
    incremented_before = incremented_before || labels[i] == "i";
  }
  return result;
}

}  // namespace

std::optional<VersionMask> VersionMask::parse(std::string_view text) {
  if (text.size() > kMaxVersionLength || text.find_first_of(" \t\r\n\f\v") != std::string_view::npos)
    return std::nullopt;
  VersionMask mask;
  std::string_view rest = text;
  if ((rest.starts_with('v') || rest.starts_with('V')) && !take_number(rest.substr(1)).empty()) {
    mask.prefix_ = rest.substr(0, 1);
    rest.remove_prefix(1);
  }
  for (std::string_view number = take_number(rest); !number.empty() && mask.numbers_.size() < kMaxNumbers;) {
    mask.numbers_.emplace_back(number);
    rest.remove_prefix(number.size());
    if (!rest.starts_with('.')) break;
    number = take_number(rest.substr(1));
    if (!number.empty() && mask.numbers_.size() < kMaxNumbers) rest.remove_prefix(1);
  }
  if (rest.starts_with('-')) {
    const std::size_t plus = std::min(rest.find('+'), rest.size());
    mask.prerelease_ = rest.substr(1, plus - 1);
    rest.remove_prefix(plus);
  }
  if (rest.starts_with('+')) {
    mask.metadata_ = rest.substr(1);
    rest = {};
  }
  return rest.empty() ? std::optional(std::move(mask)) : std::nullopt;
}

bool VersionMask::has_substitutes() const {
  return std::any_of(numbers_.begin(), numbers_.end(), is_substitute) || ends_with_substitute(prerelease_) ||
         ends_with_substitute(metadata_);
}

std::string VersionMask::apply(const std::optional<Version>& current) const {
  return apply(current, current ? std::optional(current->prerelease) : std::nullopt);
}

std::string VersionMask::apply(const std::optional<Version>& current,
                               const std::optional<std::string>& current_prerelease) const {
  const Version zeros;
  const Version& now = current ? *current : zeros;
  const VersionNumber current_numbers[kMaxNumbers] = {now.major, now.minor, now.patch, now.revision};

  std::string result = prefix_;
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    if (i > 0) result += '.';
    const bool behind_increment = i > 0 && numbers_[i - 1] == "i";
    if (!is_substitute(numbers_[i])) {
      result += numbers_[i];
    } else if (!current || behind_increment) {
      result += '0';
    } else {
      result += (numbers_[i] == "i" ? current_numbers[i].next() : current_numbers[i]).text();
    }
  }
  // The result has one number more than the mask where the current version has.
  if (!numbers_.empty() && numbers_.size() < static_cast<std::size_t>(now.number_count)) result += ".0";
  if (prerelease_) result += "-" + apply_to_labels(*prerelease_, current_prerelease);
  if (metadata_) result += "+" + apply_to_labels(*metadata_, current ? std::optional(now.metadata) : std::nullopt);
  return result;
}

bool VersionMask::counts_on(std::string_view prerelease) const {
  const auto labels = split(*prerelease_, '.');
  const auto others = split(prerelease, '.');
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (i == others.size()) return false;
    if (is_substitute(labels[i])) return is_number(others[i]);
    if (!equals_ignoring_case(labels[i], others[i])) return false;
  }
  return true;
}

std::string VersionMask::next(const std::vector<std::string>& versions) const {
  const auto latest = latest_of(versions);
  if (latest.empty()) return apply(std::nullopt);
  const auto current = try_parse_release_version(latest.front());
  if (!prerelease_) return apply(current);
  // A counter counts within its label: the pre-releases of other labels, and the release itself, say nothing of it.
  std::optional<Version> counted;
  for (const std::string& text : versions) {
    auto version = try_parse_release_version(text);
    if (!version || !has_same_numbers(*version, *current) || !counts_on(version->prerelease)) continue;
    if (!counted || compare(*version, *counted) > 0) counted = std::move(version);
  }
  return apply(current, counted ? std::optional(counted->prerelease) : std::nullopt);
}

std::vector<std::string> VersionMask::latest_of(const std::vector<std::string>& versions) const {
  const auto agrees = [&](const Version& version) {
    const VersionNumber numbers[kMaxNumbers] = {version.major, version.minor, version.patch, version.revision};
    for (std::size_t i = 0; i < kMaxNumbers; ++i) {
      if (i < numbers_.size() && is_substitute(numbers_[i])) return true;
      if (numbers[i] != (i < numbers_.size() ? VersionNumber::of(numbers_[i]) : VersionNumber())) return false;
    }
    return true;
  };
  std::vector<std::string> latest;
  std::optional<Version> highest;
  for (const std::string& text : versions) {
    const auto version = try_parse_release_version(text);
    if (!version || !agrees(*version)) continue;
    const int order = highest ? compare(*version, *highest) : 1;
    if (order < 0) continue;
    if (order > 0) {
      latest.clear();
      highest = version;
    }
    latest.push_back(text);
  }
  return latest;
}

bool is_version_mask(std::string_view text) {
  const auto mask = VersionMask::parse(text);
  return mask && mask->has_substitutes();
}

std::string apply_version_mask(std::string_view text, const std::optional<Version>& current) {
  if (const auto mask = VersionMask::parse(text)) return mask->apply(current);
  return parse_version(VersionFormat::octopus, text).original;
}

}  // namespace slipway::language
