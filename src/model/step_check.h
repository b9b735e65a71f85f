// What can be told of an action before it runs, of its properties and the declarations of step types. Pure; threads:
// any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "model/step_declaration.h"
#include "model/values.h"

namespace slipway::model {

/// As the process has it: what holds variables, or is stored as a secret, is not known yet. nullopt for a blank.
std::optional<GivenInput> as_written(const Value& property);
/// An input's value for a message, in quotes; where it came from a variable, which may be a secret one, what was
/// written.
std::string quoted(const GivenInput&);
/// Why the value can't be what the input says, a sentence; nullopt where it can, or is not known yet.
std::optional<std::string> why_not(const StepInput&, const GivenInput&);
/// Whether an input counts, by the flag that says so; nullopt while that is not known.
std::optional<bool> counts(const StepDeclaration&, const StepInput&, const GivenInputs&);
/// Of an input that does not count, since the flag that says so was forgotten; nullopt where it was not.
std::optional<std::string> why_idle(const StepInput&, const GivenInputs&);
/// A sentence for each input that is missing, wrong or idle.
std::vector<std::string> input_problems(const StepDeclaration&, const GivenInputs&);

/// Of an action whose type no step of this server has.
std::string why_not_run(std::string_view action_type);
/// What people should know of a stored action: it may be a draft, so it is kept all the same.
std::vector<std::string> action_warnings(const StepDeclarations&, const json::object& action);

// Clients may keep what they like in a process. But what is in the server's own namespaces and not read would do
// nothing, so it is refused.

/// Why no action can be of that type: it is in the server's own namespace, or nearly one of the server's own, and none
/// of them. nullopt: it is one, or somebody else's, which may be kept.
std::optional<std::string> why_unknown_type(const StepDeclarations&, std::string_view action_type);
/// Why an action of that type can't have that property, with the one that was probably meant; nullopt: it can. Names
/// are compared exactly, as everything that reads properties does.
std::optional<std::string> why_unknown_property(const StepDeclarations&, std::string_view action_type,
                                                std::string_view property);
/// The same for a step that runs, of the properties in its namespaces: also processes that were saved before one was
/// checked then.
std::optional<std::string> why_unread_property(const StepDeclaration&, std::string_view property);
/// The same of a step, whose actions have them.
std::optional<std::string> why_misplaced_property(std::string_view property);

}  // namespace slipway::model
