#include "base/json_fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace slipway::json {
namespace {

constexpr std::size_t kLongestWord = 20;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_of_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '+' || c == '-'; }

/// What may follow, as the tokens so far tell.
class Expectation {
 public:
  void read(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '"') {
        i = end_of_string(text, i);
        const bool is_name = next_ == Next::name || next_ == Next::first_name;
        next_ = i == text.size() ? Next::rest_of_string : is_name ? Next::colon : Next::separator;
      } else if (!is_blank(text[i])) {
        take(text[i]);
      }
    }
  }

  std::string_view tell() const {
    switch (next_) {
      case Next::value:
        return "a value";
      case Next::first_value:
        return open_.empty() ? "a value" : "a value or ]";
      case Next::name:
        return "a name in double quotes";
      case Next::first_name:
        return "a name in double quotes or }";
      case Next::colon:
        return "a colon";
      case Next::separator:
        return open_.empty() ? "nothing more" : open_.ends_with('{') ? "a comma or }" : "a comma or ]";
      case Next::rest_of_string:
        return "the rest of a text and its closing quote (a line break in it is written \\n, a backslash \\\\)";
    }
    return "a value";
  }

 private:
  enum class Next { value, first_value, name, first_name, colon, separator, rest_of_string };

  static std::size_t end_of_string(std::string_view text, std::size_t begin) {
    std::size_t i = begin + 1;
    while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2 : 1;
    return std::min(i, text.size());
  }
  void take(char c) {
    if (c == '{' || c == '[') {
      open_ += c;
      next_ = c == '{' ? Next::first_name : Next::first_value;
    } else if (c == ',') {
      next_ = open_.ends_with('{') ? Next::name : Next::value;
    } else if (c == ':') {
      next_ = Next::value;
    } else {
      if ((c == '}' || c == ']') && !open_.empty()) open_.pop_back();
      next_ = Next::separator;
    }
  }

  std::string open_;
  Next next_ = Next::first_value;
};

std::string name_found(std::string_view rest) {
  if (rest.empty()) return "the end";
  std::size_t length = 0;
  while (length < std::min(rest.size(), kLongestWord) && is_of_word(rest[length])) ++length;
  if (length > 0) return fmt::format("'{}'", rest.substr(0, length));
  return rest[0] > ' ' && rest[0] <= '~' ? fmt::format("'{}'", rest[0]) : "a character that can't stand there";
}

}  // namespace

JsonFault describe_fault(std::string_view text, std::size_t stopped) {
  std::size_t at = std::min(stopped, text.size());
  Expectation expectation;
  // A word that is none, such as tru or True, is told from its first letter; inside a text there are no words.
  std::size_t word = at;
  while (word > 0 && is_of_word(text[word - 1])) --word;
  expectation.read(text.substr(0, word));
  const bool is_broken_word = word < at && at < text.size() && expectation.tell().starts_with("a value");
  if (is_broken_word) {
    at = word;
  } else {
    expectation = {};
    expectation.read(text.substr(0, at));
    const bool in_string = expectation.tell().starts_with("the rest");
    while (!in_string && at < text.size() && is_blank(text[at])) ++at;
  }
  return {at, fmt::format("expected {}, found {}", expectation.tell(), name_found(text.substr(at)))};
}

}  // namespace slipway::json
