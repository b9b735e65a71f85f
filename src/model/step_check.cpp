#include "model/step_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/nearest.h"
#include "base/text.h"
#include "base/written_values.h"
#include "model/aws_region.h"

namespace slipway::model {
namespace {

constexpr std::string_view kOwnNamespace = "Slipway.";

bool has_variables(std::string_view text) { return text.find("#{") != std::string_view::npos; }

bool begins_ignoring_case(std::string_view text, std::string_view beginning) {
  return text.size() >= beginning.size() && equals_ignoring_case(text.substr(0, beginning.size()), beginning);
}

std::optional<std::string> why_no_json(const StepInput& input, const GivenInput& given) {
  if (given.written.empty() || has_variables(given.written)) return std::nullopt;
  try {
    const json::value parsed = json::parse(*given.value);
    if (parsed.is_array() || parsed.is_object() || parsed.is_string()) return std::nullopt;
    return fmt::format("{} must be a JSON list or object.", input.name);
  } catch (const Error& error) {
    return fmt::format("{}: {}", input.name, error.message());
  }
}

/// "Wait, Refuse or Supersede".
std::string any_of(const std::vector<std::string>& choices) {
  const std::vector<std::string> first(choices.begin(), choices.end() - 1);
  return first.empty() ? choices.back() : fmt::format("{} or {}", fmt::join(first, ", "), choices.back());
}

bool is_one_of(const StepInput& input, std::string_view value) {
  return std::any_of(input.choices.begin(), input.choices.end(),
                     [&](const std::string& choice) { return equals_ignoring_case(choice, value); });
}

/// Names of inputs, those of `type` first.
std::vector<std::string_view> input_names(const StepDeclarations& steps, std::string_view type) {
  std::vector<std::string_view> names;
  const auto add = [&](const StepDeclaration& step) {
    for (const StepInput& input : step.inputs) names.push_back(input.name);
  };
  if (const StepDeclaration* own = steps.find(type)) add(*own);
  for (const StepDeclaration& step : steps.all()) {
    if (step.type != type) add(step);
  }
  return names;
}

bool is_in_namespace(const StepDeclaration& step, std::string_view property) {
  return std::any_of(step.namespaces.begin(), step.namespaces.end(),
                     [&](const std::string& beginning) { return begins_ignoring_case(property, beginning); });
}

std::string unread(std::string_view property, const std::vector<std::string_view>& names) {
  return fmt::format("{} is no property that this server reads.{}", property, did_you_mean(property, names));
}

void warn_of_secret_text(const StepInput& input, const GivenInput& given, std::vector<std::string>& sentences) {
  if (!input.is_secret || given.written.empty() || has_variables(given.written)) return;
  sentences.push_back(
      fmt::format("{} stands in the process for everyone to read who may see it: store it as a sensitive value, or in "
                  "a sensitive variable.",
                  input.name));
}

}  // namespace

std::optional<GivenInput> as_written(const Value& property) {
  if (secret_of(property)) return GivenInput{};
  std::string written = text_of(property).value_or("");
  const std::string_view trimmed = trim(written);
  if (trimmed.empty()) return std::nullopt;
  GivenInput given;
  if (!has_variables(trimmed)) given.value = trimmed;
  given.written = std::move(written);
  return given;
}

std::string quoted(const GivenInput& given) {
  if (given.written.empty()) return "the sensitive value that is stored there";
  if (has_variables(given.written)) return fmt::format("what \"{}\" stands for", given.written);
  return fmt::format("\"{}\"", trim(given.written));
}

std::optional<std::string> why_not(const StepInput& input, const GivenInput& given) {
  if (!given.value) return std::nullopt;
  const std::string& value = *given.value;
  switch (input.kind) {
    case InputKind::Text:
    case InputKind::AccountVariable:
      return std::nullopt;
    case InputKind::Number: {
      const auto number = read_integer(value);
      if (number && *number >= input.least && *number <= input.most) return std::nullopt;
      return fmt::format("{} must be a whole number from {} to {}, not {}.", input.name, input.least, input.most,
                         quoted(given));
    }
    case InputKind::Flag:
      if (read_flag(value)) return std::nullopt;
      return fmt::format("{} must be True or False, not {}.", input.name, quoted(given));
    case InputKind::Choice:
      if (is_one_of(input, value)) return std::nullopt;
      return fmt::format("{} must be {}, not {}.", input.name, any_of(input.choices), quoted(given));
    case InputKind::JsonList:
    case InputKind::JsonObject:
      return why_no_json(input, given);
    case InputKind::AwsRegion:
      if (const auto why = why_doubtful_region(value)) return fmt::format("{}: {}", input.name, *why);
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<bool> counts(const StepDeclaration& step, const StepInput& input, const GivenInputs& given) {
  if (input.flag.empty()) return true;
  const auto flag = given.find(input.flag);
  const StepInput* declared = step.find(input.flag);
  if (flag != given.end() && !flag->second.value) return std::nullopt;
  const std::string otherwise = declared == nullptr ? "" : declared->fallback;
  return read_flag(flag == given.end() ? otherwise : *flag->second.value).value_or(false) == input.wanted_flag;
}

std::optional<std::string> why_idle(const StepInput& input, const GivenInputs& given) {
  if (input.flag.empty() || !input.wanted_flag || given.contains(input.flag) || !given.contains(input.name)) {
    return std::nullopt;
  }
  return fmt::format("{} is given, but {} is not: set it to True, or to False if this is not to count.", input.name,
                     input.flag);
}

std::vector<std::string> input_problems(const StepDeclaration& step, const GivenInputs& given) {
  std::vector<std::string> problems;
  const auto add = [&](std::optional<std::string> problem) {
    if (problem) problems.push_back(std::move(*problem));
  };
  for (const StepInput& input : step.inputs) {
    if (counts(step, input, given) != true) {
      add(why_idle(input, given));
      continue;
    }
    const auto value = given.find(input.name);
    if (value != given.end()) {
      add(why_not(input, value->second));
    } else if (input.is_required() && !(input.is_told_otherwise && input.is_told_otherwise(given))) {
      problems.push_back(fmt::format("{} is missing: give {}.", input.name, input.give));
    }
  }
  const auto& some = step.at_least_one_of;
  const auto is_given = [&](const std::string& name) { return given.contains(name); };
  if (!some.empty() && std::none_of(some.begin(), some.end(), is_given)) problems.push_back(step.nothing_given);
  return problems;
}

std::string why_not_run(std::string_view action_type) {
  return fmt::format("This server has no step of type '{}'; it fails when it is due.", action_type);
}

std::vector<std::string> action_warnings(const StepDeclarations& steps, const json::object& action) {
  const json::value* disabled = json::find(action, "IsDisabled");
  if (steps.all().empty() || (disabled != nullptr && disabled->is_bool() && disabled->get_bool())) return {};
  const std::string_view type = json::text_at(action, "ActionType").value_or("");
  const StepDeclaration* step = steps.find(type);
  if (step == nullptr) return {why_not_run(type)};
  GivenInputs given;
  std::vector<std::string> sentences;
  const json::object* properties = json::object_at(action, "Properties");
  for (const auto& [name, value] : properties == nullptr ? json::object() : *properties) {
    auto input = as_written(value);
    if (!input) continue;
    if (const StepInput* declared = step->find(std::string_view(name))) {
      warn_of_secret_text(*declared, *input, sentences);
    } else if (begins_ignoring_case(name, kOwnNamespace)) {
      sentences.push_back(fmt::format("{} does nothing here: {} does not read it.", std::string_view(name), type));
    }
    given.emplace(std::string(name), std::move(*input));
  }
  const auto problems = input_problems(*step, given);
  sentences.insert(sentences.begin(), problems.begin(), problems.end());
  return sentences;
}

std::optional<std::string> why_unknown_type(const StepDeclarations& steps, std::string_view action_type) {
  if (steps.all().empty() || steps.find(action_type) != nullptr) return std::nullopt;
  std::vector<std::string_view> types;
  for (const StepDeclaration& step : steps.all()) types.push_back(step.type);
  const std::string meant = did_you_mean(action_type, types);
  if (meant.empty() && !begins_ignoring_case(action_type, kOwnNamespace)) return std::nullopt;
  return fmt::format("'{}' is no type of action that this server runs.{}", action_type, meant);
}

std::optional<std::string> why_unknown_property(const StepDeclarations& steps, std::string_view action_type,
                                                std::string_view property) {
  if (steps.all().empty()) return std::nullopt;
  const auto names = input_names(steps, action_type);
  const bool is_ours = begins_ignoring_case(property, kOwnNamespace) ||
                       std::any_of(names.begin(), names.end(), [&](std::string_view name) {
                         return begins_ignoring_case(name, kOwnNamespace) && letters_apart(property, name, 1) <= 1;
                       });
  const StepDeclaration* step = steps.find(action_type);
  if (!is_ours && (step == nullptr || !is_in_namespace(*step, property))) return std::nullopt;
  if (std::find(names.begin(), names.end(), property) != names.end()) return std::nullopt;
  return unread(property, names);
}

std::optional<std::string> why_unread_property(const StepDeclaration& step, std::string_view property) {
  if (step.find(property) != nullptr || !is_in_namespace(step, property)) return std::nullopt;
  std::vector<std::string_view> names;
  for (const StepInput& input : step.inputs) names.push_back(input.name);
  return unread(property, names);
}

std::optional<std::string> why_misplaced_property(std::string_view property) {
  if (!begins_ignoring_case(property, kOwnNamespace)) return std::nullopt;
  return fmt::format("{} is read of actions only; put it into an action's Properties.", property);
}

}  // namespace slipway::model
