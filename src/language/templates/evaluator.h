// Evaluates parsed templates over bound variables: one Evaluator for one evaluation, or for a run of them that may
// share what each variable comes to (docs/language.md, Templates).
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "language/filters/filters.h"
#include "language/templates/binding_tree.h"
#include "language/templates/budget.h"
#include "language/templates/template.h"
#include "language/templates/template_tree.h"

namespace slipway::language {

/// Distinct texts in the order of their first appearance.
class TokenList {
 public:
  void add(const std::string& token) {
    if (list_.empty()) known_ = std::make_unique<std::unordered_set<std::string>>();
    if (known_->insert(token).second) list_.push_back(token);
  }
  void add(const TokenList& others) {
    for (const std::string& token : others.list_) add(token);
  }
  bool contains(const std::string& token) const { return known_ && known_->contains(token); }
  const std::vector<std::string>& list() const { return list_; }

 private:
  std::vector<std::string> list_;
  std::unique_ptr<std::unordered_set<std::string>> known_;  // null while the list is empty, as it mostly is
};

/// A variable whose value leads back to itself.
class CycleError : public Error {
 public:
  explicit CycleError(std::string message) : Error(ErrorCode::invalid, std::move(message)) {}
};

class Evaluator {
 public:
  /// `expected_values`: how many variables are going to be evaluated, where that is known.
  Evaluator(const BindingTree& tree, Budget& budget, const EvaluationOptions& options, std::size_t expected_values = 0);

  struct Output {
    std::string text;
    TokenList missing;
    bool has_null = false;      ///< the `null` filter was met at this level
    bool holds_secret = false;  ///< a secret stands in it
  };
  Output evaluate(const Tokens& tokens);
  /// The value of a variable of the tree, given its parsed text. Kept for others that refer to it.
  const Output& evaluate(const BindingNode&, const Tokens&);
  /// The value that was kept of a variable; null when there is none yet.
  const Output* known_value(const BindingNode&) const;
  /// The unevaluated texts of the elements of a collection.
  std::vector<std::string> element_texts(const Symbol& collection);

  /// What was made of sensitive variables so far: by filters and sums, parts of documents and lists, and values that
  /// differ from what is written. Each stands somewhere in what was evaluated, or in what that was made of.
  std::vector<std::string> take_secrets();

 private:
  using Node = BindingNode;

  class Resolving;
  /// Where names are looked up: the bindings of a loop, of the root, or none (inside a value), then the parent's.
  struct Context {
    const Node* bindings;
    Context* parent;
    const Resolving* resolving = nullptr;  // the innermost symbol
  };

  /// A node that a symbol led to, and its evaluated text if it has a value of its own.
  struct Found {
    const Node* node;
    std::optional<std::string_view> text;
    Secrecy secrecy = Secrecy::none;
  };
  /// What an expression came to.
  struct Value {
    std::string text;
    Secrecy secrecy = Secrecy::none;
  };

  /// The place of one level of recursion. Throws at the limit.
  class Level;

  void append(Output&, std::string_view text, Secrecy = Secrecy::none);
  /// Keeps a text that must not be shown; returns what it is.
  Secrecy note_secret(std::string_view text);
  void add_missing(TokenList&, const std::string& token);
  void add_missing(TokenList&, const TokenList& tokens);
  void evaluate(const Tokens&, Context&, Output&);
  void evaluate(const Token&, Context&, Output&);
  void evaluate_substitution(const Token&, const Substitution&, Context&, Output&);
  void evaluate_conditional(const Token&, const Conditional&, Context&, Output&);
  void evaluate_repetition(const Repetition&, Context&, Output&);
  void evaluate_calculation(const Token&, const Calculation&, Context&, Output&);

  /// What it returns is held.
  std::optional<Value> value_of(const Expression&, Context&, TokenList& missing, Budget::Hold&);
  std::optional<Value> apply(const FilterCall&, Context&, TokenList& missing);
  /// One side of a condition: a missing symbol is "". Nullopt when a filter gave null.
  std::optional<Value> side_of(const Expression&, Context&, TokenList& missing, Budget::Hold&);
  std::optional<double> calculate(const Calculation&, Context&, TokenList& missing, bool& uses_secret);

  enum class Purpose { text, collection };
  std::optional<Found> resolve(const Symbol&, Context&, TokenList& missing, Purpose = Purpose::text);
  std::optional<Symbol> with_settled_indexes(const Symbol&, Context&);
  Node* next_node(const Node&, const Step&, Context&);
  void check_for_cycle(const Symbol&, const Context&);
  Found text_of(const Node&, Context&, TokenList& missing);

  std::vector<Node*> elements_of(const Symbol&, Context&, TokenList& missing);
  /// A parsed text; `has_tokens` where its parts must be evaluated before they are read further.
  struct Document {
    LenientJson json;
    bool has_tokens;
    Secrecy secrecy;
  };
  Node* json_step(const Node&, const Step&, Context&);
  const Document* document_of(const Node&, Context&);
  const Document* parse_document(std::string_view text, Secrecy);
  std::vector<Node*> elements_of(const LenientJson&, Secrecy);
  std::vector<Node*> elements_of(std::string_view list, Secrecy);
  Node& node_for(const LenientJson&, Secrecy);
  Node& node_for(std::string_view kept_text, Secrecy);
  std::string_view keep(std::string text);
  std::string_view text_of_json(const LenientJson&);

  Budget& budget_;
  const EvaluationOptions& options_;
  RegexCache regexes_;
  FilterContext filters_;
  Context root_;
  std::size_t depth_ = 0;
  std::size_t swallowed_cycles_ = 0;

  std::unordered_map<const Node*, Output> values_;              // of nodes found at the root
  std::unordered_map<const Node*, const Document*> documents_;  // of nodes found at the root; null: no JSON
  std::deque<Document> kept_documents_;
  std::deque<Node> kept_nodes_;
  std::deque<std::string> kept_texts_;
  std::set<std::string, std::less<>> secrets_;
};

}  // namespace slipway::language
