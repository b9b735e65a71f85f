// Points in time and their text, and the clock seam. State code never asks for "now" itself: it is given a Clock.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace slipway {

using Duration = std::chrono::microseconds;
/// Wall time, UTC, in microseconds. What is stored and shown.
using Time = std::chrono::sys_time<Duration>;
/// Monotonic time since an arbitrary start. What bounds and leases are measured with.
struct SteadyTime {
  Duration since_start{0};
  auto operator<=>(const SteadyTime&) const = default;
  SteadyTime operator+(Duration d) const { return {since_start + d}; }
  Duration operator-(SteadyTime o) const { return since_start - o.since_start; }
};

/// RFC 3339 with milliseconds and offset, "2024-05-01T02:03:04.567+00:00", as clients expect it.
std::string to_rfc3339(Time);
/// Accepts what clients send: RFC 3339 with `Z`, an offset or none (then UTC), a space for `T`, 0 to 9 fraction digits.
std::optional<Time> parse_time(std::string_view text);

/// Microseconds since 1970, the stored form.
inline std::int64_t to_micros(Time t) { return t.time_since_epoch().count(); }
inline Time from_micros(std::int64_t micros) { return Time(Duration(micros)); }

/// "12 seconds", "3 minutes", "2 hours": a length for people.
std::string describe_duration(Duration);

/// Threads: any.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
  virtual SteadyTime steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override;
  SteadyTime steady() const override;
};

}  // namespace slipway
