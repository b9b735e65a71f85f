// What one unit of a deployment works with: its action, and its variables, resolved when they are first asked for.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>

#include "base/mutex.h"
#include "engine/task_source.h"
#include "language/masking/masking.h"
#include "language/templates/template.h"
#include "planning/deployment_variables.h"
#include "storage/secrets.h"

namespace slipway::engine {

/// Variables of one scope, with their secrets, ready to evaluate. Threads: any.
class ResolvedScope {
 public:
  /// Fetches the secrets of the definitions that win.
  ResolvedScope(const planning::DeploymentVariables&, const language::ScopeContext&, storage::Reader&, storage::Vault&,
                Time now);

  /// Throws Error{invalid} naming the tokens without value.
  std::string evaluate(std::string_view text) const;
  std::optional<std::string> get(std::string_view name) const;
  /// What is undefined is not true (VAR-5). Throws Error{invalid}, masked, for an expression that can't be evaluated.
  bool is_true(std::string_view expression) const;
  std::string mask(std::string_view text) const { return masker()->mask(text); }

 private:
  using Secrets = std::set<std::string, std::less<>>;
  static language::VariableSet winners(const planning::DeploymentVariables&, const language::ScopeContext&,
                                       storage::Reader&, storage::Vault&, Secrets&);
  /// What was made of secrets is masked as they are (VAR-6).
  void learn(std::vector<std::string> secrets) const;
  std::shared_ptr<const language::Masker> masker() const;

  language::EvaluationOptions options_;
  mutable Mutex mutex_;
  mutable Secrets secrets_ SLIPWAY_GUARDED_BY(mutex_);
  /// Null when it does not know all of them.
  mutable std::shared_ptr<const language::Masker> masker_ SLIPWAY_GUARDED_BY(mutex_);
  language::Bindings bindings_;
};

class DeploymentInputs final : public UnitInputs {
 public:
  using Resolve = std::function<std::unique_ptr<const ResolvedScope>()>;
  DeploymentInputs(steps::ActionSpec action, Resolve resolve)
      : written_action_(std::move(action)), resolve_(std::move(resolve)) {}

  /// With the ids of packages that were not known when the release was made (PKG-5).
  const steps::ActionSpec& action() const override;
  std::string evaluate(std::string_view text) const override { return scope().evaluate(text); }
  std::optional<std::string> variable(std::string_view name) const override { return scope().get(name); }
  std::string mask(std::string_view text) const override;

 private:
  /// Throws what kept the scope from being resolved, the same each time; Lost where it is only our records that can't
  /// be read now.
  const ResolvedScope& scope() const;

  const steps::ActionSpec written_action_;
  Resolve resolve_;
  mutable std::once_flag action_settled_;
  mutable steps::ActionSpec action_;
  mutable Mutex mutex_;
  mutable std::unique_ptr<const ResolvedScope> scope_ SLIPWAY_GUARDED_BY(mutex_);
  mutable std::optional<Error> failure_ SLIPWAY_GUARDED_BY(mutex_);
};

}  // namespace slipway::engine
