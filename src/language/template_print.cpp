#include <fmt/format.h>

#include "language/template_tree.h"

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

/// Text in front of something that starts with "#{": a last "#" must not melt into it.
void append_text(std::string& out, const Text& text, bool token_follows) {
  out += escaped(text.text);
  if (token_follows && text.text.ends_with('#')) out += '#';
}

void append_tokens(std::string& out, const Tokens& tokens, bool inside_block) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (const Text* text = std::get_if<Text>(tokens[i].get())) {
      append_text(out, *text, inside_block || i + 1 < tokens.size());
    } else {
      out += to_string(*tokens[i]);
    }
  }
}

std::string print(const Tokens& block) {
  std::string out;
  append_tokens(out, block, true);
  return out;
}

std::string print(const FilterCall& call) {
  std::string out = fmt::format("{} | {}", call.subject ? to_string(*call.subject) : "", call.name);
  for (const auto& option : call.options) {
    const std::string* text = std::get_if<std::string>(&option);
    out += text != nullptr ? fmt::format(" \"{}\"", escaped(*text)) : " " + to_string(*std::get<TokenPtr>(option));
  }
  return out;
}

std::string print(const Conditional& c) {
  std::string condition = to_string(c.left);
  if (c.test != Conditional::Test::truthy) {
    const std::string* literal = std::get_if<std::string>(&c.right);
    condition +=
        fmt::format(" {} {} ", c.test == Conditional::Test::equal ? "==" : "!=",
                    literal != nullptr ? fmt::format("\"{}\"", *literal) : to_string(std::get<Expression>(c.right)));
  }
  const std::string otherwise = c.when_false.empty() ? "" : "#{else}" + print(c.when_false);
  return fmt::format("#{{if {}}}{}{}#{{/if}}", condition, print(c.when_true), otherwise);
}

std::string print(const Calculation& c) {
  std::string text;
  if (const auto* number = std::get_if<Calculation::Number>(&c.content)) {
    text = number->text;
  } else if (const auto* operand = std::get_if<Calculation::Operand>(&c.content)) {
    text = operand->braced ? fmt::format("{{{}}}", to_string(operand->symbol)) : to_string(operand->symbol);
  } else {
    const auto& operation = std::get<Calculation::Operation>(c.content);
    text = print(*operation.left) + operation.op + print(*operation.right);
  }
  return c.parenthesised ? "(" + text + ")" : text;
}

struct TokenPrinter {
  std::string operator()(const Text& text) const { return escaped(text.text); }
  std::string operator()(const Substitution& s) const { return fmt::format("#{{{}}}", to_string(s.expression)); }
  std::string operator()(const Conditional& c) const { return print(c); }
  std::string operator()(const Repetition& r) const {
    return fmt::format("#{{each {} in {}}}{}#{{/each}}", r.enumerator, to_string(r.collection), print(r.body));
  }
  std::string operator()(const CalculationPtr& c) const { return fmt::format("#{{{}}}", print(*c)); }
};

}  // namespace

std::string to_string(const Symbol& symbol) {
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
        out += fmt::format("[#{{{}}}]", to_string(*step.indirect_symbol));
        break;
    }
  }
  return out;
}

std::string to_string(const Expression& expression) {
  const Symbol* symbol = std::get_if<Symbol>(&expression);
  return symbol != nullptr ? to_string(*symbol) : print(*std::get<std::shared_ptr<const FilterCall>>(expression));
}

std::string to_string(const Token& token) { return std::visit(TokenPrinter{}, token); }

std::string to_string(const Tokens& tokens) {
  std::string out;
  append_tokens(out, tokens, false);
  return out;
}

}  // namespace slipway::language
