#include "language/dotnet/dotnet_number.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "language/dotnet/unicode.h"

namespace slipway::language {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct NumberText {
  bool negative = false;
  std::string whole;     // digits, separators removed
  std::string fraction;  // digits
  int exponent = 0;
};

/// Splits what .NET's number styles allow: blanks, a sign, digits with separators, a fraction, an exponent.
std::optional<NumberText> split_number(std::string_view text, bool allow_exponent) {
  text = trim_white_space(text);
  NumberText number;
  if (text.starts_with('-') || text.starts_with('+')) {
    number.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const auto take_digits = [&](std::string& into, bool allow_separators) {
    while (!text.empty() && (is_digit(text.front()) || (allow_separators && text.front() == ',' && !into.empty()))) {
      if (text.front() != ',') into += text.front();
      text.remove_prefix(1);
    }
  };
  take_digits(number.whole, true);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    take_digits(number.fraction, false);
  }
  if (number.whole.empty() && number.fraction.empty()) return std::nullopt;
  if (allow_exponent && (text.starts_with('e') || text.starts_with('E'))) {
    text.remove_prefix(1);
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    std::string digits;
    take_digits(digits, false);
    if (digits.empty()) return std::nullopt;
    number.exponent = std::atoi(digits.substr(0, 6).c_str()) * (negative ? -1 : 1);
  }
  return text.empty() ? std::optional(std::move(number)) : std::nullopt;
}

}  // namespace

std::optional<double> parse_double(std::string_view text) {
  const std::string_view word = trim_white_space(text);
  if (word == "∞" || word == "Infinity") return std::numeric_limits<double>::infinity();
  if (word == "-∞" || word == "-Infinity") return -std::numeric_limits<double>::infinity();
  if (word == "NaN") return std::numeric_limits<double>::quiet_NaN();
  const auto number = split_number(text, true);
  if (!number) return std::nullopt;
  const std::string plain =
      fmt::format("{}{}.{}e{}", number->negative ? "-" : "", number->whole.empty() ? "0" : number->whole,
                  number->fraction.empty() ? "0" : number->fraction, number->exponent);
  double value = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (error == std::errc::result_out_of_range) {
    const bool tiny = number->exponent < 0;
    value = tiny ? 0.0 : std::numeric_limits<double>::infinity();
    return number->negative ? -value : value;
  }
  return value;
}

std::optional<std::int32_t> parse_int32(std::string_view text) {
  std::string_view digits = trim_white_space(text);
  if (digits.starts_with('+') && digits.size() > 1 && is_digit(digits[1])) digits.remove_prefix(1);
  std::int32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::string format_double(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-∞" : "∞";
  if (value == 0) return std::signbit(value) ? "-0" : "0";
  const DecimalNumber number = to_decimal(value);
  const std::string sign = number.negative ? "-" : "";
  const int power = number.exponent - 1;  // of the first digit
  if (power >= 15 || power < -4) {
    std::string text = sign + number.digits.substr(0, 1);
    if (number.digits.size() > 1) text += "." + number.digits.substr(1);
    return fmt::format("{}E{}{:02}", text, power < 0 ? '-' : '+', std::abs(power));
  }
  if (number.exponent <= 0)
    return sign + "0." + std::string(static_cast<std::size_t>(-number.exponent), '0') + number.digits;
  const auto whole = static_cast<std::size_t>(number.exponent);
  if (number.digits.size() <= whole) return sign + number.digits + std::string(whole - number.digits.size(), '0');
  return sign + number.digits.substr(0, whole) + "." + number.digits.substr(whole);
}

DecimalNumber to_decimal(double value, std::optional<int> precision) {
  DecimalNumber number;
  number.negative = std::signbit(value);
  if (value == 0 || !std::isfinite(value)) return number;
  char buffer[800];
  const double size = std::fabs(value);
  constexpr auto form = std::chars_format::scientific;
  const auto [end, error] = precision ? std::to_chars(buffer, std::end(buffer), size, form, *precision - 1)
                                      : std::to_chars(buffer, std::end(buffer), size, form);
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t e = text.find('e');
  for (const char c : text.substr(0, e)) {
    if (c != '.') number.digits += c;
  }
  number.exponent = std::atoi(std::string(text.substr(e + 1)).c_str()) + 1;
  while (number.digits.ends_with('0')) number.digits.pop_back();
  return number;
}

DecimalNumber to_decimal(std::int64_t value) {
  DecimalNumber number;
  number.negative = value < 0;
  if (value == 0) return number;
  number.digits = std::to_string(value);
  if (number.negative) number.digits.erase(0, 1);
  number.exponent = static_cast<int>(number.digits.size());
  while (number.digits.ends_with('0')) number.digits.pop_back();
  return number;
}

std::optional<DecimalNumber> parse_decimal(std::string_view text) {
  const auto parts = split_number(text, false);
  if (!parts) return std::nullopt;
  DecimalNumber number;
  number.negative = parts->negative;
  number.digits = parts->whole + parts->fraction;
  number.exponent = static_cast<int>(parts->whole.size());
  const std::size_t zeros = std::min(number.digits.find_first_not_of('0'), number.digits.size());
  number.digits.erase(0, zeros);
  number.exponent -= static_cast<int>(zeros);
  if (number.exponent > 29) return std::nullopt;
  while (number.digits.ends_with('0')) number.digits.pop_back();
  return number;
}

}  // namespace slipway::language
