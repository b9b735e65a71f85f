// .NET's standard and custom number formats, en-US.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "language/dotnet/dotnet_number.h"

namespace slipway::language {
namespace {

constexpr int kMaxPrecision = 1000;

enum class NumberType { int32, real, decimal };

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Rounds to `count` significant digits (which may be 0 or less), half away from zero.
DecimalNumber rounded(DecimalNumber number, int count) {
  if (count >= static_cast<int>(number.digits.size())) return number;
  const bool up = count >= 0 && number.digits[static_cast<std::size_t>(count)] >= '5';
  number.digits.resize(static_cast<std::size_t>(std::max(count, 0)));
  if (up) {
    auto digit = number.digits.rbegin();
    while (digit != number.digits.rend() && *digit == '9') *digit++ = '0';
    if (digit != number.digits.rend()) {
      ++*digit;
    } else {
      number.digits.insert(number.digits.begin(), '1');
      ++number.exponent;
    }
  }
  while (number.digits.ends_with('0')) number.digits.pop_back();
  return number;
}

DecimalNumber rounded_to_places(const DecimalNumber& number, int places) {
  return rounded(number, number.exponent + places);
}

/// The digit of 10^power; '0' where there is none.
char digit_at(const DecimalNumber& number, int power) {
  const int index = number.exponent - 1 - power;
  return index >= 0 && index < static_cast<int>(number.digits.size()) ? number.digits[static_cast<std::size_t>(index)]
                                                                      : '0';
}

std::string fixed(const DecimalNumber& number, int places, bool grouped) {
  std::string text;
  for (int power = std::max(number.exponent - 1, 0); power >= 0; --power) {
    text += digit_at(number, power);
    if (grouped && power > 0 && power % 3 == 0) text += ',';
  }
  if (places > 0) text += '.';
  for (int power = -1; power >= -places; --power) text += digit_at(number, power);
  return text;
}

/// "1.234E+004"
std::string scientific(const DecimalNumber& number, int places, char letter, int exponent_digits) {
  std::string text(1, number.is_zero() ? '0' : number.digits[0]);
  if (places > 0) text += '.';
  for (int i = 1; i <= places; ++i) {
    text += static_cast<std::size_t>(i) < number.digits.size() ? number.digits[static_cast<std::size_t>(i)] : '0';
  }
  const int power = number.is_zero() ? 0 : number.exponent - 1;
  return fmt::format("{}{}{}{:0{}}", text, letter, power < 0 ? '-' : '+', std::abs(power), exponent_digits);
}

std::string general(const DecimalNumber& number, int precision, char letter) {
  const DecimalNumber n = rounded(number, precision);
  if (n.is_zero()) return "0";
  const int power = n.exponent - 1;
  const int places = static_cast<int>(n.digits.size()) - 1;
  if (power >= precision || power < -5) return scientific(n, places, letter, 2);
  return fixed(n, std::max(places - power, 0), false);
}

/// The forms of one number that the formats start from.
struct Number {
  NumberType type;
  DecimalNumber exact;   // for standard formats
  DecimalNumber custom;  // for custom formats: a double has 15 digits there
  std::int32_t integer = 0;
  std::string shortest{};  // a double's default text
};

struct StandardFormat {
  char letter;    ///< as written
  int precision;  ///< -1: none given
};

/// A letter and up to nine digits; anything else is a custom format.
std::optional<StandardFormat> read_standard(std::string_view format) {
  if (format.empty() || !is_letter(format[0]) || format.size() > 10) return std::nullopt;
  const std::string_view digits = format.substr(1);
  if (!std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  int precision = -1;
  std::from_chars(digits.data(), digits.data() + digits.size(), precision);
  return StandardFormat{format[0], precision};
}

std::optional<std::string> format_integer_only(const Number& number, const StandardFormat& format) {
  if (number.type != NumberType::int32) return std::nullopt;
  const int width = std::max(format.precision, 1);
  switch (format.letter) {
    case 'X':
      return fmt::format("{:0{}X}", static_cast<std::uint32_t>(number.integer), width);
    case 'x':
      return fmt::format("{:0{}x}", static_cast<std::uint32_t>(number.integer), width);
    default: {
      const std::int64_t value = number.integer;
      return fmt::format("{}{:0{}}", value < 0 ? "-" : "", std::abs(value), width);
    }
  }
}

std::optional<std::string> format_standard(const Number& number, const StandardFormat& format) {
  if (format.precision > kMaxPrecision) return std::nullopt;
  const int places = format.precision >= 0 ? format.precision : 2;
  DecimalNumber shown = number.exact;
  std::string text;
  switch (format.letter) {
    case 'X':
    case 'x':
    case 'D':
    case 'd':
      return format_integer_only(number, format);
    case 'R':
    case 'r':
      return number.type == NumberType::real ? std::optional(number.shortest) : std::nullopt;
    case 'G':
    case 'g': {
      if (number.type == NumberType::real && format.precision <= 0) return number.shortest;
      const int precision = format.precision > 0 ? format.precision : number.type == NumberType::int32 ? 10 : 29;
      text = general(shown, precision, format.letter == 'G' ? 'E' : 'e');
      break;
    }
    case 'E':
    case 'e': {
      const int digits = format.precision >= 0 ? format.precision : 6;
      shown = rounded(shown, digits + 1);
      text = scientific(shown, digits, format.letter, 3);
      break;
    }
    case 'F':
    case 'f':
    case 'N':
    case 'n':
    case 'C':
    case 'c':
      shown = rounded_to_places(shown, places);
      text = fixed(shown, places, format.letter != 'F' && format.letter != 'f');
      if (format.letter == 'C' || format.letter == 'c') text.insert(0, "$");
      break;
    case 'P':
    case 'p':
      shown.exponent += 2;
      shown = rounded_to_places(shown, places);
      text = fixed(shown, places, true) + "%";
      break;
    default:
      return std::nullopt;
  }
  const bool negative = number.exact.negative && (!shown.is_zero() || number.type == NumberType::real);
  return negative ? "-" + text : text;
}

// Custom formats

/// One piece of a section: a placeholder or text to copy.
struct Piece {
  enum class Kind { zero, hash, point, literal, exponent } kind;
  std::string text{};  // of a literal; the letter and sign of an exponent
  int exponent_digits = 0;
};

struct Section {
  std::vector<Piece> pieces;
  int whole_digits = 0;  // placeholders in front of the point
  int places = 0;        // placeholders behind it
  int first_zero = 0;    // whole digits that are always shown
  int last_zero = 0;     // places that are always shown
  bool grouped = false;
  int scale = 0;  // powers of ten from %, ‰ and trailing commas
  bool has_exponent = false;
};

/// Splits at ';' outside quotes and escapes.
std::vector<std::string> split_sections(std::string_view format) {
  std::vector<std::string> sections(1);
  for (std::size_t i = 0; i < format.size(); ++i) {
    const char c = format[i];
    if (c == ';') {
      sections.emplace_back();
      continue;
    }
    sections.back() += c;
    if (c == '\\' && i + 1 < format.size()) {
      sections.back() += format[++i];
    } else if (c == '\'' || c == '"') {
      const std::size_t end = std::min(format.find(c, i + 1), format.size() - 1);
      sections.back() += format.substr(i + 1, end - i);
      i = end;
    }
  }
  return sections;
}

class SectionReader {
 public:
  explicit SectionReader(std::string_view text) : text_(text) {}

  Section read() {
    while (at_ < text_.size()) read_piece();
    return finish();
  }

 private:
  void read_piece() {
    const char c = text_[at_];
    switch (c) {
      case '0':
      case '#':
        return placeholder(c == '0');
      case '.':
        ++at_;
        if (point_seen_) return;
        point_seen_ = true;
        section_.pieces.push_back({Piece::Kind::point});
        return;
      case ',':
        ++at_;
        if (section_.whole_digits > 0 && !point_seen_) ++pending_commas_;
        return;
      case '%':
        section_.scale += 2;
        return literal(1);
      case '\'':
      case '"': {
        const std::size_t end = std::min(text_.find(c, at_ + 1), text_.size());
        add_literal(text_.substr(at_ + 1, end - at_ - 1));
        at_ = std::min(end + 1, text_.size());
        return;
      }
      case '\\':
        ++at_;
        if (at_ < text_.size()) literal(1);
        return;
      case 'E':
      case 'e':
        if (read_exponent()) return;
        return literal(1);
      default:
        if (text_.substr(at_).starts_with("‰")) {
          section_.scale += 3;
          return literal(std::string_view("‰").size());
        }
        return literal(1);
    }
  }

  void placeholder(bool zero) {
    ++at_;
    section_.pieces.push_back({zero ? Piece::Kind::zero : Piece::Kind::hash});
    if (point_seen_) {
      ++section_.places;
      if (zero) section_.last_zero = section_.places;
      return;
    }
    if (pending_commas_ > 0) section_.grouped = true;
    pending_commas_ = 0;
    ++section_.whole_digits;
    if (zero && first_zero_at_ < 0) first_zero_at_ = section_.whole_digits;
  }

  /// "E0", "E+00" or "E-0".
  bool read_exponent() {
    std::size_t next = at_ + 1;
    std::string mark(1, text_[at_]);
    if (next < text_.size() && (text_[next] == '+' || text_[next] == '-')) mark += text_[next++];
    const std::size_t first = next;
    while (next < text_.size() && text_[next] == '0') ++next;
    if (next == first || section_.has_exponent) return false;
    section_.has_exponent = true;
    section_.pieces.push_back({Piece::Kind::exponent, mark, static_cast<int>(std::min<std::size_t>(next - first, 10))});
    at_ = next;
    return true;
  }

  void literal(std::size_t length) {
    add_literal(text_.substr(at_, length));
    at_ += length;
  }
  void add_literal(std::string_view text) { section_.pieces.push_back({Piece::Kind::literal, std::string(text)}); }

  Section finish() {
    section_.scale -= 3 * pending_commas_;
    if (first_zero_at_ > 0) section_.first_zero = section_.whole_digits - first_zero_at_ + 1;
    return std::move(section_);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Section section_;
  bool point_seen_ = false;
  int pending_commas_ = 0;
  int first_zero_at_ = -1;
};

/// Rounds as the section shows the number; `power` is what an exponent shows.
DecimalNumber fit(const Section& section, DecimalNumber number, int& power) {
  if (number.is_zero()) return number;
  if (section.has_exponent) {
    power = number.exponent - section.whole_digits;
    number = rounded(number, section.whole_digits + section.places);
    power = number.exponent - section.whole_digits;
    number.exponent = section.whole_digits;
    return number;
  }
  number.exponent += section.scale;
  return rounded_to_places(number, section.places);
}

std::string print(const Section& section, const DecimalNumber& number, int power) {
  const int shown_whole = std::max(number.is_zero() ? 0 : number.exponent, section.first_zero);
  int next_power = std::max(shown_whole, section.whole_digits) - 1;  // of the next whole digit to print
  int place = 0;
  bool behind_point = false;
  bool whole_begun = false;
  std::string text;
  const auto print_whole_to = [&](int last_power) {
    for (; next_power >= last_power; --next_power) {
      if (next_power >= shown_whole) continue;
      text += digit_at(number, next_power);
      if (section.grouped && next_power > 0 && next_power % 3 == 0) text += ',';
    }
  };
  int remaining = section.whole_digits;
  const int last_place = std::max(section.last_zero, static_cast<int>(number.digits.size()) - number.exponent);
  for (const Piece& piece : section.pieces) {
    switch (piece.kind) {
      case Piece::Kind::literal:
        text += piece.text;
        break;
      case Piece::Kind::exponent: {
        const bool plus = piece.text.size() > 1 && piece.text[1] == '+';
        text += fmt::format("{}{}{:0{}}", piece.text[0],
                            power < 0 ? "-"
                            : plus    ? "+"
                                      : "",
                            std::abs(power), piece.exponent_digits);
        break;
      }
      case Piece::Kind::point:
        if (!whole_begun) print_whole_to(0);
        behind_point = true;
        if (last_place > 0) text += '.';
        break;
      case Piece::Kind::zero:
      case Piece::Kind::hash:
        if (behind_point) {
          if (++place <= last_place) text += digit_at(number, -place);
          break;
        }
        // The first placeholder also prints the digits that exceed all placeholders.
        whole_begun = true;
        print_whole_to(--remaining);
        break;
    }
  }
  return text;
}

std::string format_custom(const Number& number, std::string_view format) {
  const std::vector<std::string> sections = split_sections(format);
  const DecimalNumber& value = number.custom;
  std::size_t chosen = 0;
  bool own_sign = false;
  if (value.negative && !value.is_zero() && sections.size() > 1 && !sections[1].empty()) {
    chosen = 1;
    own_sign = true;
  }
  if (value.is_zero() && sections.size() > 2) chosen = 2;
  int power = 0;
  Section section = SectionReader(sections[chosen]).read();
  DecimalNumber fitted = fit(section, value, power);
  if (fitted.is_zero() && !value.is_zero() && sections.size() > 2 && !sections[2].empty()) {
    section = SectionReader(sections[2]).read();
    fitted = {};
  }
  const bool minus = value.negative && !own_sign && !fitted.is_zero();
  return (minus ? "-" : "") + print(section, fitted, power);
}

std::optional<std::string> format_number(const Number& number, std::string_view format) {
  if (format.empty()) format = "G";
  if (const auto standard = read_standard(format)) return format_standard(number, *standard);
  return format_custom(number, format);
}

}  // namespace

std::optional<std::string> format_number(double value, std::string_view format) {
  if (!std::isfinite(value)) return format_double(value);
  static constexpr int all_digits = 767;
  static constexpr int custom_digits = 15;
  return format_number(Number{NumberType::real, to_decimal(value, all_digits), to_decimal(value, custom_digits), 0,
                              format_double(value)},
                       format);
}

std::optional<std::string> format_number(std::int32_t value, std::string_view format) {
  return format_number(
      Number{NumberType::int32, to_decimal(std::int64_t{value}), to_decimal(std::int64_t{value}), value}, format);
}

std::optional<std::string> format_number(const DecimalNumber& value, std::string_view format) {
  return format_number(Number{NumberType::decimal, value, value}, format);
}

}  // namespace slipway::language
