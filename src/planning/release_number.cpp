#include "planning/release_number.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/error.h"
#include "base/text.h"
#include "language/scope.h"
#include "language/template.h"
#include "language/version.h"

namespace slipway::planning {
namespace {

/// `Octopus.Version.LastMajor` and the like, after `prefix`. Before the first release every last part is 0.
void add_version_parts(language::VariableSet& variables, const std::string& prefix,
                       const std::optional<std::string>& last) {
  const auto parsed = last ? language::try_parse_version(language::VersionFormat::octopus, *last) : std::nullopt;
  const language::Version version = parsed.value_or(language::Version{});
  const std::pair<const char*, std::int32_t> parts[] = {{"Major", version.major},
                                                        {"Minor", version.minor},
                                                        {"Patch", version.patch},
                                                        {"Build", version.patch},
                                                        {"Revision", version.revision}};
  for (const auto& [name, number] : parts) {
    variables.set(fmt::format("{}.Last{}", prefix, name), std::to_string(number));
    variables.set(fmt::format("{}.Next{}", prefix, name), std::to_string(std::int64_t{number} + 1));
  }
  variables.set(prefix + ".LastSuffix", "-" + version.prerelease);
}

void add_date(language::VariableSet& variables, Time now) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
  const auto new_year = std::chrono::sys_days(date.year() / std::chrono::January / 1);
  const std::pair<const char*, std::int64_t> parts[] = {
      {"Octopus.Date.Year", static_cast<int>(date.year())},
      {"Octopus.Date.Month", static_cast<unsigned>(date.month())},
      {"Octopus.Date.Day", static_cast<unsigned>(date.day())},
      {"Octopus.Date.DayOfYear", (day - new_year).count() + 1},
      {"Octopus.Time.Hour", time.hours().count()},
      {"Octopus.Time.Minute", time.minutes().count()},
      {"Octopus.Time.Second", time.seconds().count()},
  };
  for (const auto& [name, number] : parts) variables.set(name, std::to_string(number));
}

bool is_known_at_creation(const model::Variable& variable) {
  return !variable.IsSensitive && !variable.Prompt &&
         std::all_of(variable.Scope.begin(), variable.Scope.end(), [](const auto& dimension) {
           return dimension.second.empty() || language::scope_kind_of(dimension.first) == language::ScopeKind::channel;
         });
}

}  // namespace

language::VariableSet variables_at_creation(const model::VariableSet& set, const model::Channel& channel) {
  std::vector<language::Variable> known;
  for (const model::Variable& stored : set.Variables) {
    if (!is_known_at_creation(stored)) continue;
    language::Variable variable;
    variable.id = stored.Id;
    variable.name = stored.Name;
    variable.value = model::text_of(stored.Value);
    for (const auto& [dimension, ids] : stored.Scope) {
      if (!ids.empty()) variable.scope[language::ScopeKind::channel] = ids;
    }
    known.push_back(std::move(variable));
  }
  language::ScopeContext context;
  context.channel = channel.Id;
  const language::VariableCatalog catalog(std::move(known));
  language::VariableSet variables = catalog.resolve(context).to_variable_set();
  variables.set("Octopus.Release.Channel.Name", channel.Name);
  return variables;
}

Resolve resolver(language::VariableSet variables) {
  const auto bindings = std::make_shared<const language::Bindings>(variables);
  return [bindings](std::string_view text) -> std::optional<std::string> {
    if (language::can_skip_evaluation(text)) return std::string(text);
    const language::Evaluation evaluation = bindings->evaluate(text);
    return evaluation.error ? std::nullopt : evaluation.text;
  };
}

std::string number_by_template(std::string_view text, language::VariableSet variables, const LastVersions& last,
                               const std::string& channel, Time now) {
  add_version_parts(variables, "Octopus.Version", last.in_project);
  const auto in_channel = last.by_channel.find(channel);
  add_version_parts(variables, "Octopus.Version.Channel",
                    in_channel == last.by_channel.end() ? std::nullopt : std::optional(in_channel->second));
  for (const auto& [name, version] : last.by_channel) {
    add_version_parts(variables, fmt::format("Octopus.Version.Channel[{}]", name), version);
  }
  add_date(variables, now);
  const language::Evaluation evaluation = language::evaluate(text, variables);
  if (evaluation.error) {
    fail_invalid(
        fmt::format("The project's release version template '{}' can't be evaluated: {}", text, *evaluation.error));
  }
  std::string number = evaluation.text_or_empty();
  std::erase_if(number, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  return number;
}

}  // namespace slipway::planning
