// Prompted variables: what a deployment is asked for, and what was answered (VAR-7).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "language/scope.h"
#include "model/variable_set.h"

namespace slipway::commands {

/// The prompted variables whose scope fits, one for each name: those that win there.
std::vector<const model::Variable*> prompts_for(const model::VariableSet&, const language::ScopeContext&);

/// Answers by name, label or id, in any case.
using Answers = std::map<std::string, std::string>;

/// The answers by variable id, as a deployment keeps them. Throws Error{invalid} naming each required variable without
/// a value.
std::map<std::string, std::string> answer(const std::vector<const model::Variable*>& prompts, const Answers&);

/// Throws Error{invalid} naming each answer that no prompted variable of the set asks for.
void check_answers_are_asked_for(const model::VariableSet&, const Answers&);

}  // namespace slipway::commands
