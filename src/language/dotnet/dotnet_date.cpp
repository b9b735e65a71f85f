#include "language/dotnet/dotnet_date.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/text.h"
#include "language/dotnet/unicode.h"

namespace slipway::language {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t kTicksPerSecond = DotnetDate::kTicksPerSecond;
constexpr std::int64_t kTicksPerDay = 86'400 * kTicksPerSecond;
constexpr sys_days kFirstDay = std::chrono::year{1} / 1 / 1;

constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// A name, whole or its first three letters: its number from 0.
template <std::size_t N>
std::optional<unsigned> index_of_name(const std::array<std::string_view, N>& names, std::string_view word) {
  for (unsigned i = 0; i < N; ++i) {
    if (equals_ignoring_case(names[i], word) || equals_ignoring_case(names[i].substr(0, 3), word)) return i;
  }
  return std::nullopt;
}

// Reading

struct Part {
  enum class Kind { number, word, mark } kind;
  std::string_view text;
  int value = 0;
};

/// Numbers, words and single marks, with blanks left out.
std::optional<std::vector<Part>> split_parts(std::string_view text) {
  std::vector<Part> parts;
  while (!(text = trim_start(text)).empty()) {
    const bool number = is_digit(text[0]);
    const bool word = is_letter(text[0]);
    std::size_t length = 1;
    if (number || word) {
      while (length < text.size() && (number ? is_digit(text[length]) : is_letter(text[length]))) ++length;
    }
    if (number && length > 9) return std::nullopt;
    Part part{number ? Part::Kind::number : word ? Part::Kind::word : Part::Kind::mark, text.substr(0, length)};
    if (number) part.value = std::stoi(std::string(part.text));
    parts.push_back(part);
    text.remove_prefix(length);
    if (parts.size() > 40) return std::nullopt;
  }
  return parts;
}

class DateReader {
 public:
  explicit DateReader(std::vector<Part> parts) : parts_(std::move(parts)) {}

  std::optional<DotnetDate> read() {
    skip_weekday();
    if (!read_date()) return std::nullopt;
    if (take_word("T") || !at_end()) {
      if (!read_time()) return std::nullopt;
    }
    if (!read_zone() || !at_end()) return std::nullopt;
    return assemble();
  }

 private:
  bool at_end() const { return at_ == parts_.size(); }
  const Part* peek(std::size_t ahead = 0) const { return at_ + ahead < parts_.size() ? &parts_[at_ + ahead] : nullptr; }
  bool take_mark(char mark) {
    const Part* part = peek();
    if (part == nullptr || part->kind != Part::Kind::mark || part->text[0] != mark) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    const Part* part = peek();
    if (part == nullptr || part->kind != Part::Kind::word || !equals_ignoring_case(part->text, word)) return false;
    ++at_;
    return true;
  }
  std::optional<int> take_number() {
    const Part* part = peek();
    if (part == nullptr || part->kind != Part::Kind::number) return std::nullopt;
    ++at_;
    return part->value;
  }
  std::optional<unsigned> take_month() {
    const Part* part = peek();
    if (part == nullptr || part->kind != Part::Kind::word) return std::nullopt;
    const auto month = index_of_name(kMonths, part->text);
    if (month) ++at_;
    return month ? std::optional(*month + 1) : std::nullopt;
  }
  bool take_separator() { return take_mark('-') || take_mark('/') || take_mark('.') || take_mark(','); }

  void skip_weekday() {
    const Part* part = peek();
    if (part != nullptr && part->kind == Part::Kind::word && index_of_name(kWeekdays, part->text)) {
      ++at_;
      take_mark(',');
    }
  }

  /// y-m-d, m/d/y, d Month y, Month d, y
  bool read_date() {
    if (const auto month = take_month()) {
      month_ = static_cast<int>(*month);
      take_separator();
      return take_day() && (take_separator(), take_year());
    }
    const bool year_first = peek() != nullptr && peek()->text.size() > 2;
    const auto first = take_number();
    if (!first) return false;
    const bool separated = take_separator();
    if (const auto month = take_month()) {
      month_ = static_cast<int>(*month);
      day_ = *first;
      take_separator();
      return take_year();
    }
    if (!separated) return false;
    const auto second = take_number();
    if (!second || !take_separator()) return false;
    if (year_first) {
      year_ = *first;
      month_ = *second;
      return take_day();
    }
    month_ = *first;
    day_ = *second;
    return take_year();
  }

  bool take_day() {
    const auto day = take_number();
    if (day) day_ = *day;
    return day.has_value();
  }

  /// Two digits are a year between 1930 and 2029, as .NET's en-US calendar has it.
  bool take_year() {
    const bool is_short = peek() != nullptr && peek()->text.size() <= 2;
    const auto year = take_number();
    if (!year) return false;
    year_ = is_short ? *year + (*year < 30 ? 2000 : 1900) : *year;
    return true;
  }

  bool read_time() {
    const auto hour = take_number();
    if (!hour) return at_zone();
    hour_ = *hour;
    if (take_mark(':')) {
      const auto minute = take_number();
      if (!minute) return false;
      minute_ = *minute;
      if (take_mark(':')) {
        const auto second = take_number();
        if (!second) return false;
        second_ = *second;
        if (take_mark('.') && !read_fraction()) return false;
      }
      return read_half_of_day(false);
    }
    return read_half_of_day(true);
  }

  bool at_zone() const {
    const Part* part = peek();
    return part != nullptr && (part->text == "Z" || part->text == "z" || part->text == "+");
  }

  bool read_fraction() {
    const Part* part = peek();
    if (part == nullptr || part->kind != Part::Kind::number) return false;
    ++at_;
    std::string digits(part->text);
    digits.resize(7, '0');
    fraction_ = std::stoi(digits);
    return true;
  }

  bool read_half_of_day(bool required) {
    const bool am = take_word("AM");
    const bool pm = !am && take_word("PM");
    if (!am && !pm) return !required;
    if (hour_ < 1 || hour_ > 12) return false;
    hour_ = hour_ % 12 + (pm ? 12 : 0);
    return true;
  }

  bool read_zone() {
    if (take_word("Z") || take_word("GMT") || take_word("UTC")) {
      zone_ = DotnetDate::Zone::utc;
      return true;
    }
    const bool minus = take_mark('-');
    if (!minus && !take_mark('+')) return true;
    const Part* part = peek();
    const auto number = take_number();
    if (!number) return false;
    int hours = *number;
    int rest = 0;
    if (part->text.size() == 4) {
      hours = *number / 100;
      rest = *number % 100;
    } else if (take_mark(':')) {
      const auto more = take_number();
      if (!more) return false;
      rest = *more;
    }
    if (hours > 14 || rest > 59) return false;
    offset_ = minutes((hours * 60 + rest) * (minus ? -1 : 1));
    zone_ = DotnetDate::Zone::offset;
    return true;
  }

  std::optional<DotnetDate> assemble() const {
    const year_month_day date{std::chrono::year(year_), std::chrono::month(static_cast<unsigned>(month_)),
                              std::chrono::day(static_cast<unsigned>(day_))};
    if (year_ < 1 || year_ > 9999 || !date.ok() || hour_ > 23 || minute_ > 59 || second_ > 59) return std::nullopt;
    DotnetDate result;
    result.ticks = (sys_days(date) - kFirstDay).count() * kTicksPerDay +
                   (hour_ * 3600 + minute_ * 60 + second_) * kTicksPerSecond + fraction_;
    result.zone = zone_;
    result.offset = offset_;
    return result;
  }

  std::vector<Part> parts_;
  std::size_t at_ = 0;
  int year_ = 0, month_ = 0, day_ = 0, hour_ = 0, minute_ = 0, second_ = 0, fraction_ = 0;
  DotnetDate::Zone zone_ = DotnetDate::Zone::unknown;
  minutes offset_{0};
};

// Printing

struct Fields {
  int year;
  unsigned month, day, weekday;
  int hour, minute, second, fraction;
};

Fields fields_of(std::int64_t ticks) {
  const std::int64_t day_count = ticks / kTicksPerDay;
  const std::int64_t of_day = ticks % kTicksPerDay;
  const sys_days day = kFirstDay + days(day_count);
  const year_month_day date(day);
  const auto seconds = static_cast<int>(of_day / kTicksPerSecond);
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          std::chrono::weekday(day).c_encoding(),
          seconds / 3600,
          seconds / 60 % 60,
          seconds % 60,
          static_cast<int>(of_day % kTicksPerSecond)};
}

std::string offset_text(minutes offset, bool with_minutes, int hour_digits) {
  const auto total = std::abs(offset.count());
  std::string text = fmt::format("{}{:0{}}", offset.count() < 0 ? '-' : '+', total / 60, hour_digits);
  if (with_minutes) text += fmt::format(":{:02}", total % 60);
  return text;
}

/// `count` digits of the fraction; without trailing zeros for `F`.
std::string fraction_text(int fraction, std::size_t count, bool trimmed) {
  std::string digits = fmt::format("{:07}", fraction).substr(0, count);
  while (trimmed && digits.ends_with('0')) digits.pop_back();
  return digits;
}

class DatePrinter {
 public:
  DatePrinter(const DotnetDate& date, bool with_offset)
      : date_(date), fields_(fields_of(date.ticks)), with_offset_(with_offset) {}

  std::optional<std::string> print(std::string_view format) {
    while (!format.empty()) {
      const char c = format[0];
      const std::size_t run = std::min(format.find_first_not_of(c), format.size());
      std::size_t taken = run;
      switch (c) {
        case 'd':
          print_day(run);
          break;
        case 'M':
          print_month(run);
          break;
        case 'y':
          print_year(run);
          break;
        case 'h':
          number(fields_.hour % 12 == 0 ? 12 : fields_.hour % 12, run);
          break;
        case 'H':
          number(fields_.hour, run);
          break;
        case 'm':
          number(fields_.minute, run);
          break;
        case 's':
          number(fields_.second, run);
          break;
        case 't':
          out_ += std::string_view(fields_.hour < 12 ? "AM" : "PM").substr(0, run);
          break;
        case 'f':
        case 'F':
          if (run > 7) return std::nullopt;
          print_fraction(run, c == 'F');
          break;
        case 'g':
          out_ += "A.D.";
          break;
        case 'z':
          print_offset(run);
          break;
        case 'K':
          print_kind();
          taken = 1;
          break;
        case '\\':
          if (format.size() < 2) return std::nullopt;
          out_ += format[1];
          taken = 2;
          break;
        case '%':
          if (format.size() < 2 || format[1] == '%') return std::nullopt;
          taken = 1;
          break;
        case '\'':
        case '"': {
          const std::size_t end = format.find(c, 1);
          if (end == std::string_view::npos) return std::nullopt;
          out_ += format.substr(1, end - 1);
          taken = end + 1;
          break;
        }
        default:
          out_ += c;
          taken = 1;
      }
      format.remove_prefix(taken);
    }
    return std::move(out_);
  }

 private:
  void number(int value, std::size_t run) { out_ += fmt::format("{:0{}}", value, std::min<std::size_t>(run, 2)); }
  void print_day(std::size_t run) {
    if (run <= 2) return number(static_cast<int>(fields_.day), run);
    out_ += run == 3 ? kWeekdays[fields_.weekday].substr(0, 3) : kWeekdays[fields_.weekday];
  }
  void print_month(std::size_t run) {
    if (run <= 2) return number(static_cast<int>(fields_.month), run);
    out_ += run == 3 ? kMonths[fields_.month - 1].substr(0, 3) : kMonths[fields_.month - 1];
  }
  void print_year(std::size_t run) {
    if (run <= 2) return number(fields_.year % 100, run);
    out_ += fmt::format("{:0{}}", fields_.year, run);
  }
  void print_fraction(std::size_t run, bool trimmed) {
    const std::string digits = fraction_text(fields_.fraction, run, trimmed);
    if (digits.empty() && out_.ends_with('.')) out_.pop_back();
    out_ += digits;
  }
  void print_offset(std::size_t run) { out_ += offset_text(date_.offset, run >= 3, run == 1 ? 1 : 2); }
  void print_kind() {
    if (date_.zone == DotnetDate::Zone::utc && !with_offset_) {
      out_ += 'Z';
    } else if (date_.zone != DotnetDate::Zone::unknown || with_offset_) {
      out_ += offset_text(date_.offset, true, 2);
    }
  }

  const DotnetDate& date_;
  Fields fields_;
  bool with_offset_;
  std::string out_;
};

struct StandardDateFormat {
  char letter;
  std::string_view pattern;
  bool in_utc = false;
};

constexpr auto kStandardFormats = std::to_array<StandardDateFormat>({
    {'d', "M/d/yyyy"},
    {'D', "dddd, MMMM d, yyyy"},
    {'f', "dddd, MMMM d, yyyy h:mm tt"},
    {'F', "dddd, MMMM d, yyyy h:mm:ss tt"},
    {'g', "M/d/yyyy h:mm tt"},
    {'G', "M/d/yyyy h:mm:ss tt"},
    {'m', "MMMM d"},
    {'M', "MMMM d"},
    {'o', "yyyy-MM-ddTHH:mm:ss.fffffffK"},
    {'O', "yyyy-MM-ddTHH:mm:ss.fffffffK"},
    {'r', "ddd, dd MMM yyyy HH:mm:ss 'GMT'", true},
    {'R', "ddd, dd MMM yyyy HH:mm:ss 'GMT'", true},
    {'s', "yyyy-MM-ddTHH:mm:ss"},
    {'t', "h:mm tt"},
    {'T', "h:mm:ss tt"},
    {'u', "yyyy-MM-dd HH:mm:ss'Z'", true},
    {'y', "MMMM yyyy"},
    {'Y', "MMMM yyyy"},
});

}  // namespace

std::optional<DotnetDate> parse_date(std::string_view text) {
  auto parts = split_parts(text);
  return parts ? DateReader(std::move(*parts)).read() : std::nullopt;
}

Time time_of(const DotnetDate& date) {
  const bool known = date.zone != DotnetDate::Zone::unknown;
  return std::chrono::time_point_cast<Duration>(kFirstDay) + Duration(date.ticks / 10) -
         (known ? date.offset : minutes(0));
}

DotnetDate date_at(Time now, DotnetDate::Zone zone, minutes offset) {
  const std::int64_t since_first = to_micros(now) - std::chrono::microseconds(kFirstDay.time_since_epoch()).count();
  DotnetDate date;
  date.ticks = since_first * 10 + offset.count() * 60 * kTicksPerSecond;
  date.zone = zone;
  date.offset = offset;
  return date;
}

std::optional<DotnetDate> add_ticks(const DotnetDate& date, double count, std::int64_t unit) {
  const double moved = static_cast<double>(date.ticks) + count * static_cast<double>(unit);
  if (!(moved >= 0 && moved <= static_cast<double>(DotnetDate::kMaxTicks))) return std::nullopt;
  DotnetDate result = date;
  result.ticks += static_cast<std::int64_t>(std::llround(count * static_cast<double>(unit)));
  if (result.ticks < 0 || result.ticks > DotnetDate::kMaxTicks) return std::nullopt;
  return result;
}

std::string to_round_trip(const DotnetDate& date) { return *format_date(date, "O", false); }

std::optional<std::string> format_date(const DotnetDate& date, std::string_view format, bool with_offset) {
  if (format.empty()) format = "G";
  if (format.size() > 1) return DatePrinter(date, with_offset).print(format);
  const auto standard = std::find_if(kStandardFormats.begin(), kStandardFormats.end(),
                                     [&](const StandardDateFormat& f) { return f.letter == format[0]; });
  if (standard == kStandardFormats.end()) return std::nullopt;
  DotnetDate shown = date;
  if (standard->in_utc && with_offset) {
    const auto utc = add_ticks(date, -static_cast<double>(date.offset.count()) * 60, kTicksPerSecond);
    if (!utc) return std::nullopt;
    shown = *utc;
  }
  return DatePrinter(shown, with_offset).print(standard->pattern);
}

}  // namespace slipway::language
