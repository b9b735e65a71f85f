#include "language/dotnet/unicode.h"

#include <utf8proc.h>

#include <algorithm>

namespace slipway::language {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

template <class Map>
std::string map_characters(std::string_view text, Map map_ascii, utf8proc_int32_t (*map_other)(utf8proc_int32_t)) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  const auto first_other = std::find_if_not(text.begin(), text.end(), is_ascii);
  std::string out(text.begin(), first_other);
  std::transform(out.begin(), out.end(), out.begin(), map_ascii);
  for (std::size_t at = out.size(); at < text.size();) {
    if (is_ascii(text[at])) {
      out.push_back(map_ascii(text[at++]));
      continue;
    }
    const std::size_t start = at;
    const char32_t c = next_character(text, at);
    if (c == kNoCharacter) {
      out.append(text.substr(start, at - start));
    } else {
      append_character(out, static_cast<char32_t>(map_other(static_cast<utf8proc_int32_t>(c))));
    }
  }
  return out;
}

/// Unicode's simple upper case, which is what .NET has. utf8proc adds one letter that has none there: sharp s.
utf8proc_int32_t simple_upper(utf8proc_int32_t c) { return c == 0xDF ? c : utf8proc_toupper(c); }

bool is_ascii_letter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

utf8proc_category_t category(char32_t c) { return utf8proc_category(static_cast<utf8proc_int32_t>(c)); }

}  // namespace

char32_t next_character(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) {
    ++at;
    return lead;
  }
  utf8proc_int32_t code = -1;
  const auto taken = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                                      static_cast<utf8proc_ssize_t>(text.size() - at), &code);
  at += taken > 0 ? static_cast<std::size_t>(taken) : 1;
  return taken > 0 ? static_cast<char32_t>(code) : kNoCharacter;
}

void append_character(std::string& out, char32_t c) {
  utf8proc_uint8_t bytes[4];
  const auto count = utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), bytes);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
}

// .NET classifies UTF-16 units, so characters beyond the basic plane are neither letters nor digits.
bool is_letter(char32_t c) {
  if (c < 0x80) return is_ascii_letter(c);
  return c < 0x10000 && category(c) >= UTF8PROC_CATEGORY_LU && category(c) <= UTF8PROC_CATEGORY_LO;
}

bool is_decimal_digit(char32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9';
  return c < 0x10000 && category(c) == UTF8PROC_CATEGORY_ND;
}

bool is_white_space(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
  if (c >= 0x10000) return false;
  return c == 0x85 || (category(c) >= UTF8PROC_CATEGORY_ZS && category(c) <= UTF8PROC_CATEGORY_ZP);
}

std::string_view trim_start(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t next = at;
    if (!is_white_space(next_character(text, next))) break;
    at = next;
  }
  return text.substr(at);
}

std::string_view trim_end(std::string_view text) {
  std::size_t kept = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_white_space(next_character(text, at))) kept = at;
  }
  return text.substr(0, kept);
}

std::string_view trim_white_space(std::string_view text) { return trim_end(trim_start(text)); }

std::string to_lower(std::string_view text) {
  return map_characters(
      text, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }, utf8proc_tolower);
}

std::string to_upper(std::string_view text) {
  return map_characters(
      text, [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }, simple_upper);
}

std::u16string to_utf16(std::string_view text) {
  std::u16string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    char32_t c = next_character(text, at);
    if (c == kNoCharacter) c = kReplacement;
    if (c >= 0x10000) {
      out.push_back(static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10)));
      out.push_back(static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF)));
    } else {
      out.push_back(static_cast<char16_t>(c));
    }
  }
  return out;
}

std::string from_utf16(std::u16string_view units) {
  const auto is_high = [](char16_t u) { return u >= 0xD800 && u < 0xDC00; };
  const auto is_low = [](char16_t u) { return u >= 0xDC00 && u < 0xE000; };
  std::string out;
  out.reserve(units.size());
  for (std::size_t i = 0; i < units.size(); ++i) {
    const char16_t u = units[i];
    if (is_high(u) && i + 1 < units.size() && is_low(units[i + 1])) {
      append_character(out, 0x10000 + ((u - 0xD800u) << 10) + (units[++i] - 0xDC00u));
    } else {
      append_character(out, is_high(u) || is_low(u) ? kReplacement : char32_t{u});
    }
  }
  return out;
}

}  // namespace slipway::language
