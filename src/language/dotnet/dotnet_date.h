// Dates as .NET reads, moves and prints them in the en-US culture.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace slipway::language {

/// A date and time in ticks of 100 ns since 0001-01-01, with what is known of its offset.
struct DotnetDate {
  enum class Zone { unknown, utc, offset };
  std::int64_t ticks = 0;  ///< of the clock on the wall
  Zone zone = Zone::unknown;
  std::chrono::minutes offset{0};  ///< of `utc` and `offset`; where unknown, the local one that formatting shows

  static constexpr std::int64_t kTicksPerSecond = 10'000'000;
  /// 9999-12-31T23:59:59.9999999
  static constexpr std::int64_t kMaxTicks = 3'155'378'975'999'999'999;
};

/// The usual forms: ISO 8601, 2030/05/22, 5/22/2030, 22 May 2030, May 22, 2030, with or without a time, AM/PM, Z or an
/// offset. nullopt for anything else.
std::optional<DotnetDate> parse_date(std::string_view text);

/// The instant; in UTC where the zone is unknown.
Time time_of(const DotnetDate&);
DotnetDate date_at(Time now, DotnetDate::Zone, std::chrono::minutes offset);

/// Moves by a count of `unit` ticks; nullopt when the result leaves the years 1 to 9999.
std::optional<DotnetDate> add_ticks(const DotnetDate&, double count, std::int64_t unit);

/// The round-trip form "O": naive without offset, UTC with Z, else with the offset.
std::string to_round_trip(const DotnetDate&);

/// Standard ("d", "s", "R", …) and custom ("HH dd-MMM-yyyy") format strings. `with_offset`: as a DateTimeOffset, so an
/// unknown zone shows the local offset. nullopt when .NET would refuse the format.
std::optional<std::string> format_date(const DotnetDate&, std::string_view format, bool with_offset);

}  // namespace slipway::language
