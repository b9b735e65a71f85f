// The substitution language: texts such as `#{Server | ToLower}:#{Port}` evaluated over variables
// (docs/language.md, Templates).
//
// A Template is parsed once and evaluated many times. A Bindings is made once of a set of variables and shared by all
// evaluations over it. The free functions do both for a single use. All of it is pure: the time is given, and so is the
// Budget, which evaluations of one cause share.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "language/templates/budget.h"
#include "language/templates/variables.h"

namespace slipway::language {

struct EvaluationOptions {
  /// False: a token that does not parse stays as it is and parsing goes on behind it. For files and scripts.
  bool halt_on_error = true;
  Time now{};                            ///< what NowDate and NowDateUtc show
  std::chrono::minutes local_offset{0};  ///< of the server's time zone, for NowDate
};

struct Evaluation {
  std::optional<std::string> text;  ///< nullopt when the `null` filter was met
  /// Why the text is not what was meant: the parser's message, or the list of missing tokens. The text is complete
  /// nonetheless, with what could not be evaluated echoed.
  std::optional<std::string> error;
  std::vector<std::string> missing_tokens;  ///< canonical texts, distinct, in order of appearance
  std::vector<std::string> secrets = {};    ///< what was made of sensitive variables on the way, and is to be masked

  /// The text, "" for null.
  const std::string& text_or_empty() const;
};

struct TemplateTree;
class BindingTree;

/// A parsed text. Immutable, cheap to copy. Threads: any.
class Template {
 public:
  /// Never throws for bad templates: see error(). Throws Error{too_large} for texts nested too deeply to parse.
  static Template parse(std::string_view text, bool halt_on_error = true);

  /// What the parser objected to, with line and column; such a template evaluates to its own text.
  const std::optional<std::string>& error() const { return error_; }
  /// The template printed as source, which parses to an equal template.
  std::string to_string() const;
  /// The form in which its tokens are echoed when they can't be evaluated. Can't always be parsed again.
  std::string echo() const;
  /// The names that evaluating may ask for, distinct, in order of appearance: each step of a dotted name by itself.
  std::vector<std::string> argument_names() const;

 private:
  friend class Bindings;
  std::string text_;
  std::shared_ptr<const TemplateTree> tree_;  // null when the text has no tokens or does not parse
  std::optional<std::string> error_;
};

/// Variables bound for evaluation. Threads: evaluations may run at once.
class Bindings {
 public:
  explicit Bindings(VariableSet variables);
  ~Bindings();
  Bindings(Bindings&&) noexcept;
  Bindings& operator=(Bindings&&) noexcept;

  /// Throws Error{invalid} where the language itself throws: self-referencing variables, bad base64 or regular
  /// expressions, bad versions; Error{too_large} at a limit.
  Evaluation evaluate(const Template&, Budget&, const EvaluationOptions& = {}) const;
  Evaluation evaluate(std::string_view text, Budget&, const EvaluationOptions& = {}) const;

  /// No error, not null, and none of "", 0, no, false (the last two trimmed and in any case): run conditions.
  bool is_truthy(std::string_view text, Budget&, const EvaluationOptions& = {}) const;
  /// The variable evaluated; its text is nullopt when it is missing or null.
  Evaluation evaluate_variable(std::string_view name, Budget&, const EvaluationOptions& = {}) const;
  /// Its text alone.
  std::optional<std::string> get(std::string_view name, Budget&, const EvaluationOptions& = {}) const;
  /// Evaluates every variable, in order. What many calls of get() give, with values that others use evaluated once.
  /// Collects no secrets.
  std::vector<Evaluation> evaluate_all(Budget&, const EvaluationOptions& = {}) const;
  /// "true" or "false" in any case; nullopt for anything else.
  std::optional<bool> get_flag(std::string_view name, Budget&, const EvaluationOptions& = {}) const;
  std::optional<std::int32_t> get_int32(std::string_view name, Budget&, const EvaluationOptions& = {}) const;
  /// Throws Error{invalid} when the variable is missing or empty.
  std::string require(std::string_view name, Budget&, const EvaluationOptions& = {}) const;
  /// The elements that `#{each x in collection}` would go over.
  std::vector<std::string> get_indexes(std::string_view collection, Budget&, const EvaluationOptions& = {}) const;

  const VariableSet& variables() const { return variables_; }

 private:
  VariableSet variables_;
  std::unique_ptr<const BindingTree> tree_;
};

/// True when the text holds no token, so that evaluating returns it as it is.
bool can_skip_evaluation(std::string_view text);
bool is_truthy_value(std::string_view value);

Evaluation evaluate(std::string_view text, const VariableSet&, Budget&, const EvaluationOptions& = {});
bool evaluate_truthy(std::string_view text, const VariableSet&, Budget&, const EvaluationOptions& = {});

}  // namespace slipway::language
