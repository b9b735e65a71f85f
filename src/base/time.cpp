#include "base/time.h"

#include <fmt/format.h>

namespace slipway {
namespace {

bool read_number(std::string_view& text, int digits, int& out) {
  if (text.size() < static_cast<std::size_t>(digits)) return false;
  out = 0;
  for (int i = 0; i < digits; ++i) {
    const char c = text[static_cast<std::size_t>(i)];
    if (c < '0' || c > '9') return false;
    out = out * 10 + (c - '0');
  }
  text.remove_prefix(static_cast<std::size_t>(digits));
  return true;
}

bool read_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Fraction digits after the dot, as microseconds; digits past the sixth are dropped.
std::int64_t read_fraction(std::string_view& text) {
  std::int64_t micros = 0;
  std::int64_t weight = 100'000;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    micros += (text.front() - '0') * weight;
    weight /= 10;
    text.remove_prefix(1);
  }
  return micros;
}

}  // namespace

std::string to_rfc3339(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(time - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}+00:00", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), millis / 3'600'000,
                     millis / 60'000 % 60, millis / 1000 % 60, millis % 1000);
}

std::optional<Time> parse_time(std::string_view text) {
  int year, month, day, hour = 0, minute = 0, second = 0;
  std::int64_t micros = 0;
  if (!read_number(text, 4, year) || !read_char(text, "-") || !read_number(text, 2, month) || !read_char(text, "-") ||
      !read_number(text, 2, day)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  if (read_char(text, "Tt ")) {
    if (!read_number(text, 2, hour) || !read_char(text, ":") || !read_number(text, 2, minute)) return std::nullopt;
    if (read_char(text, ":") && !read_number(text, 2, second)) return std::nullopt;
    if (read_char(text, ".")) micros = read_fraction(text);
  }
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  int offset_minutes = 0;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    const int sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
    int hours, minutes = 0;
    if (!read_number(text, 2, hours)) return std::nullopt;
    read_char(text, ":");
    if (!text.empty() && !read_number(text, 2, minutes)) return std::nullopt;
    offset_minutes = sign * (hours * 60 + minutes);
  } else {
    read_char(text, "Zz");
  }
  if (!text.empty()) return std::nullopt;
  return Time(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
              std::chrono::minutes(minute - offset_minutes) + std::chrono::seconds(second) + Duration(micros));
}

std::string describe_duration(Duration length) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(length).count();
  const auto text = [](std::int64_t n, std::string_view unit) {
    return fmt::format("{} {}{}", n, unit, n == 1 ? "" : "s");
  };
  if (seconds < 60) return text(seconds, "second");
  if (seconds < 3600) return text(seconds / 60, "minute");
  if (seconds < 86'400) return text(seconds / 3600, "hour");
  return text(seconds / 86'400, "day");
}

Time SystemClock::now() const { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

SteadyTime SystemClock::steady() const {
  return {std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())};
}

}  // namespace slipway
