#include "language/versions/version.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "language/versions/version_formats.h"

namespace slipway::language {
namespace {

struct Format {
  VersionFormat format;
  std::string_view name;
  VersionParse (*read)(std::string_view);
  bool has_int32s;  // as the programs do that it comes from
};

constexpr std::array<Format, 5> kFormats = {{
    {VersionFormat::octopus, "octopus", read_octopus, true},
    {VersionFormat::semver, "semver", read_semver, true},
    {VersionFormat::maven, "maven", read_maven, false},
    {VersionFormat::docker, "docker", read_docker, false},
    {VersionFormat::lexicographic, "lexicographic", read_lexicographic, false},
}};

bool has_int32s(const Version& v) {
  return v.major.is_int32() && v.minor.is_int32() && v.patch.is_int32() && v.revision.is_int32();
}

const Format& entry(VersionFormat format) {
  return *std::find_if(kFormats.begin(), kFormats.end(), [&](const Format& f) { return f.format == format; });
}

}  // namespace

std::string_view to_string(VersionFormat format) { return entry(format).name; }

std::optional<VersionFormat> version_format_of(std::string_view name) {
  if (name.empty()) return VersionFormat::semver;
  for (const Format& f : kFormats) {
    if (equals_ignoring_case(f.name, name)) return f.format;
  }
  return std::nullopt;
}

VersionParse read_version(VersionFormat format, std::string_view text) {
  if (text.size() > kMaxVersionLength) return {std::nullopt, VersionProblem::malformed};
  VersionParse parse = entry(format).read(text);
  if (!parse.version || !entry(format).has_int32s || has_int32s(*parse.version)) return parse;
  return {std::nullopt, VersionProblem::overflow};
}

std::optional<Version> try_parse_version(VersionFormat format, std::string_view text) {
  return read_version(format, text).version;
}

std::optional<Version> try_parse_listed_version(VersionFormat format, std::string_view text) {
  return text.size() > kMaxVersionLength ? std::nullopt : entry(format).read(text).version;
}

std::optional<Version> try_parse_release_version(std::string_view text) {
  return try_parse_listed_version(VersionFormat::octopus, text);
}

Version parse_version(VersionFormat format, std::string_view text) {
  VersionParse parse = read_version(format, text);
  if (parse.version) return std::move(*parse.version);
  if (parse.problem == VersionProblem::overflow) {
    fail_invalid(fmt::format("The version '{}' has a number above 2147483647. Use smaller numbers.", text));
  }
  fail_invalid(fmt::format("'{}' is no {} version. Write it like 1.2.3, 1.2.3-beta.1 or 1.2.3.4+build.5.", text,
                           to_string(format)));
}

int compare(const Version& a, const Version& b) {
  switch (a.format) {
    case VersionFormat::semver:
      return compare_semver(a, b);
    case VersionFormat::maven:
      return compare_maven(a.original, b.original);
    default:
      return compare_octopus(a, b);
  }
}

bool is_valid_release_number(std::string_view text) {
  const auto version = try_parse_release_version(text);
  if (!version || version->number_count == 0) return false;
  // A fifth number is read as the start of a pre-release; it is recognised by the dot in front of it.
  if (version->number_count < 4 || version->prerelease.empty()) return true;
  const std::string_view body = std::string_view(version->original).substr(0, version->original.find('+'));
  const char before = body[body.size() - version->prerelease.size() - 1];
  return before != '.' || !is_digit(version->prerelease.front());
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_release_character(char c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == '_' || c == '\\'; }

bool is_number(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

VersionNumber VersionNumber::of(std::string_view digits) {
  VersionNumber number;
  number.digits_ = digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
  return number;
}

bool VersionNumber::is_int32() const { return *this <= VersionNumber(std::numeric_limits<std::int32_t>::max()); }

VersionNumber VersionNumber::next() const {
  VersionNumber number = *this;
  auto digit = number.digits_.rbegin();
  while (digit != number.digits_.rend() && *digit == '9') *digit++ = '0';
  if (digit != number.digits_.rend()) {
    ++*digit;
  } else {
    number.digits_.insert(number.digits_.begin(), '1');
  }
  return number;
}

std::strong_ordering VersionNumber::operator<=>(const VersionNumber& other) const {
  const auto by_length = digits_.size() <=> other.digits_.size();
  return std::is_neq(by_length) ? by_length : digits_.compare(other.digits_) <=> 0;
}

std::string without_spaces(std::string_view text) {
  std::string out(text);
  std::erase(out, ' ');
  return out;
}

}  // namespace slipway::language
