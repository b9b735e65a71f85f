#include "planning/system_variable_table.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "base/text.h"
#include "planning/deployment_variables.h"
#include "planning/make_plan.h"

namespace slipway::planning {
namespace {

/// A deployment of which everything is known.
DeploymentContext full_scene() {
  DeploymentContext context;
  FrozenRelease frozen;
  model::Action action;
  action.Id = "Actions-1";
  action.Name = "Deploy web";
  action.Packages.resize(2);
  action.Packages[0].PackageId = "shop/web";
  action.Packages[1].Name = "side";
  action.Packages[1].PackageId = "shop/side";
  model::Step step;
  step.Id = "Steps-1";
  step.Name = "Deploy web";
  step.Actions = {action};
  frozen.process.Steps = {step};
  context.frozen = std::make_shared<const FrozenRelease>(std::move(frozen));
  context.release.packages = {
      {"Deploy web", "Deploy web", "", "1.0", "shop/web", "Feeds-1", "registry", "sha256:1"},
      {"Deploy web", "Deploy web", "side", "1.0", "shop/side", "Feeds-1", "registry", "sha256:2"}};
  context.release.custom_fields = {{"Ticket", "A-1"}};
  context.release.git_ref = "refs/heads/main";
  context.release.git_commit = "9e1a2b3";
  context.release.previous = {"Releases-1", "1.0"};
  context.deployment.current_release = {"Releases-1", "1.0"};
  context.deployment.previous_release = {"Releases-1", "1.0"};
  context.deployment.previous_successful = "Deployments-1";
  context.deployment.queue_expiry = Time();
  context.tenant = model::Tenant{};
  context.server_uri = "https://slipway.example";
  return context;
}

/// The names that a deployment's variables have, indexes as `[*]`.
std::set<std::string> names_in(const DeploymentContext& context) {
  DeploymentVariables all = deployment_variables(context, {});
  const Plan plan = make_plan(context.frozen->process, {});
  StepResults results;
  results.error = "It failed.";
  results.outputs["Earlier"]["Url"] = "x";
  add_action_variables(all, context, plan.Steps.at(0), plan.Steps.at(0).Actions.at(0), results);
  std::set<std::string> names;
  for (const language::Variable& variable : all.all()) {
    std::string name = variable.name;
    for (const char* index : {"[Ticket]", "[side]", "[]", "[Earlier]"}) {
      if (const auto at = name.find(index); at != std::string::npos) name.replace(at, std::string(index).size(), "[*]");
    }
    if (name == "Octopus.Action[*].Output.Url") name = "Octopus.Action[*].Output.*";
    names.insert(name);
  }
  return names;
}

/// Said of variables that no deployment has so far.
bool is_never_there(const SystemVariable& variable) {
  for (const char* part : {".Trigger.", ".Changes", "Octopus.Machine.", "Octopus.WorkerPool.", ".Status."}) {
    if (variable.name.find(part) != std::string_view::npos) return true;
  }
  return false;
}

TEST_CASE("VAR-9: every system variable has a value in a deployment, or says when it has none") {
  const std::set<std::string> names = names_in(full_scene());
  std::size_t tried = 0;
  for (const SystemVariable& variable : system_variables()) {
    INFO(variable.name);
    CHECK(names.contains(std::string(variable.name)) != is_never_there(variable));
    CHECK((variable.none.empty() ? !is_never_there(variable) : true));
    ++tried;
  }
  for (const std::string& name : names) {
    INFO(name);
    CHECK(why_no_system_value(name)->find("There is no") == std::string::npos);
  }
  MESSAGE("system variables: " << tried);
}

TEST_CASE("VAR-9: what always has a value has one in the barest deployment") {
  DeploymentContext bare = full_scene();
  bare.release = {};
  bare.deployment = {};
  bare.tenant.reset();
  bare.server_uri.clear();
  for (const SystemVariable& variable : system_variables()) {
    if (variable.of == nullptr) continue;
    INFO(variable.name);
    CHECK(variable.of(bare).has_value() == variable.none.empty());
  }
}

TEST_CASE("VAR-9: a misspelt system variable is named as unknown, and every one is recognised by one wrong letter") {
  CHECK(why_no_system_value("Octopus.Release.Nubmer") ==
        "There is no system variable 'Octopus.Release.Nubmer'. Did you mean \"Octopus.Release.Number\"?");
  CHECK(why_no_system_value("Octopus.Deployment.Tenant.Name") ==
        "The system variable 'Octopus.Deployment.Tenant.Name' has no value, since the deployment is untenanted.");
  CHECK(why_no_system_value("octopus.action[Web].output.Url")->find("no earlier step has set it") != std::string::npos);
  CHECK(why_no_system_value("Url") == std::nullopt);
  std::size_t tried = 0;
  for (const SystemVariable& variable : system_variables()) {
    if (variable.name.ends_with('*')) continue;
    for (std::size_t at = std::string_view("Octopus.").size(); at < variable.name.size(); ++at) {
      if (variable.name[at] == '[' || variable.name[at] == '*' || variable.name[at] == ']') continue;
      std::string misspelt(variable.name);
      misspelt.erase(at, 1);
      const auto told = why_no_system_value(misspelt);
      CHECK_MESSAGE(told->find("Did you mean \"Octopus.") != std::string::npos, *told);
      ++tried;
    }
  }
  MESSAGE("misspelt system variables: " << tried);
}

TEST_CASE("the table of system variables in the docs is the one that deployments are made by") {
  const char* source = std::getenv("SLIPWAY_SOURCE_DIR");
  std::ifstream file(std::string(source != nullptr ? source : ".") + "/docs/language.md");
  const std::string docs{std::istreambuf_iterator<char>(file), {}};
  CHECK_MESSAGE(docs.find(system_variable_docs()) != std::string::npos, system_variable_docs());
}

}  // namespace
}  // namespace slipway::planning
