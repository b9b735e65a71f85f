#include "language/version_mask.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "language/version_formats.h"

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

std::int64_t incremented(std::int64_t number) {
  if (number >= std::numeric_limits<std::int32_t>::max()) {
    fail_invalid(fmt::format("The version mask would raise {} above 2147483647. Use a smaller number.", number));
  }
  return number + 1;
}

std::int64_t number_at(const std::vector<std::string_view>& labels, std::size_t index) {
  return index < labels.size() ? int32_of(labels[index]).value_or(0) : 0;
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
      const std::int64_t number = number_at(current_labels, i);
      result += std::to_string(labels[i] == "i" ? incremented(number) : number);
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
  const Version zeros;
  const Version& now = current ? *current : zeros;
  const std::int64_t current_numbers[kMaxNumbers] = {now.major, now.minor, now.patch, now.revision};

  std::string result = prefix_;
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    if (i > 0) result += '.';
    const bool behind_increment = i > 0 && numbers_[i - 1] == "i";
    if (!is_substitute(numbers_[i])) {
      result += numbers_[i];
    } else if (!current || behind_increment) {
      result += '0';
    } else {
      result += std::to_string(numbers_[i] == "i" ? incremented(current_numbers[i]) : current_numbers[i]);
    }
  }
  // The result has one number more than the mask where the current version has.
  if (!numbers_.empty() && numbers_.size() < static_cast<std::size_t>(now.number_count)) result += ".0";
  const auto labels_of_current = [&](const std::string& labels) {
    return current ? std::optional(labels) : std::nullopt;
  };
  if (prerelease_) result += "-" + apply_to_labels(*prerelease_, labels_of_current(now.prerelease));
  if (metadata_) result += "+" + apply_to_labels(*metadata_, labels_of_current(now.metadata));
  return result;
}

std::vector<std::string> VersionMask::latest_of(const std::vector<std::string>& versions) const {
  const auto agrees = [&](const Version& version) {
    const std::int64_t numbers[kMaxNumbers] = {version.major, version.minor, version.patch, version.revision};
    for (std::size_t i = 0; i < kMaxNumbers; ++i) {
      if (i < numbers_.size() && is_substitute(numbers_[i])) return true;
      const std::int64_t wanted = i < numbers_.size() ? int32_of(numbers_[i]).value_or(-1) : 0;
      if (numbers[i] != wanted) return false;
    }
    return true;
  };
  std::vector<std::string> latest;
  std::optional<Version> highest;
  for (const std::string& text : versions) {
    const auto version = try_parse_version(VersionFormat::octopus, text);
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
