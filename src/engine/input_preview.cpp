#include "engine/input_preview.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "base/describe.h"
#include "base/text.h"
#include "commands/prompts.h"
#include "engine/deployment_inputs.h"
#include "model/step_check.h"
#include "planning/make_plan.h"
#include "planning/system_variable_table.h"

namespace slipway::engine {
namespace {

constexpr std::string_view kHidden = "********";

/// Every option another, so that a new one is no surprise here.
void choose_all(planning::DeploymentOptions& options) {
  boost::mp11::mp_for_each<json::detail::members_of<planning::DeploymentOptions>>([&](auto d) {
    auto& member = options.*d.pointer;
    using Member = std::remove_reference_t<decltype(member)>;
    if constexpr (std::is_same_v<Member, std::string>) member = "made";
    if constexpr (std::is_same_v<Member, std::optional<Time>>) member = Time(Duration(1));
    if constexpr (std::is_same_v<Member, bool>) member = !member;
  });
}

/// The context with everything in it another that a deployment that is made brings along.
planning::DeploymentContext as_deployed(planning::DeploymentContext context) {
  auto& made = context.deployment;
  choose_all(made.options);
  made.id = made.name = made.task = made.concurrency_tag = "made";
  made.created = made.queued = Time(Duration(1));
  made.queue_expiry = Time(Duration(1));
  context.created_by = {};
  context.created_by.Id = context.created_by.Username = context.created_by.DisplayName =
      context.created_by.EmailAddress = "made";
  return context;
}

/// The system variables whose values come with the deployment.
std::vector<std::string> told_by_deployment(const planning::DeploymentContext& context) {
  const planning::DeploymentContext made = as_deployed(context);
  std::vector<std::string> names;
  for (const planning::SystemVariable& variable : planning::system_variables()) {
    if (variable.of != nullptr && variable.of(context) != variable.of(made)) names.emplace_back(variable.name);
  }
  return names;
}

/// Evaluates the properties of one action.
class Reading {
 public:
  Reading(const ResolvedScope& scope, language::Budget& budget, std::function<bool(std::string_view)> is_told_later)
      : scope_(scope), budget_(budget), is_told_later_(std::move(is_told_later)) {}

  void read(const std::string& name, const model::Value& property) {
    auto input = model::as_written(property);
    if (!input) return;
    if (!input->written.empty()) input->value = evaluate(name, input->written);
    if (input->value && trim(*input->value).empty()) return;
    given.emplace(name, std::move(*input));
  }

  std::optional<PreviewedInput> show(const model::StepInput& input) {
    const auto at = given.find(input.name);
    if (at == given.end()) {
      if (input.fallback.empty()) return std::nullopt;
      return PreviewedInput{input.name, evaluate(input.name, input.fallback), true};
    }
    const bool is_secret = at->second.written.empty();
    return PreviewedInput{input.name, is_secret ? std::string(kHidden) : at->second.value, false};
  }

  model::GivenInputs given;
  std::map<std::string, std::string> faults;  ///< by input

 private:
  /// nullopt, with a fault unless it is only not known yet.
  std::optional<std::string> evaluate(const std::string& name, const std::string& written) {
    try {
      budget_.keep(written.size());
      const language::Evaluation evaluation = scope_.try_to_evaluate(written, budget_);
      std::vector<std::string> missing = evaluation.missing_tokens;
      std::erase_if(missing, [&](const std::string& token) { return is_told_later_(name_in(token)); });
      if (!missing.empty()) faults[name] = why_missing(missing);
      if (missing.empty() && evaluation.missing_tokens.empty() && evaluation.error) {
        faults[name] = fmt::format("The text can't be evaluated: {}", scope_.mask(*evaluation.error));
      }
      if (!evaluation.missing_tokens.empty() || evaluation.error) return std::nullopt;
      budget_.keep(evaluation.text_or_empty().size());
      return std::string(trim(scope_.mask(evaluation.text_or_empty())));
    } catch (const Error& error) {
      faults[name] = scope_.mask(error.message());
      return std::nullopt;
    }
  }

  const ResolvedScope& scope_;
  language::Budget& budget_;
  std::function<bool(std::string_view)> is_told_later_;
};

/// What a secret stands in is not to be judged.
model::GivenInputs without_hidden(model::GivenInputs given) {
  for (auto& [name, input] : given) {
    if (input.value && input.value->find(kHidden) != std::string::npos) input.value.reset();
  }
  return given;
}

}  // namespace

InputPreview::InputPreview(const model::StepDeclarations& declarations, const planning::DeploymentContext& context,
                           planning::DeploymentVariables variables, language::Budget& budget, Time now)
    : declarations_(declarations), context_(context), budget_(budget), now_(now), variables_(std::move(variables)) {
  std::vector<std::string> later = told_by_deployment(context);
  for (const model::Variable* asked :
       commands::prompts_for(context.frozen->project_variables, planning::scope_context(context))) {
    if (model::is_blank(asked->Value)) later.push_back(asked->Name);
  }
  for (const std::string& name : later) {
    variables_.remove(name);
    told_later_.insert(fold_name(name));
  }
}

bool InputPreview::is_told_later(std::string_view variable) const {
  const std::string name = fold_name(variable);
  return told_later_.contains(name) ||
         std::any_of(outputs_.begin(), outputs_.end(), [&](const auto& output) { return name.starts_with(output); });
}

ActionPreview InputPreview::inputs_of(const model::StepDeclaration& declaration, const planning::PlannedStep& step,
                                      const planning::PlannedAction& planned) const {
  const model::Action* action = planning::find_action(context_.frozen->process, planned.ActionId);
  if (declaration.inputs.empty() || action == nullptr) return {};
  planning::DeploymentVariables variables = variables_;
  planning::add_action_variables(variables, context_, step, planned, {});
  const ResolvedScope scope(
      variables, planning::scope_context(context_, planned),
      [](const planning::SecretPlace&) { return Secret(std::string(kHidden)); }, {}, now_);
  Reading reading(scope, budget_, [this](std::string_view name) { return is_told_later(name); });
  for (const model::StepInput& input : declaration.inputs) {
    const auto at = action->Properties.find(input.name);
    if (at != action->Properties.end()) reading.read(input.name, at->second);
  }
  const model::GivenInputs judged = without_hidden(reading.given);
  ActionPreview preview;
  preview.Problems = model::input_problems(declaration, judged);
  for (const model::StepInput& input : declaration.inputs) {
    if (model::counts(declaration, input, judged) == false) continue;
    if (auto shown = reading.show(input)) preview.Inputs.push_back(std::move(*shown));
    const auto fault = reading.faults.find(input.name);
    if (fault != reading.faults.end()) preview.Problems.push_back(fmt::format("{}: {}", input.name, fault->second));
  }
  return preview;
}

ActionPreview InputPreview::of(const planning::PlannedStep& step, const planning::PlannedAction& planned) {
  ActionPreview preview;
  const model::StepDeclaration* declaration = declarations_.find(planned.ActionType);
  if (declaration != nullptr) {
    preview = inputs_of(*declaration, step, planned);
  } else if (!declarations_.all().empty()) {
    preview.Problems.push_back(model::why_not_run(planned.ActionType));
  }
  outputs_.push_back(fold_name(fmt::format("Octopus.Action[{}].Output.", planned.Name)));
  return preview;
}

}  // namespace slipway::engine
