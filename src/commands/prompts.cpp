#include "commands/prompts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "planning/variable_list.h"

namespace slipway::commands {
namespace {

bool is_answered_by(const model::Variable& variable, const std::string& key) {
  return variable.Prompt && (variable.Id == key || equals_ignoring_case(variable.Name, key) ||
                             (!variable.Prompt->Label.empty() && equals_ignoring_case(variable.Prompt->Label, key)));
}

bool has_default(const model::Variable& variable) {
  return model::secret_of(variable.Value) || !trim(model::text_of(variable.Value).value_or("")).empty();
}

}  // namespace

std::vector<const model::Variable*> prompts_for(const model::VariableSet& set, const language::ScopeContext& context) {
  std::vector<language::Variable> prompted;
  for (std::size_t i = 0; i < set.Variables.size(); ++i) {
    const model::Variable& stored = set.Variables[i];
    if (!stored.Prompt) continue;
    language::Variable variable;
    variable.id = std::to_string(i);
    variable.name = stored.Name;
    variable.scope = planning::scope_of(stored);
    prompted.push_back(std::move(variable));
  }
  std::vector<const model::Variable*> asked;
  if (prompted.empty()) return asked;
  const language::VariableCatalog catalog(std::move(prompted));
  const language::ResolvedVariables resolved = catalog.resolve(context);
  for (const language::Variable* winner : resolved.winners()) {
    asked.push_back(&set.Variables[std::stoul(winner->id)]);
  }
  return asked;
}

std::map<std::string, std::string> answer(const std::vector<const model::Variable*>& prompts, const Answers& answers) {
  Problems problems;
  std::map<std::string, std::string> values;
  for (const model::Variable* variable : prompts) {
    const auto given = std::find_if(answers.begin(), answers.end(),
                                    [&](const auto& answer) { return is_answered_by(*variable, answer.first); });
    const bool is_given = given != answers.end() && !trim(given->second).empty();
    if (is_given) values[variable->Id] = given->second;
    if (!is_given && variable->Prompt->Required && !has_default(*variable)) {
      problems.add(fmt::format("The variable '{}' needs a value to deploy.", variable->Name));
    }
  }
  problems.throw_if_any("The deployment asks for values that were not given.");
  return values;
}

void check_answers_are_asked_for(const model::VariableSet& set, const Answers& answers) {
  Problems problems;
  for (const auto& given : answers) {
    if (std::none_of(set.Variables.begin(), set.Variables.end(),
                     [&](const model::Variable& variable) { return is_answered_by(variable, given.first); })) {
      problems.add(fmt::format("The release has no prompted variable named '{}'.", given.first));
    }
  }
  problems.throw_if_any();
}

}  // namespace slipway::commands
