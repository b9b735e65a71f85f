#include "language/versions/version_range.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "language/dotnet/unicode.h"
#include "language/versions/version_formats.h"

namespace slipway::language {
namespace {

[[noreturn]] void reject(std::string_view range, std::string_view why) {
  fail_invalid(fmt::format("'{}' is not a version range: {}. Write it like [1.0,2.0), [1.0,) or (,2.0].", range, why));
}

/// The order that bounds are compared in. NuGet's own where both sides are semantic versions, else the superset's, so
/// that container tags fit in.
int compare_in(RangeFormat format, const Version& a, const Version& b) {
  if (format == RangeFormat::maven) return compare_maven(a.original, b.original);
  const auto semver_a = try_parse_version(VersionFormat::semver, a.original);
  const auto semver_b = try_parse_version(VersionFormat::semver, b.original);
  return semver_a && semver_b ? compare_semver(*semver_a, *semver_b, false) : compare_octopus(a, b);
}

bool within(RangeFormat format, const Restriction& r, const Version& version) {
  if (r.lower) {
    const int order = compare_in(format, version, *r.lower);
    if (order < 0 || (order == 0 && !r.lower_inclusive)) return false;
  }
  if (r.upper) {
    const int order = compare_in(format, version, *r.upper);
    if (order > 0 || (order == 0 && !r.upper_inclusive)) return false;
  }
  return true;
}

std::string print(const Restriction& r) {
  const std::string lower = r.lower ? r.lower->original : "";
  const std::string upper = r.upper ? r.upper->original : "";
  const char open = r.lower_inclusive ? '[' : '(';
  const char close = r.upper_inclusive ? ']' : ')';
  const bool exact = r.lower && r.upper && lower == upper && r.lower_inclusive && r.upper_inclusive;
  return exact ? fmt::format("[{}]", lower) : fmt::format("{}{},{}{}", open, lower, upper, close);
}

}  // namespace

RangeFormat range_format_for(VersionFormat format) {
  return format == VersionFormat::maven ? RangeFormat::maven : RangeFormat::nuget;
}

/// `1.0`, `[1.0]`, `(1.0,2.0]` … and floating minimums such as `1.*`.
class NuGetRangeParser {
 public:
  explicit NuGetRangeParser(std::string_view text) : whole_(text), text_(trim_white_space(text)) {}

  VersionRange parse() {
    if (text_.empty()) reject(whole_, "it is empty");
    if (text_.front() != '[' && text_.front() != '(') {
      return {RangeFormat::nuget, {{bound(text_), true, std::nullopt, false}}};
    }
    if (text_.size() < 2 || (text_.back() != ']' && text_.back() != ')')) reject(whole_, "its bracket is not closed");
    const bool lower_inclusive = text_.front() == '[';
    const bool upper_inclusive = text_.back() == ']';
    const auto parts = split(text_.substr(1, text_.size() - 2), ',');
    if (parts.size() > 2) reject(whole_, "it has more than two versions");
    if (parts.size() == 1 && !(lower_inclusive && upper_inclusive)) {
      reject(whole_, "a single version takes square brackets");
    }
    Restriction r{bound_or_none(parts.front()), lower_inclusive, bound_or_none(parts.back()), upper_inclusive};
    if (!r.lower && !r.upper) reject(whole_, "it has no version");
    check_order(r);
    return {RangeFormat::nuget, {std::move(r)}};
  }

 private:
  std::optional<Version> bound_or_none(std::string_view text) const {
    text = trim_white_space(text);
    return text.empty() ? std::nullopt : std::optional(bound(text));
  }

  /// A floating bound stands for the lowest version that it can be: 1.* is 1.0, 1.0-beta.* is 1.0-beta.0.
  Version bound(std::string_view text) const {
    if (has_placeholder(text)) {
      reject(whole_, fmt::format("the x in '{}' stands for no version, since a minimum has no upper end", text));
    }
    std::string settled(text);
    if (settled.ends_with('*')) {
      settled.pop_back();
      const bool whole_part = settled.empty() || settled.back() == '.' || settled.back() == '-';
      if (whole_part) settled += '0';
    }
    auto version = try_parse_release_version(trim_white_space(settled));
    if (!version) reject(whole_, fmt::format("'{}' is not a version", text));
    return std::move(*version);
  }

  /// `1.x`, as other tools write "any 1": it would be read as a version with the label x, and take 2.0 as well.
  static bool has_placeholder(std::string_view text) {
    const auto parts = split(text.substr(0, text.find_first_of("-+")), '.');
    return std::any_of(parts.begin(), parts.end(),
                       [](std::string_view p) { return equals_ignoring_case(trim(p), "x"); });
  }

  void check_order(const Restriction& r) const {
    if (!r.lower || !r.upper) return;
    const int order = compare_in(RangeFormat::nuget, *r.lower, *r.upper);
    if (order > 0) reject(whole_, "its lower version is above its upper one");
    if (order == 0 && !(r.lower_inclusive && r.upper_inclusive)) reject(whole_, "it excludes its only version");
  }

  std::string_view whole_;
  std::string_view text_;
};

/// Comma-joined sets such as `(,1.0],[1.2,)`, or a bare recommendation.
class MavenRangeParser {
 public:
  explicit MavenRangeParser(std::string_view text) : whole_(text), rest_(text) {}

  VersionRange parse() {
    while (rest_.starts_with('[') || rest_.starts_with('(')) {
      add(set(take_set()));
      rest_ = trim_white_space(rest_);
      if (rest_.starts_with(',')) rest_ = trim_white_space(rest_.substr(1));
    }
    if (rest_.empty()) return {RangeFormat::maven, std::move(restrictions_)};
    if (!restrictions_.empty()) reject(whole_, "after sets in brackets only further sets may follow");
    return {RangeFormat::maven, {Restriction{}}, version(rest_)};
  }

 private:
  std::string_view take_set() {
    const auto end = rest_.find_first_of(")]");
    if (end == std::string_view::npos) reject(whole_, "its bracket is not closed");
    const std::string_view taken = rest_.substr(0, end + 1);
    rest_.remove_prefix(end + 1);
    return taken;
  }

  Restriction set(std::string_view text) const {
    const bool lower_inclusive = text.front() == '[';
    const bool upper_inclusive = text.back() == ']';
    const std::string_view inside = trim_white_space(text.substr(1, text.size() - 2));
    const auto comma = inside.find(',');
    if (comma == std::string_view::npos) {
      if (!lower_inclusive || !upper_inclusive) reject(whole_, "a single version takes square brackets");
      return {version(inside), true, version(inside), true};
    }
    const std::string_view lower = trim_white_space(inside.substr(0, comma));
    const std::string_view upper = trim_white_space(inside.substr(comma + 1));
    if (lower == upper) reject(whole_, "its two versions are identical");
    Restriction r{version_or_none(lower), lower_inclusive, version_or_none(upper), upper_inclusive};
    if (r.lower && r.upper && compare_in(RangeFormat::maven, *r.upper, *r.lower) < 0) {
      reject(whole_, "its lower version is above its upper one");
    }
    return r;
  }

  void add(Restriction next) {
    if (!restrictions_.empty()) {
      const Restriction& last = restrictions_.back();
      if (!last.upper || !next.lower || compare_in(RangeFormat::maven, *next.lower, *last.upper) < 0) {
        reject(whole_, "its sets overlap or are not in order");
      }
    }
    restrictions_.push_back(std::move(next));
  }

  std::optional<Version> version_or_none(std::string_view text) const {
    return text.empty() ? std::nullopt : std::optional(version(text));
  }
  Version version(std::string_view text) const {
    auto parsed = try_parse_version(VersionFormat::maven, text);
    if (!parsed) reject(whole_, "a version in it is too long");
    return std::move(*parsed);
  }

  std::string_view whole_;
  std::string_view rest_;
  std::vector<Restriction> restrictions_;
};

VersionRange VersionRange::parse(RangeFormat format, std::string_view text) {
  if (text.size() > kMaxVersionLength) reject(text.substr(0, 40), "it is too long");
  return format == RangeFormat::maven ? MavenRangeParser(text).parse() : NuGetRangeParser(text).parse();
}

std::optional<VersionRange> VersionRange::try_parse(RangeFormat format, std::string_view text) {
  try {
    return parse(format, text);
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool VersionRange::contains(const Version& version) const {
  return std::any_of(restrictions_.begin(), restrictions_.end(),
                     [&](const Restriction& r) { return within(format_, r, version); });
}

namespace {

/// The tighter of two lower (`side` 1) or upper (`side` -1) bounds and whether it is inclusive.
struct Bound {
  std::optional<Version> version;
  bool inclusive;
};
Bound tighter(RangeFormat format, const Bound& a, const Bound& b, int side) {
  if (!a.version) return b;
  if (!b.version) return a;
  const int order = compare_in(format, *a.version, *b.version) * side;
  if (order == 0) return {a.version, a.inclusive && b.inclusive};
  return order > 0 ? a : b;
}

std::optional<Restriction> overlap(RangeFormat format, const Restriction& a, const Restriction& b) {
  const Bound lower = tighter(format, {a.lower, a.lower_inclusive}, {b.lower, b.lower_inclusive}, 1);
  const Bound upper = tighter(format, {a.upper, a.upper_inclusive}, {b.upper, b.upper_inclusive}, -1);
  if (lower.version && upper.version) {
    const int order = compare_in(format, *lower.version, *upper.version);
    if (order > 0 || (order == 0 && !(lower.inclusive && upper.inclusive))) return std::nullopt;
  }
  return Restriction{lower.version, lower.inclusive, upper.version, upper.inclusive};
}

}  // namespace

VersionRange VersionRange::intersect(const VersionRange& other) const {
  std::vector<Restriction> common;
  for (const Restriction& mine : restrictions_) {
    for (const Restriction& theirs : other.restrictions_) {
      if (auto both = overlap(format_, mine, theirs)) common.push_back(std::move(*both));
    }
  }
  std::optional<Version> recommendation;
  for (const auto& candidate : {recommended_, other.recommended_}) {
    const auto fits = [&](const Restriction& r) { return within(format_, r, *candidate); };
    if (!recommendation && candidate && std::any_of(common.begin(), common.end(), fits)) recommendation = candidate;
  }
  return {format_, std::move(common), std::move(recommendation)};
}

std::string VersionRange::to_string() const {
  if (recommended_) return recommended_->original;
  std::string text;
  for (const Restriction& r : restrictions_) {
    if (!text.empty()) text += ',';
    text += print(r);
  }
  return text;
}

}  // namespace slipway::language
