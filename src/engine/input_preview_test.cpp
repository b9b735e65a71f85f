#include "engine/input_preview.h"

#include <doctest/doctest.h>
#include <fmt/ranges.h>

#include "commands/commands_testing.h"
#include "model/values.h"
#include "views/deployment_context.h"

namespace slipway::engine {
namespace {

/// Two steps of a declared type in Dev. Properties are the second's.
struct World : commands::testing::World {
  World() {
    model::Action& first = process.Steps[0].Actions[0];
    first.ActionType = "Slipway.Deploy";
    first.Properties = {{"Slipway.Where", "prod"}};
    model::Step next = process.Steps[0];
    next.Id = "Steps-2";
    next.Name = next.Actions[0].Name = "Then";
    next.Actions[0].Id = "Actions-2";
    process.Steps.push_back(next);
  }

  void define(std::string name, model::Value value, bool is_sensitive = false, bool is_prompted = false) {
    model::Variable variable;
    variable.Id = name;
    variable.Name = std::move(name);
    variable.Value = std::move(value);
    variable.IsSensitive = is_sensitive;
    if (is_prompted) variable.Prompt = model::VariablePrompt{};
    variables.Variables.push_back(std::move(variable));
    put(variables);
  }

  ActionPreview preview(model::Properties properties, std::string type = "Slipway.Deploy") {
    model::Action& action = process.Steps[1].Actions[0];
    action.Properties = std::move(properties);
    action.ActionType = std::move(type);
    put(process);
    const auto made = release(std::to_string(++releases_) + ".0.0");
    planning::DeploymentVariables variables;
    const auto context = database->read([&](storage::Reader& reader) {
      storage::DeploymentRecord planned;
      planned.space = "Spaces-1";
      planned.release = made.id;
      planned.project = "Projects-1";
      planned.channel = "Channels-1";
      planned.environment = "Environments-1";
      planned.body = "{}";
      auto loaded = views::load_context(reader, made, planned);
      variables = planning::deployment_variables(loaded, views::accounts_for(reader, loaded));
      return loaded;
    });
    language::Budget budget(language::kRequestLimits, language::time_of_this_thread);
    InputPreview inputs(steps_, context, variables, budget, clock.now());
    ActionPreview last;
    for (const auto& step : views::plan_of(context).Steps) last = inputs.of(step, step.Actions.at(0));
    return last;
  }
  /// The value shown, "(later)" for null, "" where the input isn't listed.
  std::string value_of(const ActionPreview& shown, std::string_view name) {
    for (const PreviewedInput& input : shown.Inputs) {
      if (input.Name == name) return input.Value.value_or("(later)");
    }
    return "";
  }
  std::string where(std::string written) {
    return value_of(preview({{"Slipway.Where", json::value(written)}}), "Slipway.Where");
  }
  /// One after the other.
  std::string faults(model::Properties properties, std::string type = "Slipway.Deploy") {
    return fmt::format("{}", fmt::join(preview(std::move(properties), std::move(type)).Problems, " | "));
  }
  std::string problems(std::string written) { return faults({{"Slipway.Where", json::value(written)}}); }

 private:
  int releases_ = 0;
  model::StepDeclarations steps_{{model::StepDeclaration{
      .type = "Slipway.Deploy",
      .name = "Deploy",
      .category = "Other",
      .description = "Deploys.",
      .inputs = {model::text_input("Slipway.Where", "where").required("the place"),
                 model::number_input("Slipway.Count", 1, 9, "how many").otherwise("3"),
                 model::flag_input("Slipway.AsRole", "`True`: as a role"),
                 model::text_input("Slipway.Role", "the role").only_with("Slipway.AsRole").required("the role"),
                 model::secret_input("Slipway.Token", "the token")},
  }}};
};

TEST_CASE_FIXTURE(World, "a preview shows what each input comes to, and defaults as such") {
  define("Cluster", "blue");
  const ActionPreview shown = preview({{"Slipway.Where", "#{Cluster}-#{Octopus.Environment.Name}"}});
  CHECK(value_of(shown, "Slipway.Where") == "blue-Dev");
  CHECK(value_of(shown, "Slipway.Count") == "3");
  CHECK(shown.Inputs.at(0).IsDefault == false);
  CHECK(shown.Inputs.at(1).IsDefault == true);
  CHECK(value_of(shown, "Slipway.Role") == "");
  CHECK(shown.Problems.empty());
}

TEST_CASE_FIXTURE(World, "a preview tells what is missing, what has no value, and what can't be") {
  CHECK(faults({}) == "Slipway.Where is missing: give the place.");
  CHECK(
      problems("#{Nope}") ==
      "Slipway.Where: No value in this scope for #{Nope}. Give the variable a value for this environment and tenant.");
  define("N", "12");
  define("Blank", " ");
  CHECK(problems("#{Blank}") == "Slipway.Where is missing: give the place.");
  CHECK(faults({{"Slipway.Where", "x"}, {"Slipway.Count", "#{N}"}}) ==
        "Slipway.Count must be a whole number from 1 to 9, not what \"#{N}\" stands for.");
  CHECK(faults({{"Slipway.Where", "x"}, {"Slipway.AsRole", "True"}}) == "Slipway.Role is missing: give the role.");
  CHECK(faults({{"Slipway.Where", "x"}, {"Slipway.AsRole", "False"}, {"Slipway.Role", "#{Nope}"}}) == "");
  CHECK(faults({}, "Octopus.Script") == "This server has no step of type 'Octopus.Script'; it fails when it is due.");
}

TEST_CASE_FIXTURE(World, "what only the deployment tells is no problem, and shown as not known yet") {
  define("Ask", "", false, true);
  define("Link", "#{Octopus.Action[Deploy web].Output.Url}");
  for (const char* later :
       {"#{Octopus.Deployment.Id}", "#{Octopus.Deployment.CreatedBy.Username}", "#{Octopus.Task.Id}",
        "#{Octopus.Action[Deploy web].Output.Url}", "#{Link}", "#{Ask}-x", "#{Octopus.Deployment.Name | ToUpper}"}) {
    CAPTURE(later);
    CHECK(where(later) == "(later)");
    CHECK(problems(later) == "");
  }
  CHECK(problems("#{Octopus.Action[Then].Output.Url}").find("no earlier step has set it") != std::string::npos);
  CHECK(problems("#{Octopus.Action[Nobody].Output.Url}") != "");
}

TEST_CASE_FIXTURE(World, "a preview shows no secret: neither a variable's, nor what is made of it, nor a property's") {
  std::string secret;
  database->write("secret",
                  [&](storage::Txn& txn) { secret = vault.put(txn, variables.Id, Secret("hunter2hunter2")); });
  define("Password", model::stored_hidden_secret(secret), true);
  CHECK(where("#{Password}") == "********");
  CHECK(where("at #{Password | ToBase64}!") == "at ********!");
  CHECK(faults({{"Slipway.Where", "x"}, {"Slipway.Count", "#{Password}"}}) == "");
  const ActionPreview stored = preview({{"Slipway.Where", "x"}, {"Slipway.Token", model::stored_secret(secret)}});
  CHECK(value_of(stored, "Slipway.Token") == "********");
}

TEST_CASE_FIXTURE(World, "previews of one request end with a problem, not with the memory of the server") {
  define("Big", json::value(std::string(60'000, 'x')));
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "#{Big}";
  const ActionPreview shown = preview({{"Slipway.Where", json::value(text)}});
  REQUIRE(shown.Problems.size() == 1);
  CHECK(shown.Problems[0].size() < 1000);
}

}  // namespace
}  // namespace slipway::engine
