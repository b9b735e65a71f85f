#include "commands/prompts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/nearest.h"
#include "base/secret_limit.h"
#include "base/text.h"
#include "model/resources/infrastructure/account.h"
#include "model/resources/infrastructure/worker_pool.h"
#include "planning/variable_list.h"

namespace slipway::commands {
namespace {

/// What a prompt is called by in messages.
const std::string& label_of(const model::Variable& variable) {
  return variable.Prompt->Label.empty() ? variable.Name : variable.Prompt->Label;
}

bool is_answered_by(const model::Variable& variable, const std::string& key) {
  return variable.Prompt && (variable.Id == key || equals_ignoring_case(variable.Name, key) ||
                             (!variable.Prompt->Label.empty() && equals_ignoring_case(variable.Prompt->Label, key)));
}

bool has_default(const model::Variable& variable) {
  return model::secret_of(variable.Value) || !trim(model::text_of(variable.Value).value_or("")).empty();
}

std::string setting_of(const model::Variable& variable, const std::string& name) {
  const auto& settings = variable.Prompt->DisplaySettings;
  const auto found = settings.find(name);
  return found == settings.end() ? "" : found->second;
}

/// The values of a Select's lines "value|label"; a line without a label is its own.
std::vector<std::string> options_of(const model::Variable& variable) {
  const std::string lines = setting_of(variable, "Octopus.SelectOptions");
  std::vector<std::string> values;
  for (const std::string_view line : split(lines, '\n')) {
    const std::string_view value = trim(line.substr(0, line.find('|')));
    if (!value.empty()) values.emplace_back(value);
  }
  return values;
}

using Refusal = std::optional<std::string>;

Refusal refuse_option(const model::Variable& variable, const std::string& given, const model::Lookup&,
                      std::string_view) {
  const auto options = options_of(variable);
  if (options.empty() || std::find(options.begin(), options.end(), given) != options.end()) return std::nullopt;
  return fmt::format("must be one of {}; '{}' is none of them.{}", fmt::join(options, ", "), given,
                     did_you_mean(given, options));
}

Refusal refuse_flag(const model::Variable&, const std::string& given, const model::Lookup&, std::string_view) {
  if (equals_ignoring_case(given, "True") || equals_ignoring_case(given, "False")) return std::nullopt;
  return fmt::format("must be True or False; '{}' is neither.", given);
}

Refusal refuse_line(const model::Variable&, const std::string& given, const model::Lookup&, std::string_view) {
  if (given.find_first_of("\r\n") == std::string::npos) return std::nullopt;
  return "takes a single line.";
}

Refusal refuse_account(const model::Variable& variable, const std::string& given, const model::Lookup& lookup,
                       std::string_view space) {
  const std::string wanted = setting_of(variable, "Octopus.ControlType");
  const auto account =
      given.starts_with("Accounts-") ? model::find<model::Account>(lookup, given) : std::optional<model::Account>();
  if (!account || account->SpaceId != space) {
    return fmt::format("must be the id of an account of the space, like Accounts-1; '{}' is none.", given);
  }
  if (equals_ignoring_case(account->AccountType, wanted)) return std::nullopt;
  return fmt::format("must be an account of the type {}; '{}' is one of the type {}.", wanted, account->Name,
                     account->AccountType);
}

Refusal refuse_worker_pool(const model::Variable&, const std::string& given, const model::Lookup& lookup,
                           std::string_view space) {
  const auto pool = given.starts_with("WorkerPools-") ? model::find<model::WorkerPool>(lookup, given)
                                                      : std::optional<model::WorkerPool>();
  if (pool && pool->SpaceId == space) return std::nullopt;
  return fmt::format("must be the id of a worker pool of the space, like WorkerPools-1; '{}' is none.", given);
}

Refusal refuse_certificate(const model::Variable&, const std::string&, const model::Lookup&, std::string_view) {
  return "asks for a certificate, which Slipway keeps none of.";
}

struct Control {
  std::string_view type;
  Refusal (*refuse)(const model::Variable&, const std::string& given, const model::Lookup&, std::string_view space);
};

// Controls that are not here take any text.
constexpr Control kControls[] = {
    {"Select", refuse_option},
    {"Checkbox", refuse_flag},
    {"SingleLineText", refuse_line},
    {"AmazonWebServicesAccount", refuse_account},
    {"AzureAccount", refuse_account},
    {"GoogleCloudAccount", refuse_account},
    {"UsernamePasswordAccount", refuse_account},
    {"Certificate", refuse_certificate},
    {"WorkerPool", refuse_worker_pool},
};

/// Why the control of a prompt does not take an answer, to stand behind its name.
Refusal refusal_of(const model::Variable& variable, const std::string& given, const model::Lookup& lookup,
                   std::string_view space) {
  if (given.size() > kLongestSecret) return fmt::format("takes up to {} KiB.", kLongestSecret / 1024);
  if (variable.IsSensitive) return std::nullopt;  // and so is what is wrong with it
  const std::string type = setting_of(variable, "Octopus.ControlType");
  for (const Control& control : kControls) {
    if (equals_ignoring_case(control.type, type)) return control.refuse(variable, given, lookup, space);
  }
  return std::nullopt;
}

}  // namespace

std::vector<const model::Variable*> prompts_for(const model::VariableSet& set, const language::ScopeContext& context) {
  std::vector<language::Variable> all;
  for (std::size_t i = 0; i < set.Variables.size(); ++i) {
    language::Variable variable;
    variable.id = std::to_string(i);
    variable.name = set.Variables[i].Name;
    variable.scope = planning::scope_of(set.Variables[i]);
    all.push_back(std::move(variable));
  }
  const language::VariableCatalog catalog(std::move(all));
  const language::ResolvedVariables resolved = catalog.resolve(context);
  std::vector<const model::Variable*> asked;
  for (const language::Variable* winner : resolved.winners()) {
    const model::Variable& variable = set.Variables[std::stoul(winner->id)];
    // A value that is more specific has been given for good: it overrides the one that would be asked for.
    if (variable.Prompt) asked.push_back(&variable);
  }
  return asked;
}

std::map<std::string, std::string> answer(const std::vector<const model::Variable*>& prompts, const Answers& answers,
                                          const model::Lookup& lookup, std::string_view space) {
  Problems problems;
  std::map<std::string, std::string> values;
  for (const model::Variable* variable : prompts) {
    const auto given = std::find_if(answers.begin(), answers.end(),
                                    [&](const auto& answer) { return is_answered_by(*variable, answer.first); });
    const bool is_given = given != answers.end() && !trim(given->second).empty();
    if (is_given) {
      values[variable->Id] = given->second;
      if (const auto refusal = refusal_of(*variable, given->second, lookup, space)) {
        problems.add(fmt::format("The prompted variable '{}' {}", label_of(*variable), *refusal));
      }
    }
    if (!is_given && variable->Prompt->Required && !has_default(*variable)) {
      problems.add(fmt::format("The variable '{}' needs a value to deploy.", variable->Name));
    }
  }
  problems.throw_if_any("The deployment asks for values that were not given, or not as it takes them.");
  return values;
}

void check_answers_are_asked_for(const model::VariableSet& set, const Answers& answers) {
  std::vector<std::string_view> names;
  for (const model::Variable& variable : set.Variables) {
    if (variable.Prompt) names.insert(names.end(), {variable.Name, label_of(variable)});
  }
  Problems problems;
  for (const auto& given : answers) {
    if (std::none_of(set.Variables.begin(), set.Variables.end(),
                     [&](const model::Variable& variable) { return is_answered_by(variable, given.first); })) {
      problems.add(fmt::format("The release has no prompted variable named '{}'.{}", given.first,
                               did_you_mean(given.first, names)));
    }
  }
  problems.throw_if_any();
}

void check_answers_are_used(const model::VariableSet& set,
                            const std::vector<std::vector<const model::Variable*>>& asked, const Answers& answers) {
  Problems problems;
  for (const auto& given : answers) {
    const auto is_asked = [&](const std::vector<const model::Variable*>& prompts) {
      return std::any_of(prompts.begin(), prompts.end(),
                         [&](const model::Variable* variable) { return is_answered_by(*variable, given.first); });
    };
    if (asked.empty() || std::any_of(asked.begin(), asked.end(), is_asked)) continue;
    const auto known = std::find_if(set.Variables.begin(), set.Variables.end(), [&](const model::Variable& variable) {
      return is_answered_by(variable, given.first);
    });
    if (known == set.Variables.end()) continue;  // refused by its name
    problems.add(fmt::format(
        "The prompted variable '{}' is not asked for here: it is scoped elsewhere, or a more specific value "
        "overrides it.",
        label_of(*known)));
  }
  problems.throw_if_any();
}

}  // namespace slipway::commands
