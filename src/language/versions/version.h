// Versions: parsing and order in the five formats that feeds and releases use (docs/language.md, Versions).
//
// `octopus` is the superset that releases, masks and the Version* filters use. All functions are pure.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::language {

enum class VersionFormat { octopus, semver, maven, docker, lexicographic };

/// Longer texts are no versions in any format; no registry allows as much.
inline constexpr std::size_t kMaxVersionLength = 1024;

std::string_view to_string(VersionFormat);
/// By name, ignoring case; "" is semver, the default of feeds.
std::optional<VersionFormat> version_format_of(std::string_view name);

/// A number of any length (VER-4): builds that are numbered by the time of day have 14 digits.
class VersionNumber {
 public:
  VersionNumber() = default;
  VersionNumber(std::int64_t number) : VersionNumber(of(std::to_string(number))) {}  // NOLINT: numbers are numbers
  static VersionNumber of(std::string_view digits);

  std::string text() const { return digits_.empty() ? "0" : digits_; }
  bool is_int32() const;
  VersionNumber next() const;
  bool operator==(const VersionNumber&) const = default;
  std::strong_ordering operator<=>(const VersionNumber&) const;

 private:
  std::string digits_;  // without leading zeros; "" is 0
};

struct Version {
  VersionFormat format = VersionFormat::octopus;
  VersionNumber major, minor, patch, revision;
  int number_count = 0;            ///< how many of the four numbers were written
  std::string prefix;              ///< "v", "V" or ""
  std::string prerelease;          ///< "" for a plain release
  std::string prerelease_prefix;   ///< octopus and docker: the first run of letters and digits
  std::string prerelease_counter;  ///< octopus and docker: what follows the first separator
  std::string metadata;
  std::string original;  ///< as entered, without space characters: what is shown and sent to feeds (VER-1)
  bool is_prerelease = false;

  bool has_metadata() const { return !metadata.empty(); }
};

/// overflow: a number above 2147483647.
enum class VersionProblem { malformed, overflow };

struct VersionParse {
  std::optional<Version> version;
  VersionProblem problem = VersionProblem::malformed;  ///< meaningful only without a version
};

VersionParse read_version(VersionFormat, std::string_view text);
std::optional<Version> try_parse_version(VersionFormat, std::string_view text);
/// Throws Error{invalid} with a sentence that names the text and what a version looks like.
Version parse_version(VersionFormat, std::string_view text);

/// The same with numbers of any length: what feeds list.
std::optional<Version> try_parse_listed_version(VersionFormat, std::string_view text);
/// A listed version of the octopus format: what numbers releases, and bounds ranges.
std::optional<Version> try_parse_release_version(std::string_view text);

/// Negative, 0 or positive. A total order within one format; both must have the format of `a`.
int compare(const Version& a, const Version& b);

/// A text whose byte order is compare() of octopus or docker versions, equal exactly when they are equal
/// (VER-1: 1.0 = 1.0.0 = 1.0.0.0). ASCII; made for unique and sorted columns.
std::string version_sort_key(const Version&);
/// The key that earlier releases of Slipway gave the same version, where it was another: they took numbers of a label
/// above 2147483647 for words.
std::string former_version_sort_key(const Version&);

/// Whether a text can number a release: it has a number in front, and no fifth one.
bool is_valid_release_number(std::string_view text);

}  // namespace slipway::language
