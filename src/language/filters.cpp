#include "language/filters.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "language/filters_all.h"

namespace slipway::language {
namespace {

struct Entry {
  std::string_view name;  // lower-case
  Filter filter;
};

constexpr auto kFilters = std::to_array<Entry>({
    {"adddays", filter::add_days},
    {"addhours", filter::add_hours},
    {"append", filter::append},
    {"contains", filter::contains},
    {"endswith", filter::ends_with},
    {"format", filter::format},
    {"frombase64", filter::from_base64},
    {"htmlescape", filter::html_escape},
    {"indent", filter::indent},
    {"jsonescape", filter::json_escape},
    {"markdown", filter::markdown},
    {"markdowntohtml", filter::markdown},
    {"match", filter::match},
    {"md5", filter::md5},
    {"nowdate", filter::now_date},
    {"nowdateutc", filter::now_date_utc},
    {"null", filter::null},
    {"prepend", filter::prepend},
    {"propertieskeyescape", filter::properties_key_escape},
    {"propertiesvalueescape", filter::properties_value_escape},
    {"replace", filter::replace},
    {"sha1", filter::sha1},
    {"sha256", filter::sha256},
    {"sha384", filter::sha384},
    {"sha512", filter::sha512},
    {"startswith", filter::starts_with},
    {"substring", filter::substring},
    {"tobase64", filter::to_base64},
    {"tolower", filter::to_lower_case},
    {"toupper", filter::to_upper_case},
    {"trim", filter::trim},
    {"truncate", filter::truncate},
    {"uridataescape", filter::uri_data_escape},
    {"uriescape", filter::uri_escape},
    {"uripart", filter::uri_part},
    {"versionmajor", filter::version_major},
    {"versionmetadata", filter::version_metadata},
    {"versionminor", filter::version_minor},
    {"versionpatch", filter::version_patch},
    {"versionprerelease", filter::version_prerelease},
    {"versionprereleasecounter", filter::version_prerelease_counter},
    {"versionprereleaseprefix", filter::version_prerelease_prefix},
    {"versionrevision", filter::version_revision},
    {"xmlescape", filter::xml_escape},
    {"yamldoublequoteescape", filter::yaml_double_quote_escape},
    {"yamlsinglequoteescape", filter::yaml_single_quote_escape},
});
static_assert(std::ranges::is_sorted(kFilters, {}, &Entry::name), "looked up by binary search");

}  // namespace

Filter find_filter(std::string_view name) {
  const std::string lower = to_lower_ascii(name);
  const auto found = std::ranges::lower_bound(kFilters, std::string_view(lower), {}, &Entry::name);
  return found != kFilters.end() && found->name == lower ? found->filter : nullptr;
}

}  // namespace slipway::language
