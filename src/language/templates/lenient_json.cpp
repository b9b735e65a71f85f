#include "language/templates/lenient_json.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "language/dotnet/dotnet_date.h"
#include "language/dotnet/dotnet_number.h"
#include "language/dotnet/unicode.h"

namespace slipway::language {
namespace {

constexpr int kMaxDepth = 64;

using Kind = LenientJson::Kind;

/// Recursive descent; every function returns nullopt where the text is no JSON even to a lenient reader.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<LenientJson> document() {
    auto result = value(0);
    if (!result || !skip_blanks() || at_ != text_.size()) return std::nullopt;
    return result;
  }

 private:
  using Result = std::optional<LenientJson>;

  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  /// White space and comments. False for a comment without an end.
  bool skip_blanks() {
    while (true) {
      at_ = text_.size() - trim_start(text_.substr(at_)).size();
      if (text_.substr(at_, 2) == "//") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_, 2) == "/*") {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return false;
        at_ = end + 2;
      } else {
        return true;
      }
    }
  }

  Result value(int depth) {
    if (depth > kMaxDepth || !skip_blanks()) return std::nullopt;
    switch (peek()) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"':
      case '\'':
        return quoted_value();
      default:
        return word();
    }
  }

  Result object(int depth) {
    LenientJson result;
    result.kind = Kind::object;
    take('{');
    while (true) {
      if (!skip_blanks()) return std::nullopt;
      if (take('}')) return result;
      auto name = member_name();
      if (!name || !skip_blanks() || !take(':')) return std::nullopt;
      auto member = value(depth + 1);
      if (!member || !skip_blanks()) return std::nullopt;
      result.members.push_back({std::move(*name), std::move(*member)});
      if (!take(',') && peek() != '}') return std::nullopt;
    }
  }

  Result array(int depth) {
    LenientJson result;
    result.kind = Kind::array;
    take('[');
    while (true) {
      if (!skip_blanks()) return std::nullopt;
      if (take(']')) return result;
      if (take(',')) {  // a left-out element is undefined, which reads as null
        result.items.emplace_back();
        continue;
      }
      auto item = value(depth + 1);
      if (!item || !skip_blanks()) return std::nullopt;
      result.items.push_back(std::move(*item));
      if (!take(',') && peek() != ']') return std::nullopt;
    }
  }

  static bool is_name_character(char32_t c) { return is_letter(c) || is_decimal_digit(c) || c == '_' || c == '$'; }

  std::optional<std::string> member_name() {
    if (peek() == '"' || peek() == '\'') return quoted();
    const std::size_t start = at_;
    while (!at_end()) {
      std::size_t next = at_;
      if (!is_name_character(next_character(text_, next))) break;
      at_ = next;
    }
    if (at_ == start) return std::nullopt;
    return std::string(text_.substr(start, at_ - start));
  }

  Result quoted_value() {
    auto text = quoted();
    if (!text) return std::nullopt;
    LenientJson result;
    result.kind = Kind::text;
    result.text = std::move(*text);
    return result;
  }

  std::optional<std::string> quoted() {
    const char quote = text_[at_++];
    std::u16string escapes;  // units of \u escapes, which may come in pairs
    std::string out;
    const auto flush = [&] {
      out += from_utf16(escapes);
      escapes.clear();
    };
    while (!at_end()) {
      const char c = text_[at_++];
      if (c == '\\') {
        if (at_end()) return std::nullopt;
        const char kind = text_[at_++];
        if (kind == 'u') {
          const auto unit = hex_unit();
          if (!unit) return std::nullopt;
          escapes.push_back(*unit);
          continue;
        }
        flush();
        const auto plain = unescaped(kind);
        if (!plain) return std::nullopt;
        out += *plain;
        continue;
      }
      flush();
      if (c == quote) return out;
      out += c;
    }
    return std::nullopt;
  }

  std::optional<char16_t> hex_unit() {
    unsigned unit = 0;
    const std::string_view digits = text_.substr(at_, 4);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    if (error != std::errc() || end != digits.data() + 4) return std::nullopt;
    at_ += 4;
    return static_cast<char16_t>(unit);
  }

  static std::optional<char> unescaped(char kind) {
    switch (kind) {
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case '"':
      case '\'':
      case '\\':
      case '/':
        return kind;
      default:
        return std::nullopt;
    }
  }

  /// true, false, null, undefined and numbers.
  Result word() {
    const std::size_t start = at_;
    while (!at_end() && std::string_view(",:{}[]\"'/ \t\r\n").find(text_[at_]) == std::string_view::npos) ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    LenientJson result;
    if (word == "null" || word == "undefined") return result;
    if (word == "true" || word == "false") {
      result.kind = Kind::boolean;
      result.flag = word == "true";
      return result;
    }
    return number(word);
  }

  static Result number(std::string_view word) {
    LenientJson result;
    const bool negative = word.starts_with('-');
    const std::string_view digits = word.substr(negative ? 1 : 0);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (!digits.empty() && std::all_of(digits.begin(), digits.end(), is_digit)) {
      const std::string_view kept = digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
      result.kind = Kind::integer;
      result.text = (negative && kept != "0" ? "-" : "") + std::string(kept);
      return result;
    }
    if (digits.empty() || (!is_digit(digits[0]) && digits[0] != '.' && digits != "Infinity" && word != "NaN")) {
      return std::nullopt;
    }
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), result.real);
    if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
    result.kind = Kind::real;
    return result;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Reals keep a decimal place, so that they read back as reals.
std::string json_real(double real) {
  std::string text = format_double(real);
  const bool is_whole = text.find_first_not_of("-0123456789") == std::string::npos;
  return is_whole ? text + ".0" : text;
}

void append(std::string& out, const LenientJson& json) {
  bool first = true;
  const auto separate = [&] {
    if (!first) out += ',';
    first = false;
  };
  switch (json.kind) {
    case Kind::null:
      out += "null";
      break;
    case Kind::boolean:
      out += json.flag ? "true" : "false";
      break;
    case Kind::integer:
      out += json.text;
      break;
    case Kind::real:
      out += json_real(json.real);
      break;
    case Kind::text:
      json::append_string(out, json.text);
      break;
    case Kind::array:
      out += '[';
      for (const LenientJson& item : json.items) separate(), append(out, item);
      out += ']';
      break;
    case Kind::object:
      out += '{';
      for (const auto& [name, member] : json.members) {
        separate();
        json::append_string(out, name);
        out += ':';
        append(out, member);
      }
      out += '}';
      break;
  }
}

/// Whether the reader takes a text for a date: 2030-05-22T09:05:00 with an optional fraction, Z or offset.
bool looks_like_date(std::string_view text) {
  static constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < shape.size() || text.size() > 40) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == 'd' ? !digit : text[i] != shape[i]) return false;
  }
  return true;
}

std::string text_or_date(const std::string& text, std::chrono::minutes local_offset) {
  if (!looks_like_date(text)) return text;
  auto date = parse_date(text);
  if (!date) return text;
  if (date->zone == DotnetDate::Zone::offset) {
    const auto shift = std::chrono::seconds(local_offset - date->offset).count();
    date = add_ticks(*date, static_cast<double>(shift), DotnetDate::kTicksPerSecond);
  }
  const auto shown = date ? format_date(*date, "MM'/'dd'/'yyyy HH':'mm':'ss", false) : std::nullopt;
  return shown.value_or(text);
}

}  // namespace

const LenientJson* LenientJson::find(std::string_view name) const {
  const auto found = std::find_if(members.rbegin(), members.rend(), [&](const Member& m) { return m.name == name; });
  return found == members.rend() ? nullptr : &found->value;
}

std::optional<LenientJson> parse_lenient_json(std::string_view text) { return Reader(text).document(); }

std::size_t memory_of_lenient_json(std::string_view text) {
  // Each value but the first stands behind one of these; a list that grows is there twice for a moment.
  const auto opens_value = [](char c) { return c == ',' || c == ':' || c == '['; };
  const auto values = 1 + static_cast<std::size_t>(std::count_if(text.begin(), text.end(), opens_value));
  return 2 * text.size() + 3 * values * sizeof(LenientJson::Member);
}

std::string to_json_text(const LenientJson& json) {
  std::string out;
  append(out, json);
  return out;
}

std::string to_template_text(const LenientJson& json, std::chrono::minutes local_offset) {
  switch (json.kind) {
    case Kind::null:
      return "";
    case Kind::boolean:
      return json.flag ? "True" : "False";
    case Kind::integer:
      return json.text;
    case Kind::real:
      return format_double(json.real);
    case Kind::text:
      return text_or_date(json.text, local_offset);
    default:
      return to_json_text(json);
  }
}

}  // namespace slipway::language
