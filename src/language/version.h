// Versions: parsing and order in the five formats that feeds and releases use (docs/language.md, Versions).
//
// `octopus` is the superset that releases, masks and the Version* filters use. All functions are pure.
#pragma once

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

struct Version {
  VersionFormat format = VersionFormat::octopus;
  std::int32_t major = 0, minor = 0, patch = 0, revision = 0;
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

enum class VersionProblem { malformed, overflow };  ///< overflow: a number above 2147483647

struct VersionParse {
  std::optional<Version> version;
  VersionProblem problem = VersionProblem::malformed;  ///< meaningful only without a version
};

VersionParse read_version(VersionFormat, std::string_view text);
std::optional<Version> try_parse_version(VersionFormat, std::string_view text);
/// Throws Error{invalid} with a sentence that names the text and what a version looks like.
Version parse_version(VersionFormat, std::string_view text);

/// Negative, 0 or positive. A total order within one format; both must have the format of `a`.
int compare(const Version& a, const Version& b);

/// A text whose byte order is compare() of octopus or docker versions, equal exactly when they are equal
/// (VER-1: 1.0 = 1.0.0 = 1.0.0.0). ASCII; made for unique and sorted columns.
std::string version_sort_key(const Version&);

/// Whether a text can number a release: octopus can read it, it has a number in front, and no fifth one.
bool is_valid_release_number(std::string_view text);

}  // namespace slipway::language
