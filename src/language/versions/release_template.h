// The number of a project's next release, made of its template (docs/language.md, Versions; VER-6).
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "language/templates/budget.h"
#include "language/templates/variables.h"
#include "language/versions/version.h"

namespace slipway::language {

/// What projects number their releases by unless told otherwise: 0.0.1 first, 5.0.1 after 5.0.0.
inline constexpr std::string_view kDefaultReleaseTemplate =
    "#{Octopus.Version.LastMajor}.#{Octopus.Version.LastMinor}.#{Octopus.Version.NextPatch}";

/// The releases made last: not the highest versions.
struct ReleaseHistory {
  std::optional<Version> last;                     ///< of the project
  std::optional<Version> last_in_channel;          ///< of the channel that the release will be in
  std::map<std::string, Version> last_by_channel;  ///< by channel name
};

struct ReleaseTemplateInput {
  std::string template_text{kDefaultReleaseTemplate};
  std::string channel_name;
  VariableSet variables;  ///< the project's that are unscoped, or scoped to the channel alone
  ReleaseHistory history;
  Time now{};
  std::chrono::minutes local_offset{0};
};

struct ReleaseNumber {
  std::string text;                  ///< a version, or a mask still to be applied when the release is saved
  std::optional<std::string> error;  ///< a sentence, where the text is neither
};

ReleaseNumber next_release_number(const ReleaseTemplateInput&, Budget&);

/// The pre-release that follows: trailing digits plus one ("beta9" → "beta10"), else ".2" is appended; "" → "2".
std::string increment_release(std::string_view label);

}  // namespace slipway::language
