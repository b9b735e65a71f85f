// Prompted variables: what a deployment is asked for, and what was answered (VAR-7).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "language/scoping/scope.h"
#include "model/lookup.h"
#include "model/resources/projects/variable_set.h"

namespace slipway::commands {

/// The prompted variables that win in a scope. One that a more specific value overrides is not asked for.
std::vector<const model::Variable*> prompts_for(const model::VariableSet&, const language::ScopeContext&);

/// Answers by name, label or id, in any case.
using Answers = std::map<std::string, std::string>;

/// The answers by variable id, as a deployment keeps them. Throws Error{invalid} naming each required variable without
/// a value, and each answer that the variable's control does not take; `space` is where accounts are looked up.
std::map<std::string, std::string> answer(const std::vector<const model::Variable*>& prompts, const Answers&,
                                          const model::Lookup&, std::string_view space);

/// Throws Error{invalid} naming each answer that no prompted variable of the set asks for.
void check_answers_are_asked_for(const model::VariableSet&, const Answers&);

/// The same for answers that none of the deployments of a call asks for; `asked`: the prompts of each.
void check_answers_are_used(const model::VariableSet&, const std::vector<std::vector<const model::Variable*>>& asked,
                            const Answers&);

}  // namespace slipway::commands
