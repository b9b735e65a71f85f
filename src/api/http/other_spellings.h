// Names under which other calls, and people, know the members of a call's body.
#pragma once

#include <array>
#include <bitset>
#include <span>
#include <string_view>

namespace slipway::api {

/// What is called by several names; a blank stands for each place that is not used.
using Spellings = std::array<std::string_view, 8>;

/// Those that no rule tells.
std::span<const Spellings> known_spellings();

/// What a name means, to be asked of many others. The name must live as long.
class Meaning {
 public:
  explicit Meaning(std::string_view name);

  /// Does the other name mean the same, as "Version" and "ReleaseVersion" do, or "EnvironmentId" and
  /// "EnvironmentNames"?
  bool is_that_of(std::string_view other) const;

 private:
  std::string_view stem_;
  std::bitset<64> among_;  ///< which of the known spellings it belongs to
};

}  // namespace slipway::api
