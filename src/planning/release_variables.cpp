#include "planning/release_variables.h"

#include <algorithm>
#include <memory>

#include "language/scoping/scope.h"
#include "language/templates/template.h"

namespace slipway::planning {
namespace {

bool is_known_at_creation(const model::Variable& variable) {
  return !variable.IsSensitive && !variable.Prompt &&
         std::all_of(variable.Scope.begin(), variable.Scope.end(), [](const auto& dimension) {
           return dimension.second.empty() || language::scope_kind_of(dimension.first) == language::ScopeKind::channel;
         });
}

}  // namespace

language::VariableSet variables_at_creation(const model::VariableSet& set, const model::Channel& channel) {
  std::vector<language::Variable> known;
  for (const model::Variable& stored : set.Variables) {
    if (!is_known_at_creation(stored)) continue;
    language::Variable variable;
    variable.id = stored.Id;
    variable.name = stored.Name;
    variable.value = model::text_of(stored.Value);
    for (const auto& [dimension, ids] : stored.Scope) {
      if (!ids.empty()) variable.scope[language::ScopeKind::channel] = ids;
    }
    known.push_back(std::move(variable));
  }
  language::ScopeContext context;
  context.channel = channel.Id;
  const language::VariableCatalog catalog(std::move(known));
  language::VariableSet variables = catalog.resolve(context).to_variable_set();
  variables.set("Octopus.Release.Channel.Name", channel.Name);
  return variables;
}

Resolve resolver(const language::VariableSet& variables, language::Budget& budget) {
  const auto bindings = std::make_shared<const language::Bindings>(variables);
  return [bindings, &budget](std::string_view text) -> std::optional<std::string> {
    if (language::can_skip_evaluation(text)) return std::string(text);
    const language::Evaluation evaluation = bindings->evaluate(text, budget);
    return evaluation.error ? std::nullopt : evaluation.text;
  };
}

}  // namespace slipway::planning
