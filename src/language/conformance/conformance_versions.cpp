#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/json.h"
#include "language/conformance/conformance.h"
#include "language/templates/json_lines.h"
#include "language/versions/channel_rule.h"
#include "language/versions/release_template.h"
#include "language/versions/version_mask.h"
#include "language/versions/version_range.h"

namespace slipway::language {
namespace {

std::string text_of(const json::object& line, std::string_view field) {
  return std::string(json::text_at(line, field).value_or(""));
}

VersionFormat format_of(const json::object& line, VersionFormat fallback = VersionFormat::semver) {
  const std::string name = text_of(line, "format");
  if (name.empty()) return fallback;
  const auto format = version_format_of(name);
  if (!format) {
    fail_invalid(fmt::format("\"format\" is '{}'; it must be octopus, semver, maven, docker or lexicographic.", name));
  }
  return *format;
}

/// A JSON number, or a text where it would not fit.
json::value shown(const VersionNumber& number) {
  if (!number.is_int32()) return json::value(number.text());
  return std::stoi(number.text());
}

void answer_parse(const json::object& line, json::object& answer) {
  const VersionParse parse = read_version(format_of(line), text_of(line, "version"));
  answer["valid"] = parse.version.has_value();
  if (!parse.version) {
    if (parse.problem == VersionProblem::overflow) answer["error"] = "overflow";
    return;
  }
  const Version& v = *parse.version;
  json::object parts{
      {"major", shown(v.major)},       {"minor", shown(v.minor)},          {"patch", shown(v.patch)},
      {"revision", shown(v.revision)}, {"prerelease", v.prerelease},       {"metadata", v.metadata},
      {"original", v.original},        {"has_metadata", v.has_metadata()}, {"is_prerelease", v.is_prerelease}};
  if (v.format == VersionFormat::octopus || v.format == VersionFormat::docker) {
    parts["prerelease_prefix"] = v.prerelease_prefix;
    parts["prerelease_counter"] = v.prerelease_counter;
  }
  answer["expected"] = std::move(parts);
}

void answer_compare(const json::object& line, json::object& answer) {
  const VersionFormat format = format_of(line);
  const int order = compare(parse_version(format, text_of(line, "a")), parse_version(format, text_of(line, "b")));
  answer["expected"] = order < 0 ? -1 : order > 0 ? 1 : 0;
  answer["equal"] = order == 0;
}

void answer_valid_release(const json::object& line, json::object& answer) {
  const std::string text = text_of(line, "version");
  json::array valid_in;
  for (const VersionFormat format : {VersionFormat::octopus, VersionFormat::semver}) {
    if (try_parse_version(format, text)) valid_in.emplace_back(to_string(format));
  }
  // Numbers of any length are ours; this answers for the formats that existing programs read.
  answer["valid"] = !valid_in.empty() && is_valid_release_number(text);
  answer["valid_in"] = std::move(valid_in);
}

/// A range given as text, or as {"intersect":[a,b]}.
VersionRange read_range(RangeFormat format, const json::value& value) {
  if (const auto* text = value.if_string()) return VersionRange::parse(format, json::view(*text));
  const json::array* parts = value.is_object() ? json::array_at(value.get_object(), "intersect") : nullptr;
  if (parts == nullptr || parts->empty()) fail_invalid("A range must be a text or {\"intersect\":[range, range]}.");
  VersionRange range = read_range(format, parts->front());
  for (const json::value& part : *parts) range = range.intersect(read_range(format, part));
  return range;
}

json::value bound(const std::optional<Version>& version) {
  return version ? json::value(version->original) : json::value(nullptr);
}

void answer_range(const json::object& line, json::object& answer) {
  const RangeFormat format = text_of(line, "range_format") == "maven" ? RangeFormat::maven : RangeFormat::nuget;
  const json::value* text = json::find(line, "range");
  if (text == nullptr) fail_invalid("\"range\" is missing; give a version range such as [1.0,2.0).");
  std::optional<VersionRange> range;
  try {
    range = read_range(format, *text);
    if (const json::value* other = json::find(line, "intersect_with")) {
      range = range->intersect(read_range(format, *other));
    }
  } catch (const Error& e) {
    answer["valid"] = false;
    answer["error"] = e.message();
    return;
  }
  answer["valid"] = true;
  if (const auto version = json::text_at(line, "version")) {
    const VersionFormat fallback = format == RangeFormat::maven ? VersionFormat::maven : VersionFormat::octopus;
    answer["contains"] = range->contains(parse_version(format_of(line, fallback), *version));
    return;
  }
  json::array restrictions;
  for (const Restriction& r : range->restrictions()) {
    restrictions.push_back(json::array{bound(r.lower), r.lower_inclusive, bound(r.upper), r.upper_inclusive});
  }
  answer["restrictions"] = std::move(restrictions);
  answer["recommended"] = bound(range->recommended());
  answer["to_string"] = range->to_string();
}

void answer_mask(const json::object& line, json::object& answer) {
  const std::string text = text_of(line, "mask");
  answer["is_mask"] = is_version_mask(text);
  if (const json::array* list = json::array_at(line, "versions")) {
    std::vector<std::string> versions;
    for (const json::value& version : *list) {
      if (const auto* entry = version.if_string()) versions.emplace_back(json::view(*entry));
    }
    const auto mask = VersionMask::parse(text);
    const auto latest = mask ? mask->latest_of(versions) : std::vector<std::string>();
    json::array texts;
    for (const std::string& version : latest) texts.emplace_back(version);
    answer["latest"] = std::move(texts);
    answer["latest_first"] = latest.empty() ? json::value(nullptr) : json::value(latest.front());
  } else if (const json::value* current = json::find(line, "current")) {
    const auto version = current->is_string()
                             ? std::optional(parse_version(VersionFormat::octopus, json::view(current->get_string())))
                             : std::nullopt;
    answer["expected"] = apply_version_mask(text, version);
  }
}

void answer_tag_rule(const json::object& line, json::object& answer) {
  const Version version = parse_version(format_of(line, VersionFormat::octopus), text_of(line, "version"));
  answer["subject"] = tag_subject(version);
  Budget budget(kTextLimits, time_of_this_thread);
  answer["satisfied"] = satisfies(version, text_of(line, "range"), text_of(line, "tag"), budget);
}

void answer_increment_release(const json::object& line, json::object& answer) {
  answer["expected"] = increment_release(text_of(line, "release"));
}

struct Case {
  std::string_view kind;
  void (*answer)(const json::object& line, json::object& answer);
};

constexpr auto kCases = std::to_array<Case>({
    {"parse", answer_parse},
    {"compare", answer_compare},
    {"valid_release", answer_valid_release},
    {"range", answer_range},
    {"mask", answer_mask},
    {"tag_rule", answer_tag_rule},
    {"increment_release", answer_increment_release},
});

void answer(const json::object& line, json::object& result) {
  const std::string kind = text_of(line, "kind");
  const auto known = std::find_if(kCases.begin(), kCases.end(), [&](const Case& c) { return c.kind == kind; });
  if (known == kCases.end()) {
    fail_invalid(
        fmt::format("There is no kind '{}'. Use parse, compare, valid_release, range, mask, tag_rule or "
                    "increment_release.",
                    kind));
  }
  known->answer(line, result);
}

}  // namespace

int run_versions_jsonl(std::istream& in, std::ostream& out) {
  answer_json_lines(in, out, answer);
  return 0;
}

}  // namespace slipway::language
