// What the steps of a deployment would be told, before it is made: each input's value as far as it is known then, and
// what would be wrong with it. Opens no secret: a placeholder stands for each, so none can be in an answer.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/describe.h"
#include "base/time.h"
#include "language/templates/budget.h"
#include "model/step_declaration.h"
#include "planning/deployment_variables.h"

namespace slipway::engine {

struct PreviewedInput {
  std::string Name;
  std::optional<std::string> Value;  ///< with its variables replaced and secrets masked; null: known when it runs
  bool IsDefault = false;            ///< it is left out, and this is what the step takes instead
};
BOOST_DESCRIBE_STRUCT(PreviewedInput, (), (Name, Value, IsDefault))

struct ActionPreview {
  std::vector<PreviewedInput> Inputs;
  std::vector<std::string> Problems;
};
BOOST_DESCRIBE_STRUCT(ActionPreview, (), (Inputs, Problems))

/// Of one planned deployment, whose actions are previewed in the order in which they run. Threads: one.
class InputPreview {
 public:
  /// `variables` are the context's, `budget` what all templates may use together. The references outlive it.
  InputPreview(const model::StepDeclarations&, const planning::DeploymentContext&,
               planning::DeploymentVariables variables, language::Budget&, Time now);

  /// Evaluates templates, so not inside a transaction.
  ActionPreview of(const planning::PlannedStep&, const planning::PlannedAction&);

 private:
  ActionPreview inputs_of(const model::StepDeclaration&, const planning::PlannedStep&,
                          const planning::PlannedAction&) const;
  /// A value that only the deployment, or a step before this one in it, tells.
  bool is_told_later(std::string_view variable) const;

  const model::StepDeclarations& declarations_;
  const planning::DeploymentContext& context_;
  language::Budget& budget_;
  Time now_;
  planning::DeploymentVariables variables_;
  std::set<std::string> told_later_;  ///< names, folded
  std::vector<std::string> outputs_;  ///< beginnings of the names of outputs of the actions so far, folded
};

}  // namespace slipway::engine
