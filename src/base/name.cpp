#include "base/name.h"

#include <cstdint>

namespace slipway {
namespace {

/// Unicode's White_Space, and the zero-width characters.
bool is_blank(std::uint32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 || c == 0x180e ||
         (c >= 0x2000 && c <= 0x200b) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x2060 ||
         c == 0x3000 || c == 0xfeff;
}

bool is_control(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

struct Character {
  std::uint32_t code;
  std::size_t size;
};

/// The character that begins at `at`. Bytes that are no UTF-8 stand for themselves.
Character character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  const std::size_t size = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (size == 1 || at + size > text.size()) return {first < 0x80 ? first : 0xfffdU, 1};
  std::uint32_t code = first & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) code = (code << 6U) | (byte(at + i) & 0x3fU);
  return {code, size};
}

}  // namespace

std::string_view trim_name(std::string_view text) {
  std::size_t begin = 0;
  while (begin < text.size()) {
    const Character c = character_at(text, begin);
    if (!is_blank(c.code)) break;
    begin += c.size;
  }
  std::size_t end = begin;  // behind the last character that is no blank
  for (std::size_t at = begin; at < text.size();) {
    const Character c = character_at(text, at);
    at += c.size;
    if (!is_blank(c.code)) end = at;
  }
  return text.substr(begin, end - begin);
}

bool has_control_characters(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    if (is_control(c.code)) return true;
    at += c.size;
  }
  return false;
}

}  // namespace slipway
