#include "language/template.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "language/dotnet_number.h"
#include "language/evaluator.h"
#include "language/template_parser.h"
#include "language/unicode.h"

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

Evaluation Bindings::evaluate(const Template& text, const EvaluationOptions& options) const {
  if (!text.tree_) return {text.text_, text.error_, {}};
  return to_evaluation(Evaluator(*tree_, options).evaluate(text.tree_->tokens));
}

Evaluation Bindings::evaluate(std::string_view text, const EvaluationOptions& options) const {
  return evaluate(Template::parse(text, options.halt_on_error), options);
}

std::vector<Evaluation> Bindings::evaluate_all(const EvaluationOptions& options) const {
  Evaluator evaluator(*tree_, options, variables_.size());
  const auto evaluate_one = [&](const VariableSet::Entry& variable, const BindingNode* node) -> Evaluation {
    if (!variable.value || can_skip_evaluation(*variable.value)) return {variable.value, std::nullopt, {}};
    // Another variable of a similar name may have taken the node over; then this one's text stands for itself.
    const bool owns_node = node != nullptr && node->item && node->item->data() == variable.value->data();
    if (!owns_node) return evaluate(*variable.value, options);
    if (const Evaluator::Output* known = evaluator.known_value(*node)) return to_evaluation(*known);
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

bool Bindings::is_truthy(std::string_view text, const EvaluationOptions& options) const {
  const Evaluation evaluation = evaluate(text, options);
  return !evaluation.error && evaluation.text && is_truthy_value(*evaluation.text);
}

std::optional<std::string> Bindings::get(std::string_view name, const EvaluationOptions& options) const {
  const auto raw = variables_.raw(name);
  return raw ? evaluate(*raw, options).text : std::nullopt;
}

std::optional<bool> Bindings::get_flag(std::string_view name, const EvaluationOptions& options) const {
  const auto value = get(name, options);
  if (!value) return std::nullopt;
  const std::string_view text = trim_white_space(*value);
  if (equals_ignoring_case(text, "true")) return true;
  if (equals_ignoring_case(text, "false")) return false;
  return std::nullopt;
}

std::optional<std::int32_t> Bindings::get_int32(std::string_view name, const EvaluationOptions& options) const {
  const auto value = get(name, options);
  return value ? parse_int32(*value) : std::nullopt;
}

std::string Bindings::require(std::string_view name, const EvaluationOptions& options) const {
  auto value = get(name, options);
  if (!value || value->empty()) fail_invalid(fmt::format("The variable '{}' is required but no value is set.", name));
  return std::move(*value);
}

std::vector<std::string> Bindings::get_indexes(std::string_view collection, const EvaluationOptions& options) const {
  const auto path = parse_name(collection);
  return path ? Evaluator(*tree_, options).element_texts(*path) : std::vector<std::string>();
}

bool can_skip_evaluation(std::string_view text) { return text.find("#{") == std::string_view::npos; }

bool is_truthy_value(std::string_view value) {
  if (value.empty() || value == "0") return false;
  const std::string_view word = trim_white_space(value);
  return !equals_ignoring_case(word, "no") && !equals_ignoring_case(word, "false");
}

Evaluation evaluate(std::string_view text, const VariableSet& variables, const EvaluationOptions& options) {
  if (can_skip_evaluation(text)) return {std::string(text), std::nullopt, {}};
  return Bindings(variables).evaluate(text, options);
}

bool evaluate_truthy(std::string_view text, const VariableSet& variables, const EvaluationOptions& options) {
  return Bindings(variables).is_truthy(text, options);
}

}  // namespace slipway::language
