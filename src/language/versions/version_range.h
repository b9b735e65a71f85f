// Ranges of versions: NuGet's interval notation and Maven's sets (docs/language.md, Versions).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "language/versions/version.h"

namespace slipway::language {

enum class RangeFormat { nuget, maven };

/// Maven feeds have Maven's ranges, every other feed has NuGet's.
RangeFormat range_format_for(VersionFormat);

/// One interval; an absent bound is unbounded on that side.
struct Restriction {
  std::optional<Version> lower;
  bool lower_inclusive = false;
  std::optional<Version> upper;
  bool upper_inclusive = false;
};

/// An immutable set of versions. Threads: any.
class VersionRange {
 public:
  /// Throws Error{invalid} that says what is wrong with `text`.
  static VersionRange parse(RangeFormat, std::string_view text);
  static std::optional<VersionRange> try_parse(RangeFormat, std::string_view text);

  /// Plain ordering: [1.0,2.0) contains 2.0-beta and not 1.0-beta. NuGet ranges ignore metadata.
  bool contains(const Version&) const;

  RangeFormat format() const { return format_; }
  const std::vector<Restriction>& restrictions() const { return restrictions_; }
  /// The bare version of a Maven range such as `1.0`, which recommends and restricts nothing.
  const std::optional<Version>& recommended() const { return recommended_; }
  /// Maven's restriction of one range by another.
  VersionRange intersect(const VersionRange& other) const;
  /// The canonical text; parses to an equal range.
  std::string to_string() const;

 private:
  VersionRange(RangeFormat format, std::vector<Restriction> restrictions, std::optional<Version> recommended = {})
      : format_(format), restrictions_(std::move(restrictions)), recommended_(std::move(recommended)) {}

  friend class NuGetRangeParser;
  friend class MavenRangeParser;

  RangeFormat format_;
  std::vector<Restriction> restrictions_;
  std::optional<Version> recommended_;
};

}  // namespace slipway::language
