#include "cloud/xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace slipway::aws {
namespace {

constexpr std::size_t kMaxBytes = 1u << 20;
constexpr int kMaxDepth = 64;
constexpr std::string_view kBlanks = " \t\r\n";

void append_utf8(std::string& out, std::uint32_t c) {
  const auto byte = [&](std::uint32_t b) { out.push_back(static_cast<char>(b)); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | c >> 6);
    byte(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    byte(0xE0 | c >> 12);
    byte(0x80 | (c >> 6 & 0x3F));
    byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | c >> 18);
    byte(0x80 | (c >> 12 & 0x3F));
    byte(0x80 | (c >> 6 & 0x3F));
    byte(0x80 | (c & 0x3F));
  }
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {
    if (text.size() > kMaxBytes) fail(ErrorCode::too_large, "The XML answer is larger than 1 MiB.");
  }

  XmlElement document() {
    skip_misc();
    XmlElement root = element(1);
    skip_misc();
    if (at_ < text_.size()) malformed("there is text after the document");
    return root;
  }

 private:
  [[noreturn]] void malformed(std::string_view why) const {
    fail_invalid(fmt::format("The XML is malformed near byte {}: {}.", at_, why));
  }

  std::string_view rest() const { return text_.substr(at_); }
  bool take(std::string_view token) {
    if (!rest().starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  std::string_view take_until(std::string_view mark) {
    const auto end = text_.find(mark, at_);
    if (end == text_.npos) malformed("it ends too early");
    const auto taken = text_.substr(at_, end - at_);
    at_ = end + mark.size();
    return taken;
  }
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size()); }

  /// Blanks, declarations and comments around the root.
  void skip_misc() {
    for (skip_blanks(); skip_comment() || skip_instruction(); skip_blanks()) {
    }
  }
  bool skip_comment() { return take("<!--") && (take_until("-->"), true); }
  bool skip_instruction() { return take("<?") && (take_until("?>"), true); }

  XmlElement element(int depth) {
    if (depth > kMaxDepth) malformed("it is nested too deep");
    if (!take("<")) malformed("an element is expected");
    XmlElement element;
    element.name = name();
    skip_attributes();
    if (take("/>")) return element;
    if (!take(">")) malformed("a tag does not end");
    content(element, depth);
    if (name() != element.name) malformed(fmt::format("the end of <{}> is expected", element.name));
    skip_blanks();
    if (!take(">")) malformed("a tag does not end");
    return element;
  }

  /// Up to and including the "</" of the element's end.
  void content(XmlElement& element, int depth) {
    while (!take("</")) {
      if (take("<![CDATA[")) {
        element.text += take_until("]]>");
      } else if (skip_comment() || skip_instruction()) {
        continue;
      } else if (rest().starts_with('<')) {
        element.children.push_back(this->element(depth + 1));
      } else {
        text(element.text);
      }
    }
  }

  std::string name() {
    const auto end = std::min(text_.find_first_of(" \t\r\n/><=&!?\"'", at_), text_.size());
    if (end == at_) malformed("a name is expected");
    const auto start = std::exchange(at_, end);
    return std::string(text_.substr(start, end - start));
  }

  void skip_attributes() {
    for (skip_blanks(); !rest().empty() && !rest().starts_with('>') && !rest().starts_with("/>"); skip_blanks()) {
      name();
      skip_blanks();
      if (!take("=")) malformed("an attribute has no value");
      skip_blanks();
      if (take("\"")) {
        take_until("\"");
      } else if (take("'")) {
        take_until("'");
      } else {
        malformed("an attribute's value is not quoted");
      }
    }
  }

  void text(std::string& out) {
    const auto end = text_.find_first_of("<&", at_);
    if (end == text_.npos) malformed("it ends too early");
    out += text_.substr(at_, end - at_);
    at_ = end;
    if (take("&")) entity(out);
  }

  void entity(std::string& out) {
    static constexpr std::pair<std::string_view, char> kNamed[] = {
        {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    const auto end = text_.find(';', at_);
    if (end == text_.npos || end - at_ > 10) malformed("an entity does not end");
    const auto body = text_.substr(at_, end - at_);
    if (body.starts_with('#')) {
      append_utf8(out, code_point(body.substr(1)));
    } else {
      const auto known = std::ranges::find(kNamed, body, [](const auto& named) { return named.first; });
      if (known == std::end(kNamed)) malformed("an entity is unknown");
      out.push_back(known->second);
    }
    at_ = end + 1;
  }

  std::uint32_t code_point(std::string_view digits) const {
    const bool hex = digits.starts_with('x') || digits.starts_with('X');
    if (hex) digits.remove_prefix(1);
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
    const bool surrogate = value >= 0xD800 && value < 0xE000;
    if (error != std::errc() || end != digits.data() + digits.size() || value == 0 || value > 0x10FFFF || surrogate) {
      malformed("an entity is not a character");
    }
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

const XmlElement* XmlElement::find(std::string_view path) const {
  const XmlElement* at = this;
  for (const auto step : split(path, '/')) {
    const auto child = std::ranges::find(at->children, step, &XmlElement::name);
    if (child == at->children.end()) return nullptr;
    at = &*child;
  }
  return at;
}

std::optional<std::string> XmlElement::text_at(std::string_view path) const {
  const XmlElement* element = find(path);
  return element ? std::optional(element->text) : std::nullopt;
}

XmlElement parse_xml(std::string_view text) { return Reader(text).document(); }

}  // namespace slipway::aws
