// What one unit of a deployment works with: its action, and its variables, resolved when they are first asked for.
#pragma once

#include <functional>
#include <map>
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

/// Why tokens have no value, and what to do, in sentences. Advice that can be followed: nobody gives a system variable
/// a value.
std::string why_missing(const std::vector<std::string>& tokens);
/// The name in front of the first filter of "#{Name | Filter}", or of the same without braces.
std::string_view name_in(std::string_view token);

/// Fetches a secret; nullopt for one that is not there any more.
using OpenSecret = std::function<std::optional<Secret>(const planning::SecretPlace&)>;
/// Properties of an action that are stored as secrets, by name.
using SecretProperties = std::map<std::string, planning::SecretPlace, std::less<>>;

/// Variables of one scope, with their secrets, ready to evaluate. Threads: any.
class ResolvedScope {
 public:
  /// `open` is asked for the secrets of the definitions that win, and of `properties`, at once.
  ResolvedScope(const planning::DeploymentVariables&, const language::ScopeContext&, const OpenSecret& open,
                const SecretProperties& properties, Time now);
  /// Without properties; the vault's secrets.
  ResolvedScope(const planning::DeploymentVariables&, const language::ScopeContext&, storage::Reader&, storage::Vault&,
                Time now);

  /// Throws Error{invalid} naming the tokens without value.
  std::string evaluate(std::string_view text) const;
  /// The same with the tokens that have no value in the result instead of an error.
  language::Evaluation try_to_evaluate(std::string_view text, language::Budget&) const;
  std::optional<std::string> get(std::string_view name) const;
  /// A property that is stored as a secret, evaluated. Throws Error{invalid}, without a word of it, for one that is not
  /// there or can't be evaluated.
  std::string secret_property(std::string_view name) const;
  /// What is undefined is not true (VAR-5). Throws Error{invalid}, masked, for an expression that can't be evaluated.
  bool is_true(std::string_view expression) const;
  std::string mask(std::string_view text) const { return masker()->mask(text); }

 private:
  using Secrets = std::set<std::string, std::less<>>;
  static language::VariableSet winners(const planning::DeploymentVariables&, const language::ScopeContext&,
                                       const OpenSecret&, Secrets&);
  /// What was made of secrets is masked as they are (VAR-6).
  void learn(std::vector<std::string> secrets) const;
  std::shared_ptr<const language::Masker> masker() const;

  language::EvaluationOptions options_;
  mutable Mutex mutex_;
  mutable Secrets secrets_ SLIPWAY_GUARDED_BY(mutex_);
  /// Null when it does not know all of them.
  mutable std::shared_ptr<const language::Masker> masker_ SLIPWAY_GUARDED_BY(mutex_);
  language::Bindings bindings_;
  std::map<std::string, std::string, std::less<>> secret_properties_;
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
  std::string secret_property(std::string_view name) const override { return scope().secret_property(name); }
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
