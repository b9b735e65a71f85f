#include "language/templates/template_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

#include "base/error.h"
#include "base/text.h"
#include "language/dotnet/unicode.h"

namespace slipway::language {
namespace {

// Together they bound how deep later passes over a template recurse.
constexpr int kMaxNesting = 100;
constexpr int kMaxChain = 40;  // filters behind one another, operators in one sum or product

[[noreturn]] void fail_too_deep() {
  fail(ErrorCode::too_large, fmt::format("A template is nested deeper than {} levels, or has more than {} filters or "
                                         "operators in a row. Split it into several variables.",
                                         kMaxNesting, kMaxChain));
}

constexpr auto kIdentifierAscii = [] {
  std::array<bool, 128> table{};
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                       " \t\r\n\f\v_-:/~()@")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
      line_ends_.push_back(at);
    }
  }

  ParsedTemplate parse(bool halt_on_error) {
    ParsedTemplate result;
    result.tokens.reserve(4);
    while (at_ < text_.size()) {
      if (TokenPtr token = token_or_text()) {
        result.tokens.push_back(std::move(token));
      } else if (halt_on_error) {
        return {{}, failure()};
      } else {
        result.tokens.push_back(raw_text_to(std::max(furthest_, at_ + 1)));
      }
      furthest_ = at_;
    }
    return result;
  }

  std::optional<Symbol> symbol() {
    Symbol symbol;
    if (!take_name_step(symbol)) return std::nullopt;
    while (take_further_step(symbol)) {
    }
    return symbol;
  }

 private:
  // Places in the text

  /// Returns to where it was made unless keep() is called: the backtracking of the grammar.
  class Mark {
   public:
    explicit Mark(Parser& parser) : parser_(parser), start_(parser.at_) {}
    ~Mark() {
      parser_.furthest_ = std::max(parser_.furthest_, parser_.at_);
      if (!kept_) parser_.at_ = start_;
    }
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;
    bool keep() const { return kept_ = true; }
    template <class T>
    std::optional<T> keep(T value) const {
      kept_ = true;
      return std::optional<T>(std::move(value));
    }

   private:
    Parser& parser_;
    std::size_t start_;
    mutable bool kept_ = false;
  };

  class Nesting {
   public:
    explicit Nesting(Parser& parser) : parser_(parser) {
      if (++parser_.nesting_ > kMaxNesting) fail_too_deep();
    }
    ~Nesting() { --parser_.nesting_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    Parser& parser_;
  };

  bool at_end() const { return at_ >= text_.size(); }
  bool sees(std::string_view expected) const { return text_.substr(at_, expected.size()) == expected; }
  bool take(std::string_view expected) {
    if (!sees(expected)) return false;
    at_ += expected.size();
    return true;
  }
  bool take_ignoring_case(std::string_view expected) {
    if (!equals_ignoring_case(text_.substr(at_, expected.size()), expected)) return false;
    at_ += expected.size();
    return true;
  }

  /// The length in bytes of white space at `at`; 0 for anything else.
  std::size_t white_space_at(std::size_t at) const {
    if (at >= text_.size()) return 0;
    std::size_t next = at;
    return is_white_space(next_character(text_, next)) ? next - at : 0;
  }
  bool skip_white_space() {
    const std::size_t start = at_;
    while (const std::size_t length = white_space_at(at_)) at_ += length;
    return at_ > start;
  }

  Position position_of(std::size_t offset) const {
    const auto next_end = std::lower_bound(line_ends_.begin(), line_ends_.end(), offset);
    const std::size_t line_start = next_end == line_ends_.begin() ? 0 : *std::prev(next_end) + 1;
    return {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(next_end - line_ends_.begin() + 1),
            static_cast<std::uint32_t>(offset - line_start + 1)};
  }

  std::string failure() const {
    const std::size_t where = std::min(std::max(furthest_, at_), text_.size());
    const Position position = position_of(where);
    std::string found = "the end of the text";
    if (where < text_.size()) {
      std::size_t next = where;
      next_character(text_, next);
      found = fmt::format("'{}'", text_.substr(where, next - where));
    }
    return fmt::format("The template could not be parsed: unexpected {} at line {}, column {}.", found, position.line,
                       position.column);
  }

  TokenPtr raw_text_to(std::size_t end) {
    end = std::min(end, text_.size());
    const std::string_view raw = text_.substr(at_, end - at_);
    at_ = end;
    return std::make_shared<const Token>(Text{std::string(raw)});
  }

  // Tokens

  TokenPtr token_or_text() { return sees("#{") ? token() : text(); }

  /// Text up to the next token, with `##{` unescaped to `#{`. Null when a token (or what looks like one) stands here.
  TokenPtr text() {
    std::string out;
    while (!at_end()) {
      const std::size_t hash = std::min(text_.find('#', at_), text_.size());
      out += text_.substr(at_, hash - at_);
      at_ = hash;
      if (at_end()) break;
      if (at_ + 1 == text_.size()) {
        take("#");
        out += '#';
      } else if (sees("###{")) {  // an escape in front of a token: the token is next
        take("##");
        out += '#';
      } else if (take("##{")) {
        out += "#{";
      } else if (sees("#{")) {
        break;
      } else {
        out += text_.substr(at_, 2);
        at_ += 2;
      }
    }
    if (out.empty()) return nullptr;
    return std::make_shared<const Token>(Text{std::move(out)});
  }

  /// The token that starts here with `#{`, remembered, because alternatives may come by again. Null when there is none.
  TokenPtr token() {
    if (!sees("#{") || sees("#{/")) {
      furthest_ = std::max(furthest_, std::min(at_ + 2, text_.size()));
      return nullptr;
    }
    const std::size_t start = at_;
    if (const auto known = tokens_at_.find(start); known != tokens_at_.end()) {
      if (known->second.token) at_ = known->second.end;
      return known->second.token;
    }
    const Nesting nesting(*this);
    TokenPtr token;
    switch (first_letter_inside()) {
      case 'i':
        token = block_of(block_if());
        break;
      case 'u':
        token = block_of(block_unless());
        break;
      case 'c':
        token = calculation();
        break;
      case 'e':
        token = repetition();
        break;
      default:
        break;
    }
    if (!token) token = substitution();
    // Nothing comes by again at the top.
    if (nesting_ > 1) tokens_at_[start] = {token, at_};
    return token;
  }

  template <class T>
  static TokenPtr token_of(std::optional<T> content) {
    return content ? std::make_shared<const Token>(std::move(*content)) : nullptr;
  }
  /// A token of a block, which is kept behind a pointer.
  template <class T>
  static TokenPtr block_of(std::optional<T> content) {
    return content ? std::make_shared<const Token>(std::make_shared<const T>(std::move(*content))) : nullptr;
  }

  /// What a keyword behind `#{` would begin with, in lower case.
  char first_letter_inside() const {
    std::size_t at = at_ + 2;
    while (const std::size_t length = white_space_at(at)) at += length;
    return at < text_.size() ? static_cast<char>(text_[at] | 0x20) : '\0';
  }

  /// `#{ keyword `, with the white space that must follow it.
  bool open(std::string_view keyword) {
    if (!take("#{")) return false;
    skip_white_space();
    return take_ignoring_case(keyword) && skip_white_space();
  }
  bool close() {
    skip_white_space();
    return take("}");
  }

  TokenPtr substitution() {
    const auto read = [&]() -> std::optional<Substitution> {
      const Mark mark(*this);
      take("#{");
      skip_white_space();
      auto inside = expression();
      if (!inside || !close()) return std::nullopt;
      return mark.keep(Substitution{std::move(*inside)});
    };
    return token_of(read());
  }

  std::optional<Conditional> block_if() {
    const Mark mark(*this);
    if (!open("if")) return std::nullopt;
    auto block = rest_of_if();
    if (!block || !take("#{/if}")) return std::nullopt;
    return mark.keep(std::move(*block));
  }

  /// `condition} body`, then further branches, up to the closing tag: an elseif is an if inside the else branch.
  std::optional<Conditional> rest_of_if() {
    auto block = condition();
    if (!block || !close()) return std::nullopt;
    block->when_true = body([&] { return sees("#{else}") || sees_else_if(); });
    if (sees_else_if()) {
      const Nesting nesting(*this);
      take("#{elseif");
      skip_white_space();
      auto next = rest_of_if();
      if (!next) return std::nullopt;
      block->when_false.push_back(block_of(std::move(next)));
    } else if (take("#{else}")) {
      block->when_false = body([] { return false; });
    }
    return block;
  }

  bool sees_else_if() const { return sees("#{elseif") && white_space_at(at_ + 8) != 0; }

  std::optional<Conditional> block_unless() {
    const Mark mark(*this);
    if (!open("unless")) return std::nullopt;
    auto block = condition();
    if (!block || !close()) return std::nullopt;
    block->was_unless = true;
    block->when_false = body([&] { return sees("#{else}"); });
    if (take("#{else}")) block->when_true = body([] { return false; });
    if (!take("#{/unless}")) return std::nullopt;
    return mark.keep(std::move(*block));
  }

  template <class Stop>
  Tokens body(Stop stop) {
    Tokens tokens;
    while (!at_end() && !stop()) {
      TokenPtr token = token_or_text();
      if (!token) break;
      tokens.push_back(std::move(token));
    }
    return tokens;
  }

  std::optional<Conditional> condition() {
    Conditional c;
    std::optional<std::string> literal_left = literal();
    if (!literal_left) {
      auto left = expression();
      if (!left) return std::nullopt;
      c.left = std::move(*left);
    }
    const auto test = comparison();
    if (!test) return literal_left ? std::nullopt : std::optional(std::move(c));
    c.test = *test;
    if (literal_left) {
      auto right = expression();
      if (!right) return std::nullopt;
      c.left = std::move(*right);
      c.right = std::move(*literal_left);
    } else if (auto literal_right = literal()) {
      c.right = std::move(*literal_right);
    } else {
      auto right = expression();
      if (!right) return std::nullopt;
      c.right = std::move(*right);
    }
    return c;
  }

  std::optional<Conditional::Test> comparison() {
    const Mark mark(*this);
    skip_white_space();
    const bool equal = take("==");
    if (!equal && !take("!=")) return std::nullopt;
    skip_white_space();
    return mark.keep(equal ? Conditional::Test::equal : Conditional::Test::not_equal);
  }

  /// `"no quote or hash"` or `\"anything\"`.
  std::optional<std::string> literal() {
    const Mark mark(*this);
    const bool escaped = take("\\\"");
    if (!escaped && !take("\"")) return std::nullopt;
    const std::size_t end = escaped ? text_.find("\\\"", at_) : text_.find_first_of("\"#", at_);
    if (end == std::string_view::npos || (!escaped && text_[end] != '"')) {
      at_ = std::min(end, text_.size());
      return std::nullopt;
    }
    std::string content(text_.substr(at_, end - at_));
    at_ = end + (escaped ? 2 : 1);
    return mark.keep(std::move(content));
  }

  TokenPtr repetition() {
    const auto read = [&]() -> std::optional<Repetition> {
      const Mark mark(*this);
      if (!open("each")) return std::nullopt;
      const std::string_view enumerator = identifier();
      if (enumerator.empty()) return std::nullopt;
      skip_white_space();
      if (!take("in")) return std::nullopt;
      skip_white_space();
      auto collection = symbol();
      if (!collection || !close()) return std::nullopt;
      Tokens content = body([] { return false; });
      if (!take("#{/each}")) return std::nullopt;
      return mark.keep(Repetition{std::string(enumerator), std::move(*collection), std::move(content)});
    };
    return block_of(read());
  }

  // Expressions

  std::optional<Expression> expression() {
    const Mark mark(*this);
    std::optional<Expression> result;
    if (auto path = symbol()) result = std::move(*path);
    {
      const Mark before_pipe(*this);
      skip_white_space();
      if (sees("|")) before_pipe.keep();
    }
    for (int count = 0; sees("|"); ++count) {
      if (count == kMaxChain) fail_too_deep();
      auto call = filter_call(result);
      if (!call) return std::nullopt;
      result = std::make_shared<const FilterCall>(std::move(*call));
    }
    if (!result) return std::nullopt;
    return mark.keep(std::move(*result));
  }

  std::optional<FilterCall> filter_call(std::optional<Expression> subject) {
    const Nesting nesting(*this);
    take("|");
    skip_white_space();
    FilterCall call{std::move(subject), std::string(bare_word()), {}};
    if (call.name.empty()) return std::nullopt;
    skip_white_space();
    while (take_option(call)) {
    }
    return call;
  }

  bool take_option(FilterCall& call) {
    if (sees("#{")) {
      // No white space is skipped behind a token: `Replace #{a} #{b}` does not parse.
      const TokenPtr option = token();
      if (option) call.options.emplace_back(option);
      return option != nullptr;
    }
    const Mark mark(*this);
    skip_white_space();
    std::optional<std::string> option;
    if (const std::string_view word = bare_word(); !word.empty()) {
      option = std::string(word);
    } else {
      option = literal();
    }
    if (!option) return false;
    call.options.emplace_back(std::move(*option));
    skip_white_space();
    return mark.keep();
  }

  static bool is_identifier_character(char32_t c) {
    if (c < 0x80) return kIdentifierAscii[c];
    return c != kNoCharacter && (is_letter(c) || is_decimal_digit(c) || is_white_space(c));
  }

  std::string_view bare_word() {
    const std::size_t start = at_;
    while (!at_end()) {
      std::size_t next = at_;
      const char32_t c = next_character(text_, next);
      if (!is_identifier_character(c) || is_white_space(c)) break;
      at_ = next;
    }
    return text_.substr(start, at_ - start);
  }

  /// White space in front of a pipe, a brace or an operator word does not belong to a name.
  bool white_space_ends_name(std::size_t next) const {
    const std::string_view rest = text_.substr(next);
    if (rest.starts_with('|') || rest.starts_with('}')) return true;
    return (rest.starts_with("in") || rest.starts_with("==") || rest.starts_with("!=")) &&
           white_space_at(next + 2) != 0;
  }

  /// "" when there is none.
  std::string_view identifier() {
    const std::size_t start = at_;
    while (!at_end()) {
      std::size_t next = at_;
      const char32_t c = next_character(text_, next);
      if (!is_identifier_character(c) || (is_white_space(c) && white_space_ends_name(next))) break;
      at_ = next;
    }
    furthest_ = std::max(furthest_, at_);
    return trim_white_space(text_.substr(start, at_ - start));
  }

  bool take_name_step(Symbol& symbol) {
    const Position position = position_of(at_);
    const std::string_view name = identifier();
    if (name.empty()) return false;
    symbol.steps.push_back({Step::Kind::name, std::string(name), fold_case(name), nullptr, position});
    return true;
  }

  bool take_further_step(Symbol& symbol) {
    const Mark mark(*this);
    if (take(".")) return take_name_step(symbol) && mark.keep();
    const Position position = position_of(at_);
    if (!take("[")) return false;
    skip_white_space();
    if (auto inside = indirect_index()) {
      symbol.steps.push_back({Step::Kind::indirect_index, {}, {}, std::move(inside), position});
      return mark.keep();
    }
    const auto inside = literal_index();
    if (!inside) return false;
    symbol.steps.push_back({Step::Kind::index, std::string(*inside), fold_case(*inside), nullptr, position});
    return mark.keep();
  }

  /// `#{symbol} ]`. Null when what is inside the brackets is something else.
  std::shared_ptr<const Symbol> indirect_index() {
    const Nesting nesting(*this);
    const Mark mark(*this);
    if (!take("#{")) return nullptr;
    skip_white_space();
    auto inside = symbol();
    if (!inside || !close()) return nullptr;
    skip_white_space();
    if (!take("]")) return nullptr;
    mark.keep();
    return std::make_shared<const Symbol>(std::move(*inside));
  }

  /// Anything with balanced brackets, up to the closing one.
  std::optional<std::string_view> literal_index() {
    const std::size_t start = at_;
    int open_brackets = 1;
    for (; !at_end(); ++at_) {
      if (text_[at_] == '[') ++open_brackets;
      if (text_[at_] == ']' && --open_brackets == 0) {
        const std::string_view inside = text_.substr(start, at_ - start);
        ++at_;
        return inside;
      }
    }
    return std::nullopt;
  }

  // Arithmetic

  TokenPtr calculation() {
    const auto read = [&]() -> std::optional<CalculationPtr> {
      const Mark mark(*this);
      if (!open("calc")) return std::nullopt;
      CalculationPtr result = sum();
      if (!result || !close()) return std::nullopt;
      return mark.keep(std::move(result));
    };
    return token_of(read());
  }

  CalculationPtr sum() {
    return chain("+-", [&] { return product(); });
  }
  CalculationPtr product() {
    return chain("*/%", [&] { return operand(); });
  }

  template <class Operand>
  CalculationPtr chain(std::string_view operators, Operand next) {
    CalculationPtr left = next();
    for (int count = 0; left; ++count) {
      skip_white_space();
      if (at_end() || operators.find(text_[at_]) == std::string_view::npos) return left;
      if (count == kMaxChain) fail_too_deep();
      const char op = text_[at_++];
      CalculationPtr right = next();
      if (!right) return nullptr;
      left =
          std::make_shared<const Calculation>(Calculation{Calculation::Operation{op, left, std::move(right)}, false});
    }
    return left;
  }

  CalculationPtr operand() {
    const Nesting nesting(*this);
    skip_white_space();
    if (take("(")) {
      const CalculationPtr inside = sum();
      skip_white_space();
      if (!inside || !take(")")) return nullptr;
      return std::make_shared<const Calculation>(Calculation{inside->content, true});
    }
    if (auto number = unsigned_number()) {
      return std::make_shared<const Calculation>(Calculation{std::move(*number), false});
    }
    const bool braced = take("{");
    if (braced) skip_white_space();
    auto path = symbol();
    if (!path || (braced && !close())) return nullptr;
    return std::make_shared<const Calculation>(Calculation{Calculation::Operand{std::move(*path), braced}, false});
  }

  /// `5`, `5.2` or `.5`; not `5.`.
  std::optional<Calculation::Number> unsigned_number() {
    const Mark mark(*this);
    const std::size_t start = at_;
    const auto take_digits = [&] {
      const std::size_t first = at_;
      while (!at_end() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
      return at_ > first;
    };
    const bool whole = take_digits();
    const std::size_t after_whole = at_;
    if (take(".") && !take_digits()) {
      at_ = after_whole;
      if (!whole) return std::nullopt;
    }
    if (at_ == start) return std::nullopt;
    std::string digits(text_.substr(start, at_ - start));
    double value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return mark.keep(Calculation::Number{value, std::move(digits)});
  }

  struct Known {
    TokenPtr token;
    std::size_t end;
  };

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t furthest_ = 0;  // that any alternative got
  int nesting_ = 0;
  std::unordered_map<std::size_t, Known> tokens_at_;
  std::vector<std::size_t> line_ends_;
};

}  // namespace

ParsedTemplate parse_template(std::string_view text, bool halt_on_error) { return Parser(text).parse(halt_on_error); }

void charge_parsing(std::string_view text, Budget& budget, Budget::Hold& hold) {
  constexpr std::size_t kPerToken = 128, kPerWord = 96, kPerSign = 64;  // `a.a.a` and `a+a+a` become many small parts
  budget.spend(text.size());
  std::size_t bytes = 2 * text.size();
  bool inside = false, in_word = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '#' && text.substr(at, 2) == "#{") {
      bytes += kPerToken;
      inside = true;
    } else if (c == '}') {
      inside = false;
    }
    if (!inside) continue;
    const bool is_sign = std::string_view("+-*/%|.[]{}(),=!#\"").find(c) != std::string_view::npos;
    const bool is_word = !is_sign && static_cast<unsigned char>(c) > ' ';
    if (is_sign) bytes += kPerSign;
    if (is_word && !in_word) bytes += kPerWord;
    in_word = is_word;
  }
  hold.add(bytes);
}

std::optional<Symbol> parse_name(std::string_view name) { return Parser(name).symbol(); }

}  // namespace slipway::language
