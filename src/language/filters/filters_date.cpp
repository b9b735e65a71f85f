#include <array>

#include "base/text.h"
#include "language/dotnet/dotnet_date.h"
#include "language/dotnet/dotnet_number.h"
#include "language/filters/filters_all.h"

namespace slipway::language::filter {
namespace {

using Zone = DotnetDate::Zone;

FilterResult format_as_int32(std::string_view text, std::string_view format, const FilterContext&) {
  const auto number = parse_int32(text);
  return number ? format_number(*number, format) : std::nullopt;
}

FilterResult format_as_double(std::string_view text, std::string_view format, const FilterContext&) {
  const auto number = parse_double(text);
  return number ? format_number(*number, format) : std::nullopt;
}

FilterResult format_as_decimal(std::string_view text, std::string_view format, const FilterContext&) {
  const auto number = parse_decimal(text);
  return number ? format_number(*number, format) : std::nullopt;
}

/// A DateTime: a date with an offset is turned into local time.
FilterResult format_as_date(std::string_view text, std::string_view format, const FilterContext& context) {
  auto date = parse_date(text);
  if (date && date->zone != Zone::unknown) {
    const auto shift = static_cast<double>((context.local_offset - date->offset).count());
    date = add_ticks(*date, shift, 60 * DotnetDate::kTicksPerSecond);
    if (date) date->zone = Zone::offset;
  }
  if (!date) return std::nullopt;
  date->offset = context.local_offset;
  return format_date(*date, format, false);
}

FilterResult format_as_date_with_offset(std::string_view text, std::string_view format, const FilterContext& context) {
  auto date = parse_date(text);
  if (!date) return std::nullopt;
  if (date->zone == Zone::unknown) date->offset = context.local_offset;
  return format_date(*date, format, true);
}

struct FormatType {
  std::string_view name;
  FilterResult (*format)(std::string_view text, std::string_view format, const FilterContext&);
};

constexpr auto kFormatTypes = std::to_array<FormatType>({
    {"int32", format_as_int32},
    {"int", format_as_int32},
    {"double", format_as_double},
    {"decimal", format_as_decimal},
    {"date", format_as_date},
    {"datetime", format_as_date},
    {"datetimeoffset", format_as_date_with_offset},
});

FilterResult now(FilterSubject subject, FilterOptions options, const DotnetDate& date) {
  if (subject || options.size() > 1) return std::nullopt;
  return format_date(date, options.empty() ? "O" : options[0], false);
}

FilterResult add(FilterSubject subject, FilterOptions options, std::int64_t unit) {
  if (!subject || options.size() != 1) return std::nullopt;
  const auto date = parse_date(*subject);
  const auto amount = parse_double(options[0]);
  if (!date || !amount) return std::nullopt;
  const auto moved = add_ticks(*date, *amount, unit);
  return moved ? FilterResult(to_round_trip(*moved)) : std::nullopt;
}

}  // namespace

FilterResult format(FilterSubject subject, FilterOptions options, const FilterContext& context) {
  if (!subject || options.empty() || options.size() > 2) return std::nullopt;
  if (options.size() == 1) {
    if (parse_decimal(*subject)) return format_as_decimal(*subject, options[0], context);
    return format_as_date_with_offset(*subject, options[0], context);
  }
  for (const FormatType& type : kFormatTypes) {
    if (equals_ignoring_case(type.name, options[0])) return type.format(*subject, options[1], context);
  }
  return std::nullopt;
}

FilterResult now_date(FilterSubject subject, FilterOptions options, const FilterContext& context) {
  return now(subject, options, date_at(context.now, Zone::unknown, context.local_offset));
}

FilterResult now_date_utc(FilterSubject subject, FilterOptions options, const FilterContext& context) {
  return now(subject, options, date_at(context.now, Zone::utc, std::chrono::minutes(0)));
}

FilterResult add_hours(FilterSubject subject, FilterOptions options, const FilterContext&) {
  return add(subject, options, 3600 * DotnetDate::kTicksPerSecond);
}

FilterResult add_days(FilterSubject subject, FilterOptions options, const FilterContext&) {
  return add(subject, options, 86'400 * DotnetDate::kTicksPerSecond);
}

}  // namespace slipway::language::filter
