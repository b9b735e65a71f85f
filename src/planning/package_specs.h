// What a caller asks for when it names package versions: `Deploy web:1.2.0`, `Fern.Web:1.2.0`, `*:1.0`,
// `Deploy web:sidecar:2.1`, `team/api:1.2` (PKG-2, PKG-3).
//
// The grammar is `[step or package id][delimiter reference name]delimiter version` with the delimiters `:`, `=` and
// `/`, any of which `\` escapes. Names may hold delimiters too (image ids do), so a text has several readings; it means
// the reading that names something in the process. Pure; threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::planning {

/// What a package version can be asked for by: one package reference of one action.
struct PackageName {
  std::string_view step;
  std::string_view action;
  std::string_view package_id;
  std::string_view written_id;  ///< the same as the process has it, where that is a template
  std::string_view reference;   ///< "" for the primary package
};

/// How closely a spec names a package; a closer one wins.
enum class Closeness { none, anything, some_part, exact };

class PackageSpec {
 public:
  /// Throws Error{invalid} when the text has no version.
  explicit PackageSpec(std::string_view text);

  const std::string& text() const { return text_; }
  const std::string& version() const { return version_; }
  /// All in front of the version.
  std::string subject() const;
  Closeness closeness(const PackageName&) const;

 private:
  std::string text_;
  std::vector<std::string> parts_;  ///< before the version, without escapes
  std::string delimiters_;          ///< the one that followed each part but the last
  std::string version_;
};

/// Empty texts are dropped (clients send them). Throws Error{invalid} listing every malformed one.
std::vector<PackageSpec> parse_package_specs(const std::vector<std::string>& texts);

/// The version that the closest spec asks for; of several equally close ones the highest version (PKG-2).
std::optional<std::string> asked_version(const std::vector<PackageSpec>&, const PackageName&);

}  // namespace slipway::planning
