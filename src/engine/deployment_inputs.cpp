#include "engine/deployment_inputs.h"

#include <fmt/format.h>

namespace slipway::engine {
namespace {

language::VariableSet winners(const planning::DeploymentVariables& variables, const language::ScopeContext& context,
                              storage::Reader& reader, storage::Vault& vault, std::vector<std::string>& secrets) {
  language::VariableSet set;
  const language::VariableCatalog catalog(variables.all());
  const language::ResolvedVariables resolved = catalog.resolve(context);
  for (const language::Variable* winner : resolved.winners()) {
    const planning::SecretPlace* place = variables.secret_of(*winner);
    if (place == nullptr) {
      set.set(winner->name, winner->value);
      if (winner->is_sensitive && winner->value) secrets.push_back(*winner->value);
      continue;
    }
    const auto secret = vault.get(reader, place->id, place->owner);
    if (!secret) continue;
    secrets.emplace_back(secret->reveal());
    set.set(winner->name, secrets.back());
  }
  return set;
}

}  // namespace

ResolvedScope::ResolvedScope(const planning::DeploymentVariables& variables, const language::ScopeContext& context,
                             storage::Reader& reader, storage::Vault& vault, Time now)
    : bindings_(winners(variables, context, reader, vault, secrets_)), masker_(secrets_) {
  options_.now = now;
}

std::string ResolvedScope::evaluate(std::string_view text) const {
  if (language::can_skip_evaluation(text)) return std::string(text);
  const language::Evaluation evaluation = bindings_.evaluate(text, options_);
  if (!evaluation.missing_tokens.empty()) {
    fail_invalid(
        fmt::format("No value in this scope for {}. Give the variable a value for this environment and tenant.",
                    fmt::join(evaluation.missing_tokens, ", ")));
  }
  if (evaluation.error) fail_invalid(fmt::format("The text can't be evaluated: {}", *evaluation.error));
  return evaluation.text_or_empty();
}

std::optional<std::string> ResolvedScope::get(std::string_view name) const { return bindings_.get(name, options_); }

bool ResolvedScope::is_true(std::string_view expression) const {
  const language::Evaluation evaluation = bindings_.evaluate(expression, options_);
  if (!evaluation.missing_tokens.empty()) return false;
  if (evaluation.error) {
    fail_invalid(fmt::format("The run condition \"{}\" can't be evaluated: {}", expression, *evaluation.error));
  }
  return bindings_.is_truthy(expression, options_);
}

const ResolvedScope& DeploymentInputs::scope() const {
  const std::lock_guard lock(mutex_);
  if (failure_) throw *failure_;
  if (scope_) return *scope_;
  try {
    scope_ = resolve_();
  } catch (const Error& error) {
    failure_ = error;
    throw;
  }
  return *scope_;
}

std::string DeploymentInputs::mask(std::string_view text) const {
  if (text.empty()) return {};
  try {
    return scope().mask(text);
  } catch (const Error&) {
    return std::string(text);
  }
}

}  // namespace slipway::engine
