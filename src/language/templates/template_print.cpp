#include <fmt/format.h>

#include "language/templates/template_tree.h"

namespace slipway::language {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at, 2) == "#{") out += '#';
    out += text[at];
  }
  return out;
}

enum class Style { echo, source };

class Printer {
 public:
  explicit Printer(Style style) : style_(style) {}

  std::string operator()(const Text& text) const { return escaped(text.text); }
  std::string operator()(const Substitution& s) const { return fmt::format("#{{{}}}", print(s.expression)); }

  std::string operator()(const ConditionalPtr& conditional) const {
    const Conditional& c = *conditional;
    std::string condition = print(c.left);
    if (c.test != Conditional::Test::truthy) {
      const std::string* literal = std::get_if<std::string>(&c.right);
      condition += fmt::format(" {} {} ", c.test == Conditional::Test::equal ? "==" : "!=",
                               literal != nullptr ? quoted(*literal, *literal) : print(std::get<Expression>(c.right)));
    }
    if (style_ == Style::source && c.was_unless) return block("unless", condition, c.when_false, c.when_true);
    return block("if", condition, c.when_true, c.when_false);
  }

  std::string operator()(const RepetitionPtr& repetition) const {
    const Repetition& r = *repetition;
    return fmt::format("#{{each {} in {}}}{}#{{/each}}", r.enumerator, print(r.collection), print(r.body, true));
  }

  std::string operator()(const CalculationPtr& c) const {
    return fmt::format("#{{{}{}}}", style_ == Style::source ? "calc " : "", print(*c));
  }

  std::string print(const Token& token) const { return std::visit(*this, token); }

  std::string print(const Symbol& symbol) const {
    std::string out;
    for (const Step& step : symbol.steps) {
      switch (step.kind) {
        case Step::Kind::name:
          out += (out.empty() ? "" : ".") + step.text;
          break;
        case Step::Kind::index:
          out += fmt::format("[{}]", step.text);
          break;
        case Step::Kind::indirect_index:
        case Step::Kind::settled_index:
          out += fmt::format("[#{{{}}}]", print(*step.indirect_symbol));
          break;
      }
    }
    return out;
  }

  std::string print(const Expression& expression) const {
    if (const Symbol* symbol = std::get_if<Symbol>(&expression)) return print(*symbol);
    const FilterCall& call = *std::get<std::shared_ptr<const FilterCall>>(expression);
    std::string out = fmt::format("{}| {}", call.subject ? subject(*call.subject) : " ", call.name);
    for (const auto& option : call.options) {
      const std::string* text = std::get_if<std::string>(&option);
      out += ' ';
      out += text != nullptr ? quoted(*text, escaped(*text)) : print(*std::get<TokenPtr>(option));
    }
    return out;
  }

  /// `inside_block`: a closing tag follows the last token.
  std::string print(const Tokens& tokens, bool inside_block) const {
    std::string out;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      out += print(*tokens[i]);
      // A last "#" must not melt into the token or tag behind it.
      const Text* text = std::get_if<Text>(tokens[i].get());
      if (text != nullptr && text->text.ends_with('#') && (inside_block || i + 1 < tokens.size())) out += '#';
    }
    return out;
  }

 private:
  /// What stands in front of a pipe. The parser takes no blank between a token as last option and the next pipe.
  std::string subject(const Expression& expression) const {
    const auto* call = std::get_if<std::shared_ptr<const FilterCall>>(&expression);
    const bool ends_with_token =
        call != nullptr && !(*call)->options.empty() && std::holds_alternative<TokenPtr>((*call)->options.back());
    return print(expression) + (style_ == Style::source && ends_with_token ? "" : " ");
  }

  std::string block(std::string_view keyword, const std::string& condition, const Tokens& body,
                    const Tokens& otherwise) const {
    const std::string second = otherwise.empty() ? "" : "#{else}" + print(otherwise, true);
    return fmt::format("#{{{0} {1}}}{2}{3}#{{/{0}}}", keyword, condition, print(body, true), second);
  }

  std::string quoted(const std::string& text, const std::string& echoed) const {
    const bool needs_escape = style_ == Style::source && text.find_first_of("\"#") != std::string::npos;
    return needs_escape ? fmt::format("\\\"{}\\\"", text) : fmt::format("\"{}\"", echoed);
  }

  std::string print(const Calculation& c) const {
    std::string text;
    if (const auto* number = std::get_if<Calculation::Number>(&c.content)) {
      text = number->text;
    } else if (const auto* operand = std::get_if<Calculation::Operand>(&c.content)) {
      text = operand->braced ? fmt::format("{{{}}}", print(operand->symbol)) : print(operand->symbol);
    } else {
      const auto& operation = std::get<Calculation::Operation>(c.content);
      text = print(*operation.left) + operation.op + print(*operation.right);
    }
    return c.parenthesised ? "(" + text + ")" : text;
  }

  Style style_;
};

}  // namespace

std::string to_string(const Symbol& symbol) { return Printer(Style::echo).print(symbol); }
std::string to_string(const Expression& expression) { return Printer(Style::echo).print(expression); }
std::string to_string(const Token& token) { return Printer(Style::echo).print(token); }
std::string to_string(const Tokens& tokens) { return Printer(Style::echo).print(tokens, false); }
std::string to_source(const Tokens& tokens) { return Printer(Style::source).print(tokens, false); }

}  // namespace slipway::language
