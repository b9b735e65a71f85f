#include "api/compat/jenkins_quirk.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace slipway::api {
namespace {

bool is_key_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Where the string that begins at `start` ends, behind its closing quote.
std::size_t end_of_string(std::string_view text, std::size_t start) {
  std::size_t i = start + 1;
  while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2 : 1;
  return std::min(i + 1, text.size());
}

}  // namespace

bool begins_with_bare_key(std::string_view text) {
  text = trim(text);
  if (!text.starts_with('{')) return false;
  text = trim(text.substr(1));
  return !text.empty() && is_key_character(text.front());
}

std::string quote_bare_keys(std::string_view text) {
  std::string out;
  bool key_may_follow = false;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '"') {
      const std::size_t end = end_of_string(text, i);
      out += text.substr(i, end - i);
      i = end;
      key_may_follow = false;
    } else if (key_may_follow && is_key_character(text[i])) {
      std::size_t end = i;
      while (end < text.size() && is_key_character(text[end])) ++end;
      std::size_t colon = end;
      while (colon < text.size() && is_blank(text[colon])) ++colon;
      const bool is_key = colon < text.size() && text[colon] == ':';
      const std::string_view word = text.substr(i, end - i);
      out += is_key ? '"' + std::string(word) + '"' : std::string(word);
      i = end;
      key_may_follow = false;
    } else {
      if (!is_blank(text[i])) key_may_follow = text[i] == '{' || text[i] == ',';
      out += text[i++];
    }
  }
  return out;
}

}  // namespace slipway::api
