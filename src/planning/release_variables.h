// The variables that are known when a release is made: its number and the ids of its packages may be written with them
// (VER-6, PKG-5). Pure; threads: any.
#pragma once

#include "language/templates/budget.h"
#include "language/templates/variables.h"
#include "model/resources/projects/channel.h"
#include "model/resources/projects/variable_set.h"
#include "planning/package_selection.h"

namespace slipway::planning {

/// The project's plain variables that are unscoped or scoped to the channel alone.
language::VariableSet variables_at_creation(const model::VariableSet&, const model::Channel&);

/// Replaces tokens by those variables; what they don't tell is not resolvable. The budget must outlive it. Evaluates,
/// so it is not to be called inside a transaction.
Resolve resolver(const language::VariableSet&, language::Budget&);

}  // namespace slipway::planning
