#include "engine/deployment_inputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <new>

#include "base/nearest.h"
#include "base/text.h"
#include "engine/lost.h"
#include "language/filters/filters.h"
#include "planning/system_variable_table.h"

namespace slipway::engine {
namespace {

constexpr std::string_view kFilterLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Of a token that names what the language lacks, or a block without an end; no value that somebody gives would help.
std::optional<std::string> why_not_in_language(std::string_view token) {
  for (const std::string_view block : {"if", "unless", "each"}) {
    if (token.starts_with(fmt::format("#{{{} ", block))) {
      return fmt::format("{} can't be evaluated. Does it end with #{{/{}}}?", token, block);
    }
  }
  const auto parts = split(token.substr(0, token.find_last_of('}')), '|');
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::string_view part = trim(parts[i]);
    const std::string_view name = part.substr(0, part.find_first_of(" \t"));
    if (language::find_filter(name) != nullptr) continue;
    if (name.find_first_not_of(kFilterLetters) != std::string_view::npos) return std::nullopt;
    std::vector<std::string_view> known;
    for (const auto& filter : language::all_filters()) known.push_back(filter.name);
    return fmt::format("{} has the filter {}, which there is not.{}", token, name, did_you_mean(name, known));
  }
  return std::nullopt;
}

void add_texts(const json::value& v, std::vector<std::string>& texts) {
  if (const json::object* members = v.if_object()) {
    for (const auto& member : *members) add_texts(member.value(), texts);
  } else if (const json::array* items = v.if_array()) {
    for (const auto& item : *items) add_texts(item, texts);
  } else if (v.is_string()) {
    texts.emplace_back(json::view(v.get_string()));
  }
}

/// Of a secret that is JSON: a step takes it apart, and each of its texts is as secret as the whole.
std::vector<std::string> texts_in(std::string_view secret) {
  std::vector<std::string> texts;
  if (!secret.starts_with('[') && !secret.starts_with('{') && !secret.starts_with('"')) return texts;
  try {
    add_texts(json::parse(secret), texts);
  } catch (const Error&) {
    // No JSON: there is only the whole.
  }
  return texts;
}

/// Each text of a step has its own.
language::Budget new_budget() { return {language::kTextLimits, language::time_of_this_thread}; }

}  // namespace

std::string_view name_in(std::string_view token) {
  if (token.starts_with("#{")) token.remove_prefix(2);
  return trim(token.substr(0, token.find_first_of("|}")));
}

std::string why_missing(const std::vector<std::string>& tokens) {
  std::vector<std::string> sentences, given_by_people;
  for (const std::string& token : tokens) {
    if (auto why_ever = why_not_in_language(token)) {
      sentences.push_back(std::move(*why_ever));
    } else if (auto why = planning::why_no_system_value(name_in(token))) {
      sentences.push_back(std::move(*why));
    } else {
      given_by_people.push_back(token);
    }
  }
  if (!given_by_people.empty()) {
    sentences.insert(sentences.begin(), fmt::format("No value in this scope for {}. Give the variable a value for this "
                                                    "environment and tenant.",
                                                    fmt::join(given_by_people, ", ")));
  }
  return fmt::format("{}", fmt::join(sentences, " "));
}

ResolvedScope::ResolvedScope(const planning::DeploymentVariables& variables, const language::ScopeContext& context,
                             const OpenSecret& open, const SecretProperties& properties, Time now)
    : bindings_(winners(variables, context, open, secrets_)) {
  options_.now = now;
  for (const auto& [name, place] : properties) {
    const auto secret = open(place);
    if (!secret) continue;
    secrets_.emplace(secret->reveal());
    secret_properties_.emplace(name, secret->reveal());
  }
}

ResolvedScope::ResolvedScope(const planning::DeploymentVariables& variables, const language::ScopeContext& context,
                             storage::Reader& reader, storage::Vault& vault, Time now)
    : ResolvedScope(
          variables, context,
          [&](const planning::SecretPlace& place) { return vault.get(reader, place.id, place.owner); }, {}, now) {}

language::VariableSet ResolvedScope::winners(const planning::DeploymentVariables& variables,
                                             const language::ScopeContext& context, const OpenSecret& open,
                                             Secrets& secrets) {
  language::VariableSet set;
  const language::VariableCatalog catalog(variables.all());
  const language::ResolvedVariables resolved = catalog.resolve(context);
  for (const language::Variable* winner : resolved.winners()) {
    const planning::SecretPlace* place = variables.secret_of(*winner);
    if (place == nullptr) {
      set.set(winner->name, winner->value, winner->is_sensitive);
      if (winner->is_sensitive && winner->value) secrets.insert(*winner->value);
      continue;
    }
    const auto secret = open(*place);
    if (!secret) continue;
    secrets.emplace(secret->reveal());
    set.set(winner->name, std::string(secret->reveal()), true);
  }
  return set;
}

void ResolvedScope::learn(std::vector<std::string> secrets) const {
  const Lock lock(mutex_);
  for (std::string& secret : secrets) {
    if (secrets_.insert(std::move(secret)).second) masker_.reset();
  }
}

std::shared_ptr<const language::Masker> ResolvedScope::masker() const {
  const Lock lock(mutex_);
  if (!masker_) {
    masker_ = std::make_shared<const language::Masker>(std::vector<std::string>(secrets_.begin(), secrets_.end()));
  }
  return masker_;
}

language::Evaluation ResolvedScope::try_to_evaluate(std::string_view text, language::Budget& budget) const {
  language::Evaluation evaluation = bindings_.evaluate(text, budget, options_);
  learn(std::move(evaluation.secrets));
  return evaluation;
}

std::string ResolvedScope::evaluate(std::string_view text) const {
  if (language::can_skip_evaluation(text)) return std::string(text);
  language::Budget budget = new_budget();
  const language::Evaluation evaluation = try_to_evaluate(text, budget);
  if (!evaluation.missing_tokens.empty()) {
    fail_invalid(why_missing(evaluation.missing_tokens));
  }
  if (evaluation.error) fail_invalid(fmt::format("The text can't be evaluated: {}", *evaluation.error));
  return evaluation.text_or_empty();
}

std::optional<std::string> ResolvedScope::get(std::string_view name) const {
  language::Budget budget = new_budget();
  language::Evaluation evaluation = bindings_.evaluate_variable(name, budget, options_);
  learn(std::move(evaluation.secrets));
  return std::move(evaluation.text);
}

std::string ResolvedScope::secret_property(std::string_view name) const {
  const auto found = secret_properties_.find(name);
  if (found == secret_properties_.end()) {
    fail_invalid("The sensitive value that was stored there is gone. Enter it in the process, and make a new release.");
  }
  std::string value = found->second;
  if (!language::can_skip_evaluation(value)) {
    language::Budget budget = new_budget();
    const language::Evaluation evaluation = try_to_evaluate(value, budget);
    if (!evaluation.missing_tokens.empty() || evaluation.error) {
      fail_invalid("The sensitive value that is stored there holds an expression that can't be evaluated.");
    }
    value = evaluation.text_or_empty();
  }
  std::string trimmed(trim(value));
  std::vector<std::string> secrets = texts_in(trimmed);
  secrets.push_back(trimmed);
  secrets.push_back(std::move(value));
  learn(std::move(secrets));
  return trimmed;
}

bool ResolvedScope::is_true(std::string_view expression) const {
  language::Budget budget = new_budget();
  language::Evaluation evaluation = bindings_.evaluate(expression, budget, options_);
  learn(std::move(evaluation.secrets));
  if (!evaluation.missing_tokens.empty()) return false;
  if (evaluation.error) {
    fail_invalid(
        fmt::format("The run condition \"{}\" can't be evaluated: {}", mask(expression), mask(*evaluation.error)));
  }
  return evaluation.text && language::is_truthy_value(*evaluation.text);
}

const ResolvedScope& DeploymentInputs::scope() const {
  const Lock lock(mutex_);
  if (failure_) throw *failure_;
  if (scope_) return *scope_;
  try {
    scope_ = from_records(resolve_);
  } catch (const Error& error) {
    failure_ = error;
    throw;
  }
  return *scope_;
}

const steps::ActionSpec& DeploymentInputs::action() const {
  std::call_once(action_settled_, [&] {
    steps::ActionSpec action = written_action_;
    for (auto& package : action.packages) {
      if (!language::can_skip_evaluation(package.image)) package.image = scope().evaluate(package.image);
    }
    action_ = std::move(action);
  });
  return action_;
}

std::string DeploymentInputs::mask(std::string_view text) const {
  if (text.empty()) return {};
  try {
    return scope().mask(text);
  } catch (const Error& unresolved) {
    if (text == unresolved.full_text()) return std::string(text);  // speaks of names and ids alone
    return fmt::format("(Withheld, because the secrets in it can't be told from the rest: {})", unresolved.message());
  } catch (const std::bad_alloc&) {
    return "(Withheld, because there is not enough memory to mask the secrets in it.)";
  }
}

}  // namespace slipway::engine
