#include <fmt/format.h>

#include "base/text.h"
#include "language/dotnet/unicode.h"
#include "language/filters/filters_all.h"

namespace slipway::language::filter {
namespace {

struct Escape {
  char character;
  std::string_view escaped;
};

constexpr Escape kXml[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&apos;"}};
constexpr Escape kHtml[] = {{'&', "&amp;"},  {'<', "&lt;"},    {'>', "&gt;"},
                            {'"', "&quot;"}, {'\'', "&apos;"}, {'/', "&#x2F;"}};
constexpr Escape kJson[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'\r', "\\r"}, {'\n', "\\n"}, {'\t', "\\t"}};
constexpr Escape kProperties[] = {{'\\', "\\\\"}, {'\r', "\\r"}, {'\n', "\\n"}, {'\t', "\\t"}};

const Escape* find(std::span<const Escape> table, char c) {
  for (const Escape& escape : table) {
    if (escape.character == c) return &escape;
  }
  return nullptr;
}

FilterResult escape(FilterSubject subject, FilterOptions options, std::span<const Escape> table) {
  if (!subject || !options.empty()) return std::nullopt;
  std::string out;
  for (const char c : *subject) {
    const Escape* known = find(table, c);
    known != nullptr ? out.append(known->escaped) : out.append(1, c);
  }
  return out;
}

/// Escapes by table, and every UTF-16 unit for which `foreign` holds as \uXXXX.
std::string escape_units(std::string_view text, std::span<const Escape> table, bool (*foreign)(char16_t)) {
  std::string out;
  std::u16string plain;
  const auto flush = [&] {
    out += from_utf16(plain);
    plain.clear();
  };
  for (const char16_t unit : to_utf16(text)) {
    const Escape* known = unit < 0x80 ? find(table, static_cast<char>(unit)) : nullptr;
    if (known == nullptr && !foreign(unit)) {
      plain += unit;
      continue;
    }
    flush();
    out += known != nullptr ? std::string(known->escaped) : fmt::format("\\u{:04x}", static_cast<unsigned>(unit));
  }
  flush();
  return out;
}

bool beyond_latin1(char16_t unit) { return unit >= 0xFF; }

/// Keeps unreserved characters and those of `also_kept`; the rest becomes %XX per byte.
std::string percent_escape(std::string_view text, std::string_view also_kept) {
  std::string out;
  for (const char c : text) {
    if (also_kept.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += percent_encode(std::string_view(&c, 1));
    }
  }
  return out;
}

}  // namespace

FilterResult html_escape(FilterSubject subject, FilterOptions options, const FilterContext&) {
  return escape(subject, options, kHtml);
}

FilterResult xml_escape(FilterSubject subject, FilterOptions options, const FilterContext&) {
  return escape(subject, options, kXml);
}

FilterResult json_escape(FilterSubject subject, FilterOptions options, const FilterContext&) {
  return escape(subject, options, kJson);
}

/// A quote is doubled, and every run of line breaks gets one more in front, because YAML folds one away.
FilterResult yaml_single_quote_escape(FilterSubject subject, FilterOptions options, const FilterContext&) {
  if (!subject || !options.empty()) return std::nullopt;
  std::string out;
  bool in_breaks = false;
  for (const char c : *subject) {
    const bool is_break = c == '\r' || c == '\n';
    if (is_break && !in_breaks) out += c == '\r' ? "\r\n" : "\n";
    in_breaks = is_break;
    out += c;
    if (c == '\'') out += c;
  }
  return out;
}

FilterResult yaml_double_quote_escape(FilterSubject subject, FilterOptions options, const FilterContext&) {
  if (!subject || !options.empty()) return std::nullopt;
  return escape_units(*subject, kJson, [](char16_t unit) { return unit < 0x20 || unit > 0x7E; });
}

FilterResult properties_key_escape(FilterSubject subject, FilterOptions options, const FilterContext&) {
  static constexpr Escape key[] = {{'\\', "\\\\"}, {'\r', "\\r"}, {'\n', "\\n"}, {'\t', "\\t"},
                                   {' ', "\\ "},   {':', "\\:"},  {'=', "\\="}};
  if (!subject || !options.empty()) return std::nullopt;
  return escape_units(*subject, key, beyond_latin1);
}

FilterResult properties_value_escape(FilterSubject subject, FilterOptions options, const FilterContext&) {
  if (!subject || !options.empty()) return std::nullopt;
  const std::string escaped = escape_units(*subject, kProperties, beyond_latin1);
  return escaped.starts_with(' ') ? "\\" + escaped : escaped;
}

FilterResult uri_escape(FilterSubject subject, FilterOptions options, const FilterContext&) {
  if (!subject || !options.empty()) return std::nullopt;
  return percent_escape(*subject, ":/?#[]@!$&'()*+,;=");
}

FilterResult uri_data_escape(FilterSubject subject, FilterOptions options, const FilterContext&) {
  if (!subject || !options.empty()) return std::nullopt;
  return percent_encode(*subject);
}

}  // namespace slipway::language::filter
