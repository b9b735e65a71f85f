// Semantic versions as NuGet reads them: one to four numbers, dotted labels, metadata.
#include <algorithm>

#include "base/text.h"
#include "language/dotnet/unicode.h"
#include "language/versions/version_formats.h"

namespace slipway::language {
namespace {

/// True when every dot-separated part is a non-empty run of letters, digits and hyphens.
bool are_labels(std::string_view text) {
  const auto parts = split(text, '.');
  return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    return !part.empty() &&
           std::all_of(part.begin(), part.end(), [](char c) { return is_alphanumeric(c) || c == '-'; });
  });
}

/// Fills the numbers from "1. 2 .3". Nullopt when fine, else what is wrong.
std::optional<VersionProblem> read_numbers(std::string_view text, Version& version) {
  const auto parts = split(text, '.');
  VersionNumber* const numbers[] = {&version.major, &version.minor, &version.patch, &version.revision};
  if (parts.size() > std::size(numbers)) return VersionProblem::malformed;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string_view digits = trim_white_space(parts[i]);
    if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return VersionProblem::malformed;
    *numbers[i] = VersionNumber::of(digits);
  }
  version.number_count = static_cast<int>(parts.size());
  return std::nullopt;
}

}  // namespace

VersionParse read_semver(std::string_view text) {
  Version version;
  version.format = VersionFormat::semver;
  version.original = without_spaces(text);
  std::string_view rest = trim_white_space(text);
  if (rest.starts_with('v')) {
    version.prefix = "v";
    rest.remove_prefix(1);
  }
  const VersionParse malformed{std::nullopt, VersionProblem::malformed};

  if (const auto plus = rest.find('+'); plus != std::string_view::npos) {
    version.metadata = rest.substr(plus + 1);
    rest = rest.substr(0, plus);
    if (!are_labels(version.metadata)) return malformed;
  }
  if (const auto dash = rest.find('-'); dash != std::string_view::npos) {
    version.prerelease = rest.substr(dash + 1);
    rest = rest.substr(0, dash);
    if (!are_labels(version.prerelease)) return malformed;
  }
  if (const auto problem = read_numbers(rest, version)) return {std::nullopt, *problem};
  version.is_prerelease = !version.prerelease.empty();
  return {std::move(version)};
}

}  // namespace slipway::language
