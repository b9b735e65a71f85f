// The filters by subject, behind filters.h.
#pragma once

#include "language/filters/filters.h"

namespace slipway::language::filter {

#define SLIPWAY_FILTER(name) FilterResult name(FilterSubject, FilterOptions, const FilterContext&)

// filters_text.cpp
SLIPWAY_FILTER(to_lower_case);
SLIPWAY_FILTER(to_upper_case);
SLIPWAY_FILTER(trim);
SLIPWAY_FILTER(truncate);
SLIPWAY_FILTER(substring);
SLIPWAY_FILTER(replace);
SLIPWAY_FILTER(match);
SLIPWAY_FILTER(contains);
SLIPWAY_FILTER(starts_with);
SLIPWAY_FILTER(ends_with);
SLIPWAY_FILTER(append);
SLIPWAY_FILTER(prepend);
SLIPWAY_FILTER(indent);
SLIPWAY_FILTER(null);

// filters_escape.cpp
SLIPWAY_FILTER(html_escape);
SLIPWAY_FILTER(xml_escape);
SLIPWAY_FILTER(json_escape);
SLIPWAY_FILTER(yaml_single_quote_escape);
SLIPWAY_FILTER(yaml_double_quote_escape);
SLIPWAY_FILTER(properties_key_escape);
SLIPWAY_FILTER(properties_value_escape);
SLIPWAY_FILTER(uri_escape);
SLIPWAY_FILTER(uri_data_escape);

// filters_markdown.cpp
SLIPWAY_FILTER(markdown);

// filters_encoding.cpp
SLIPWAY_FILTER(to_base64);
SLIPWAY_FILTER(from_base64);
SLIPWAY_FILTER(md5);
SLIPWAY_FILTER(sha1);
SLIPWAY_FILTER(sha256);
SLIPWAY_FILTER(sha384);
SLIPWAY_FILTER(sha512);

// filters_date.cpp
SLIPWAY_FILTER(format);
SLIPWAY_FILTER(now_date);
SLIPWAY_FILTER(now_date_utc);
SLIPWAY_FILTER(add_hours);
SLIPWAY_FILTER(add_days);

// filters_uri.cpp
SLIPWAY_FILTER(uri_part);

// filters_version.cpp
SLIPWAY_FILTER(version_major);
SLIPWAY_FILTER(version_minor);
SLIPWAY_FILTER(version_patch);
SLIPWAY_FILTER(version_revision);
SLIPWAY_FILTER(version_prerelease);
SLIPWAY_FILTER(version_prerelease_prefix);
SLIPWAY_FILTER(version_prerelease_counter);
SLIPWAY_FILTER(version_metadata);

#undef SLIPWAY_FILTER

}  // namespace slipway::language::filter
