// Version masks: `2.1.i` is "the last 2.1.x plus one" (docs/language.md, Versions; VER-7).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "language/versions/version.h"

namespace slipway::language {

/// A mask taken apart. `i` increments and `c` keeps a part of the version that it is applied to.
class VersionMask {
 public:
  /// nullopt for texts that are no mask, such as those with white space; these are plain versions or wrong.
  static std::optional<VersionMask> parse(std::string_view text);

  /// Whether something in it asks for substitution: a hint for user interfaces. A mask without is used all the same.
  bool has_substitutes() const;
  /// The version that the mask makes of the current one; of zeros when there is none.
  std::string apply(const std::optional<Version>& current) const;
  /// The version that it makes where those exist. Numbers go on from the highest that agrees with the mask, a counter
  /// in the pre-release from the highest of the same label and numbers; it starts at zero where there is none.
  std::string next(const std::vector<std::string>& versions) const;
  /// Of `versions`, the highest that agree with the numbers in front of the first substitute; several when equal, in
  /// the order of the list. Texts that are no versions are passed over.
  std::vector<std::string> latest_of(const std::vector<std::string>& versions) const;

 private:
  std::string apply(const std::optional<Version>& current, const std::optional<std::string>& current_prerelease) const;
  bool counts_on(std::string_view prerelease) const;

  std::string prefix_;
  std::vector<std::string> numbers_;
  std::optional<std::string> prerelease_;
  std::optional<std::string> metadata_;
};

/// Whether `text` is a mask with substitutes.
bool is_version_mask(std::string_view text);

/// The version that a user's text stands for: a mask applied to `current`, or a version as it is. Throws Error{invalid}
/// for anything else.
std::string apply_version_mask(std::string_view text, const std::optional<Version>& current);

}  // namespace slipway::language
