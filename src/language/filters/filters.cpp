#include "language/filters/filters.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "language/filters/filters_all.h"

namespace slipway::language {
namespace {

constexpr auto kFilters = std::to_array<FilterEntry>({
    {"adddays", filter::add_days, 2},
    {"addhours", filter::add_hours, 2},
    {"append", filter::append, 2},
    {"contains", filter::contains, 0, true},
    {"endswith", filter::ends_with, 0, true},
    {"format", filter::format, 4},
    {"frombase64", filter::from_base64, 8},
    {"htmlescape", filter::html_escape, 12},
    {"indent", filter::indent, 1},
    {"jsonescape", filter::json_escape, 4},
    {"markdown", filter::markdown, 1},
    {"markdowntohtml", filter::markdown, 1},
    {"match", filter::match, 0, true},
    {"md5", filter::md5, 4},
    {"nowdate", filter::now_date, 2},
    {"nowdateutc", filter::now_date_utc, 2},
    {"null", filter::null, 0},
    {"prepend", filter::prepend, 2},
    {"propertieskeyescape", filter::properties_key_escape, 16},
    {"propertiesvalueescape", filter::properties_value_escape, 16},
    {"replace", filter::replace, 1},
    {"sha1", filter::sha1, 4},
    {"sha256", filter::sha256, 4},
    {"sha384", filter::sha384, 4},
    {"sha512", filter::sha512, 4},
    {"startswith", filter::starts_with, 0, true},
    {"substring", filter::substring, 6},
    {"tobase64", filter::to_base64, 8},
    {"tolower", filter::to_lower_case, 6},
    {"toupper", filter::to_upper_case, 6},
    {"trim", filter::trim, 1},
    {"truncate", filter::truncate, 6},
    {"uridataescape", filter::uri_data_escape, 6},
    {"uriescape", filter::uri_escape, 6},
    {"uripart", filter::uri_part, 40},
    {"versionmajor", filter::version_major, 4},
    {"versionmetadata", filter::version_metadata, 4},
    {"versionminor", filter::version_minor, 4},
    {"versionpatch", filter::version_patch, 4},
    {"versionprerelease", filter::version_prerelease, 4},
    {"versionprereleasecounter", filter::version_prerelease_counter, 4},
    {"versionprereleaseprefix", filter::version_prerelease_prefix, 4},
    {"versionrevision", filter::version_revision, 4},
    {"xmlescape", filter::xml_escape, 12},
    {"yamldoublequoteescape", filter::yaml_double_quote_escape, 16},
    {"yamlsinglequoteescape", filter::yaml_single_quote_escape, 6},
});
static_assert(std::ranges::is_sorted(kFilters, {}, &FilterEntry::name), "looked up by binary search");

}  // namespace

std::span<const FilterEntry> all_filters() { return kFilters; }

const FilterEntry* find_filter(std::string_view name) {
  const std::string lower = to_lower_ascii(name);
  const auto found = std::ranges::lower_bound(kFilters, std::string_view(lower), {}, &FilterEntry::name);
  return found != kFilters.end() && found->name == lower ? &*found : nullptr;
}

}  // namespace slipway::language
