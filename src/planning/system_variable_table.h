// The system variables (VAR-9), declared: their names, what they mean and where their values come from. Deployments,
// messages about unknown names and the table in docs/language.md follow from it. Pure; threads: any.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "planning/deployment_context.h"

namespace slipway::planning {

struct SystemVariable {
  std::string_view name;  ///< `[*]` stands for any index
  std::string_view meaning;
  /// Null for what depends on the step: add_place_variables, add_package_variables and add_results tell it.
  std::optional<std::string> (*of)(const DeploymentContext&) = nullptr;
  std::string_view none = {};  ///< when it has no value, a clause; empty where it always has one
};

std::span<const SystemVariable> system_variables();

/// For a name that begins with `Octopus.` and has no value: a sentence that says why, or that there is no such variable
/// and what may have been meant. nullopt for other names.
std::optional<std::string> why_no_system_value(std::string_view name);

/// The Markdown table of docs/language.md.
std::string system_variable_docs();

}  // namespace slipway::planning
