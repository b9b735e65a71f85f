// The number of the next release by a project's template (VER-6), and the variables that are known when a release is
// made (PKG-5). Pure; threads: any.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "language/variables.h"
#include "model/channel.h"
#include "model/variable_set.h"
#include "planning/package_selection.h"

namespace slipway::planning {

/// The project's plain variables that are unscoped or scoped to the channel alone.
language::VariableSet variables_at_creation(const model::VariableSet&, const model::Channel&);

/// Replaces tokens by those variables; what they don't tell is not resolvable.
Resolve resolver(language::VariableSet);

/// Versions of the most recently created releases.
struct LastVersions {
  std::optional<std::string> in_project;
  std::map<std::string, std::string> by_channel;  ///< channel name → version
};

/// Throws Error{invalid} when the template can't be evaluated.
std::string number_by_template(std::string_view text, language::VariableSet variables, const LastVersions&,
                               const std::string& channel, Time now);

}  // namespace slipway::planning
