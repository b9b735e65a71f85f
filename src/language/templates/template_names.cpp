#include <algorithm>

#include "language/templates/template_tree.h"

namespace slipway::language {
namespace {

class NameCollector {
 public:
  void collect(const Tokens& tokens) {
    for (const TokenPtr& token : tokens) std::visit(*this, *token);
  }
  std::vector<std::string> take() { return std::move(names_); }

  void operator()(const Text&) {}
  void operator()(const Substitution& s) { collect(s.expression); }
  void operator()(const ConditionalPtr& conditional) {
    const Conditional& c = *conditional;
    collect(c.left);
    if (c.test != Conditional::Test::truthy) {
      const std::string* literal = std::get_if<std::string>(&c.right);
      literal != nullptr ? add(*literal) : collect(std::get<Expression>(c.right));
    }
    collect(c.when_true);
    collect(c.when_false);
  }
  // The body's names are mostly those of the enumerator, which nobody has to supply.
  void operator()(const RepetitionPtr& r) { collect(r->collection); }
  void operator()(const CalculationPtr& c) {
    if (const auto* operand = std::get_if<Calculation::Operand>(&c->content)) {
      collect(operand->symbol);
    } else if (const auto* operation = std::get_if<Calculation::Operation>(&c->content)) {
      (*this)(operation->left);
      (*this)(operation->right);
    }
  }

 private:
  void collect(const Symbol& symbol) {
    for (const Step& step : symbol.steps) {
      if (step.kind == Step::Kind::name) add(step.text);
      if (step.kind == Step::Kind::indirect_index) collect(*step.indirect_symbol);
    }
  }

  void collect(const Expression& expression) {
    if (const Symbol* symbol = std::get_if<Symbol>(&expression)) return collect(*symbol);
    const FilterCall& call = *std::get<std::shared_ptr<const FilterCall>>(expression);
    if (call.subject) collect(*call.subject);
    for (const auto& option : call.options) {
      const std::string* text = std::get_if<std::string>(&option);
      text != nullptr ? add(*text) : std::visit(*this, static_cast<const Token&>(*std::get<TokenPtr>(option)));
    }
  }

  void add(const std::string& name) {
    if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
  }

  std::vector<std::string> names_;
};

}  // namespace

std::vector<std::string> argument_names(const Tokens& tokens) {
  NameCollector collector;
  collector.collect(tokens);
  return collector.take();
}

}  // namespace slipway::language
