#include "model/step_declaration.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace slipway::model {
namespace {

StepInput input(std::string name, InputKind kind, std::string sentence) {
  StepInput made;
  made.name = std::move(name);
  made.kind = kind;
  made.sentence = std::move(sentence);
  return made;
}

std::string kind_docs(const StepInput& input) {
  switch (input.kind) {
    case InputKind::Text:
      return input.is_secret ? "secret" : "text";
    case InputKind::Number:
      return fmt::format("number, {} to {}", input.least, input.most);
    case InputKind::Flag:
      return "flag";
    case InputKind::Choice:
      return fmt::format("`{}`", fmt::join(input.choices, "`, `"));
    case InputKind::JsonList:
      return "JSON list";
    case InputKind::JsonObject:
      return "JSON object";
    case InputKind::AwsRegion:
      return "AWS region";
    case InputKind::AccountVariable:
      return "name of a variable";
  }
  return "";
}

std::string default_docs(const StepInput& input) {
  if (!input.is_required()) return input.fallback.empty() ? input.without : fmt::format("`{}`", input.fallback);
  std::string text = "required";
  if (!input.flag.empty()) text += fmt::format("{} `{}` is `True`", input.wanted_flag ? " if" : ", unless", input.flag);
  if (!input.unless.empty()) text += fmt::format(", unless {}", input.unless);
  return text;
}

}  // namespace

StepInput text_input(std::string name, std::string sentence) {
  return input(std::move(name), InputKind::Text, std::move(sentence));
}

StepInput secret_input(std::string name, std::string sentence) {
  StepInput made = text_input(std::move(name), std::move(sentence));
  made.is_secret = true;
  return made;
}

StepInput number_input(std::string name, int least, int most, std::string sentence) {
  StepInput made = input(std::move(name), InputKind::Number, std::move(sentence));
  made.least = least;
  made.most = most;
  return made;
}

StepInput flag_input(std::string name, std::string sentence, bool otherwise) {
  return input(std::move(name), InputKind::Flag, std::move(sentence)).otherwise(otherwise ? "True" : "False");
}

StepInput choice_input(std::string name, std::vector<std::string> choices, std::string sentence) {
  StepInput made = input(std::move(name), InputKind::Choice, std::move(sentence)).otherwise(choices.front());
  made.choices = std::move(choices);
  return made;
}

StepInput json_list_input(std::string name, std::string sentence) {
  return input(std::move(name), InputKind::JsonList, std::move(sentence));
}

StepInput json_object_input(std::string name, std::string sentence) {
  return input(std::move(name), InputKind::JsonObject, std::move(sentence));
}

StepInput region_input(std::string name, std::string sentence) {
  return input(std::move(name), InputKind::AwsRegion, std::move(sentence));
}

StepInput account_input(std::string name, std::string sentence) {
  return input(std::move(name), InputKind::AccountVariable, std::move(sentence));
}

const StepInput* StepDeclaration::find(std::string_view input) const {
  const auto at = std::find_if(inputs.begin(), inputs.end(), [&](const StepInput& i) { return i.name == input; });
  return at == inputs.end() ? nullptr : &*at;
}

std::string input_docs(const StepDeclaration& step) {
  std::string text = "| Property | Kind | Meaning | Default |\n|---|---|---|---|\n";
  for (const StepInput& input : step.inputs) {
    text += fmt::format("| `{}` | {} | {} | {} |\n", input.name, kind_docs(input), input.sentence, default_docs(input));
  }
  return text;
}

const StepDeclaration* StepDeclarations::find(std::string_view type) const {
  const auto at = std::find_if(all_.begin(), all_.end(), [&](const StepDeclaration& s) { return s.type == type; });
  return at == all_.end() ? nullptr : &*at;
}

}  // namespace slipway::model
