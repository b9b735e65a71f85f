#include "model/declaration_faults.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "model/step_check.h"

namespace slipway::model {
namespace {

void check_names(const StepDeclaration& step, Problems& problems) {
  std::set<std::string> known;
  for (const StepInput& input : step.inputs) {
    if (trim(input.name).empty()) problems.add("An input has no name.");
    if (!known.insert(fold_name(input.name)).second) problems.add(fmt::format("{} is declared twice.", input.name));
    if (trim(input.sentence).empty()) problems.add(fmt::format("{} does not say what it means.", input.name));
  }
}

void check_values(const StepInput& input, Problems& problems) {
  if (input.kind == InputKind::Number && input.least > input.most) {
    problems.add(fmt::format("No number is both at least {} and at most {}: {}.", input.least, input.most, input.name));
  }
  if (input.kind == InputKind::Choice && input.choices.empty()) {
    problems.add(fmt::format("{} leaves nothing to choose.", input.name));
  }
  if (input.fallback.empty() || input.fallback.find("#{") != std::string::npos) return;
  if (const auto why = why_not(input, {input.fallback, input.fallback})) {
    problems.add(fmt::format("Its default is none: {}", *why));
  }
}

void check_mentions(const StepDeclaration& step, Problems& problems) {
  for (const StepInput& input : step.inputs) {
    if (input.flag.empty()) continue;
    const StepInput* flag = step.find(input.flag);
    if (flag == nullptr || flag->kind != InputKind::Flag) {
      problems.add(fmt::format("{} depends on {}, which is no flag of the step.", input.name, input.flag));
    }
  }
  for (const std::string& name : step.at_least_one_of) {
    if (step.find(name) == nullptr)
      problems.add(fmt::format("{} may be the one that is given, but is no input.", name));
  }
  if (!step.at_least_one_of.empty() && step.nothing_given.empty()) {
    problems.add("It does not say what is wrong when none of the inputs is given of which one must be.");
  }
}

}  // namespace

Problems faults_of(const StepDeclaration& step) {
  Problems problems;
  for (const std::string* text : {&step.type, &step.name, &step.category, &step.description}) {
    if (trim(*text).empty()) problems.add("It needs a type, a name, a category and a description.");
  }
  check_names(step, problems);
  for (const StepInput& input : step.inputs) check_values(input, problems);
  check_mentions(step, problems);
  return problems;
}

}  // namespace slipway::model
