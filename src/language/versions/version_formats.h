// The parsers and orders of the single formats, behind version.h.
#pragma once

#include <string_view>

#include "language/versions/version.h"

namespace slipway::language {

// With numbers of any length.
VersionParse read_octopus(std::string_view text);
VersionParse read_semver(std::string_view text);
VersionParse read_maven(std::string_view text);
VersionParse read_docker(std::string_view text);
VersionParse read_lexicographic(std::string_view text);

/// The order of octopus and docker versions (docs/language.md, Versions): metadata and prefix do not count.
int compare_octopus(const Version& a, const Version& b);
/// NuGet's order: as octopus, but labels are split at dots alone, and metadata decides last where `with_metadata`.
int compare_semver(const Version& a, const Version& b, bool with_metadata = true);
/// Maven's ComparableVersion over the original texts.
int compare_maven(std::string_view a, std::string_view b);

/// Compares pre-release texts label by label: numbers of any length by value and before words, words ignoring case,
/// fewer labels first.
int compare_labels(std::string_view a, std::string_view b, bool (*is_separator)(char));

/// All digits, and some.
bool is_number(std::string_view text);

bool is_digit(char);
bool is_alphanumeric(char);
/// Letters, digits and the separators that octopus allows inside pre-releases.
bool is_release_character(char);
std::string without_spaces(std::string_view text);

}  // namespace slipway::language
