// The variables of one deployment, and of one action in it: frozen values of the release, live values of the tenant,
// prompted ones, system variables (VAR-9), outputs of earlier steps, and the action's own properties. Pure; threads:
// any.
//
// A sensitive value is not here: its variable has no value, and `secrets` tells where the vault keeps it. Whoever runs
// a step fetches what it uses. language::VariableCatalog decides which of them applies, and explains it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "language/scope.h"
#include "planning/deployment_scene.h"
#include "planning/plan.h"

namespace slipway::planning {

/// Where the vault keeps a value.
struct SecretPlace {
  std::string id;
  std::string owner;
  bool operator==(const SecretPlace&) const = default;
};

class DeploymentVariables {
 public:
  void add(language::Variable);
  /// `value` is a text, null, or a stored secret of `owner`.
  void add(language::Variable, const model::Value& value, const std::string& owner);

  const std::vector<language::Variable>& all() const { return variables_; }
  /// nullptr for a variable whose value is no secret.
  const SecretPlace* secret_of(const language::Variable&) const;

 private:
  std::vector<language::Variable> variables_;
  std::map<std::pair<std::string, std::string>, SecretPlace> secrets_;  // by variable id and name
};

/// All that does not depend on the action.
DeploymentVariables deployment_variables(const DeploymentScene&);

/// By action name, then output name (VAR-8).
using Outputs = std::map<std::string, std::map<std::string, std::string>>;

/// Adds what the steps before have set (VAR-8).
void add_outputs(DeploymentVariables&, const Outputs&);

/// Adds what an action sees besides: its properties, packages, place in the process, and the outputs so far.
void add_action_variables(DeploymentVariables&, const DeploymentScene&, const PlannedStep&, const PlannedAction&,
                          const Outputs&);

/// Which definitions apply: for the whole deployment, or for one action of it.
language::ScopeContext scope_context(const DeploymentScene&);
language::ScopeContext scope_context(const DeploymentScene&, const PlannedAction&);

/// Templates for which the tenant has no value, here a label each, e.g. "'Db.Host' of the project" (TEN-12).
std::vector<std::string> missing_tenant_values(const model::Project&, const std::vector<model::LibraryVariableSet>&,
                                               const model::TenantVariables&, const std::string& environment);

/// The image as a step names it: "registry/repository:tag".
std::string image_of(const SelectedPackage&, std::string_view package_id);

}  // namespace slipway::planning
