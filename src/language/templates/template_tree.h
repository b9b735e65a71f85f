// The parsed form of a template. Nodes are immutable and shared, because the parser may reach the same one by two ways.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace slipway::language {

struct Token;
using TokenPtr = std::shared_ptr<const Token>;
using Tokens = std::vector<TokenPtr>;

/// Where something stands in its template; lines and columns count from 1.
struct Position {
  std::uint32_t offset = 0, line = 0, column = 0;
  bool operator==(const Position&) const = default;
};

struct Symbol;

/// One step of a path: `.Name`, `[text]`, or `[#{symbol}]`. The last is settled while it is being evaluated: its text
/// is then a variable's value, which is not shown.
struct Step {
  enum class Kind { name, index, indirect_index, settled_index } kind = Kind::name;
  std::string text;
  std::string folded;                             ///< the text as names are compared
  std::shared_ptr<const Symbol> indirect_symbol;  ///< of an indirect or settled index alone
  Position position;
};

struct Symbol {
  std::vector<Step> steps;
};

struct FilterCall;
/// What stands inside `#{ }`: a symbol, or a filter applied to something or to nothing.
using Expression = std::variant<Symbol, std::shared_ptr<const FilterCall>>;

struct FilterCall {
  std::optional<Expression> subject;
  std::string name;
  std::vector<std::variant<std::string, TokenPtr>> options;
};

struct Text {
  std::string text;
};

struct Substitution {
  Expression expression;
};

struct Conditional {
  enum class Test { truthy, equal, not_equal };
  Expression left;
  Test test = Test::truthy;
  std::variant<std::string, Expression> right;  ///< of a comparison; a text is a literal
  Tokens when_true;
  Tokens when_false;
  bool was_unless = false;  ///< written as an `unless`, whose branches stand here swapped
};

struct Repetition {
  std::string enumerator;
  Symbol collection;
  Tokens body;
};

struct Calculation;
using ConditionalPtr = std::shared_ptr<const Conditional>;
using RepetitionPtr = std::shared_ptr<const Repetition>;
using CalculationPtr = std::shared_ptr<const Calculation>;

/// A node of an arithmetic expression.
struct Calculation {
  struct Operation {
    char op;  ///< + - * / %
    CalculationPtr left, right;
  };
  struct Number {
    double value;
    std::string text;
  };
  struct Operand {
    Symbol symbol;
    bool braced;
  };
  std::variant<Number, Operand, Operation> content;
  bool parenthesised = false;
};

/// Text and substitutions, by far the most, are kept in place.
struct Token : std::variant<Text, Substitution, ConditionalPtr, RepetitionPtr, CalculationPtr> {
  using variant::variant;
};

struct TemplateTree {
  Tokens tokens;
};

/// Canonical texts, as missing tokens are echoed: `unless` is an `if` with swapped branches, and `calc` goes unsaid.
std::string to_string(const Symbol&);
std::string to_string(const Expression&);
std::string to_string(const Token&);
std::string to_string(const Tokens&);
/// The whole template as source that parses to the same again.
std::string to_source(const Tokens&);

/// The identifiers in a template, distinct, in order of appearance (GetArgumentNames).
std::vector<std::string> argument_names(const Tokens&);

}  // namespace slipway::language
