// Numbers as .NET reads and prints them in the en-US culture.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::language {

/// double.Parse: surrounding blanks, a sign, thousands separators and an exponent are allowed.
std::optional<double> parse_double(std::string_view text);
/// int.TryParse: surrounding blanks and a sign are allowed.
std::optional<std::int32_t> parse_int32(std::string_view text);

/// The shortest text that reads back as the same number; scientific from 1E+15 and below 1E-04.
std::string format_double(double);

/// A number in decimal digits, exact, as formatting rounds it: 0.d1d2d3… × 10^exponent.
struct DecimalNumber {
  bool negative = false;
  std::string digits;  ///< without leading zeros; "" is zero
  int exponent = 0;

  bool is_zero() const { return digits.empty(); }
};

/// The shortest digits that read back as the same number, or so many significant ones (1 to 770).
DecimalNumber to_decimal(double, std::optional<int> precision = std::nullopt);
DecimalNumber to_decimal(std::int64_t);
/// decimal.Parse: like parse_double without an exponent, up to 29 digits in front of the point.
std::optional<DecimalNumber> parse_decimal(std::string_view text);

/// Standard ("C", "N2", "X", …) and custom ("0.00;(0.00)") format strings. nullopt when .NET refuses the format for the
/// number's type, or when it asks for more than 1000 digits.
std::optional<std::string> format_number(double, std::string_view format);
std::optional<std::string> format_number(std::int32_t, std::string_view format);
std::optional<std::string> format_number(const DecimalNumber&, std::string_view format);

}  // namespace slipway::language
