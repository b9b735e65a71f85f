#include "language/templates/template.h"

#include <fmt/format.h>

#include "base/brief.h"
#include "base/error.h"
#include "base/text.h"
#include "language/dotnet/dotnet_number.h"
#include "language/dotnet/unicode.h"
#include "language/templates/evaluator.h"
#include "language/templates/template_parser.h"

namespace slipway::language {
namespace {

Evaluation to_evaluation(const Evaluator::Output& out) {
  Evaluation evaluation;
  if (!out.has_null) evaluation.text = out.text;
  evaluation.missing_tokens = out.missing.list();
  if (!evaluation.missing_tokens.empty()) {
    evaluation.error = fmt::format("The following tokens were unable to be evaluated: '{}'",
                                   fmt::join(evaluation.missing_tokens, "', '"));
  }
  return evaluation;
}

/// What a text takes to evaluate nobody knows before.
void check_place() { Brief::check_allows("Evaluating a template"); }

}  // namespace

const std::string& Evaluation::text_or_empty() const {
  static const std::string empty;
  return text ? *text : empty;
}

Template Template::parse(std::string_view text, bool halt_on_error) {
  Template result;
  result.text_ = text;
  if (can_skip_evaluation(text)) return result;
  ParsedTemplate parsed = parse_template(text, halt_on_error);
  if (parsed.error) {
    result.error_ = std::move(parsed.error);
  } else {
    result.tree_ = std::make_shared<const TemplateTree>(TemplateTree{std::move(parsed.tokens)});
  }
  return result;
}

std::string Template::to_string() const { return tree_ ? to_source(tree_->tokens) : text_; }

std::string Template::echo() const { return tree_ ? language::to_string(tree_->tokens) : text_; }

std::vector<std::string> Template::argument_names() const {
  return tree_ ? language::argument_names(tree_->tokens) : std::vector<std::string>();
}

Bindings::Bindings(VariableSet variables)
    : variables_(std::move(variables)), tree_(std::make_unique<const BindingTree>(variables_)) {}
Bindings::~Bindings() = default;
Bindings::Bindings(Bindings&&) noexcept = default;
Bindings& Bindings::operator=(Bindings&&) noexcept = default;

Evaluation Bindings::evaluate(const Template& text, Budget& budget, const EvaluationOptions& options) const {
  check_place();
  if (!text.tree_) return {text.text_, text.error_, {}};
  Evaluator evaluator(*tree_, budget, options);
  Evaluation evaluation = to_evaluation(evaluator.evaluate(text.tree_->tokens));
  evaluation.secrets = evaluator.take_secrets();
  return evaluation;
}

Evaluation Bindings::evaluate(std::string_view text, Budget& budget, const EvaluationOptions& options) const {
  check_place();
  if (can_skip_evaluation(text)) return {std::string(text), std::nullopt, {}};
  Budget::Hold hold(budget);
  charge_parsing(text, budget, hold);
  return evaluate(Template::parse(text, options.halt_on_error), budget, options);
}

std::vector<Evaluation> Bindings::evaluate_all(Budget& budget, const EvaluationOptions& options) const {
  check_place();
  Evaluator evaluator(*tree_, budget, options, variables_.size());
  const auto evaluate_one = [&](const VariableSet::Entry& variable, const BindingNode* node) -> Evaluation {
    if (!variable.value || can_skip_evaluation(*variable.value)) return {variable.value, std::nullopt, {}};
    // Another variable of a similar name may have taken the node over; then this one's text stands for itself.
    const bool owns_node = node != nullptr && node->item && node->item->data() == variable.value->data();
    if (!owns_node) return evaluate(*variable.value, budget, options);
    if (const Evaluator::Output* known = evaluator.known_value(*node)) return to_evaluation(*known);
    Budget::Hold hold(budget);
    charge_parsing(*variable.value, budget, hold);
    const ParsedTemplate parsed = parse_template(*variable.value, true);
    if (parsed.error) return {variable.value, parsed.error, {}};
    return to_evaluation(evaluator.evaluate(*node, parsed.tokens));
  };
  std::vector<Evaluation> all;
  all.reserve(variables_.size());
  std::size_t position = 0;
  for (const VariableSet::Entry& variable : variables_) {
    try {
      all.push_back(evaluate_one(variable, tree_->node_of(position++)));
    } catch (const Error& e) {
      all.push_back({variable.value, e.message(), {}});
    }
  }
  return all;
}

bool Bindings::is_truthy(std::string_view text, Budget& budget, const EvaluationOptions& options) const {
  const Evaluation evaluation = evaluate(text, budget, options);
  return !evaluation.error && evaluation.text && is_truthy_value(*evaluation.text);
}

Evaluation Bindings::evaluate_variable(std::string_view name, Budget& budget, const EvaluationOptions& options) const {
  const VariableSet::Entry* variable = variables_.find(name);
  if (variable == nullptr || !variable->value) return {};
  Evaluation evaluation = evaluate(*variable->value, budget, options);
  if (variable->is_sensitive && evaluation.text) evaluation.secrets.push_back(*evaluation.text);
  return evaluation;
}

std::optional<std::string> Bindings::get(std::string_view name, Budget& budget,
                                         const EvaluationOptions& options) const {
  return evaluate_variable(name, budget, options).text;
}

std::optional<bool> Bindings::get_flag(std::string_view name, Budget& budget, const EvaluationOptions& options) const {
  const auto value = get(name, budget, options);
  if (!value) return std::nullopt;
  const std::string_view text = trim_white_space(*value);
  if (equals_ignoring_case(text, "true")) return true;
  if (equals_ignoring_case(text, "false")) return false;
  return std::nullopt;
}

std::optional<std::int32_t> Bindings::get_int32(std::string_view name, Budget& budget,
                                                const EvaluationOptions& options) const {
  const auto value = get(name, budget, options);
  return value ? parse_int32(*value) : std::nullopt;
}

std::string Bindings::require(std::string_view name, Budget& budget, const EvaluationOptions& options) const {
  auto value = get(name, budget, options);
  if (!value || value->empty()) fail_invalid(fmt::format("The variable '{}' is required but no value is set.", name));
  return std::move(*value);
}

std::vector<std::string> Bindings::get_indexes(std::string_view collection, Budget& budget,
                                               const EvaluationOptions& options) const {
  check_place();
  const auto path = parse_name(collection);
  return path ? Evaluator(*tree_, budget, options).element_texts(*path) : std::vector<std::string>();
}

bool can_skip_evaluation(std::string_view text) { return text.find("#{") == std::string_view::npos; }

bool is_truthy_value(std::string_view value) {
  if (value.empty() || value == "0") return false;
  const std::string_view word = trim_white_space(value);
  return !equals_ignoring_case(word, "no") && !equals_ignoring_case(word, "false");
}

Evaluation evaluate(std::string_view text, const VariableSet& variables, Budget& budget,
                    const EvaluationOptions& options) {
  if (can_skip_evaluation(text)) return {std::string(text), std::nullopt, {}};
  return Bindings(variables).evaluate(text, budget, options);
}

bool evaluate_truthy(std::string_view text, const VariableSet& variables, Budget& budget,
                     const EvaluationOptions& options) {
  return Bindings(variables).is_truthy(text, budget, options);
}

}  // namespace slipway::language
