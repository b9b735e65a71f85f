#include "planning/deployment_variables.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "planning/account_use.h"
#include "planning/make_plan.h"

namespace slipway::planning {
namespace {

model::Variable variable(std::string name, model::Value value,
                         std::map<std::string, std::vector<std::string>> scope = {}) {
  model::Variable v;
  v.Id = "id-" + name;
  v.Name = std::move(name);
  v.Value = std::move(value);
  v.Scope = std::move(scope);
  return v;
}

model::VariableTemplate parameter(std::string name, model::Value otherwise = "") {
  model::VariableTemplate t;
  t.Id = "template-" + name;
  t.Name = std::move(name);
  t.DefaultValue = std::move(otherwise);
  return t;
}

/// One action with a primary package, deployed to Fern in Test.
struct Fixture {
  FrozenRelease frozen;
  DeploymentContext context;
  std::vector<model::Account> accounts;

  Fixture() {
    model::Action action;
    action.Id = "Actions-1";
    action.Name = "Deploy web";
    action.ActionType = "Slipway.NoOp";
    action.Packages.push_back({});
    action.Packages.back().PackageId = "team/web";
    action.Properties["Region"] = "eu-west-1";
    model::Step step;
    step.Id = "Steps-1";
    step.Name = "Deploy web";
    step.Actions.push_back(action);
    frozen.process.Id = "deploymentprocess-Projects-1";
    frozen.process.Steps.push_back(step);
    frozen.project_variables.Id = "variableset-Projects-1";

    context.release.id = "Releases-1";
    context.release.version = "1.2.0";
    context.release.packages = {{"Deploy web", "Deploy web", "", "1.2.0", "team/web", "Feeds-1",
                                 "123.dkr.ecr.eu-west-1.amazonaws.com", "sha256:ab"}};
    context.deployment.id = "Deployments-1";
    context.space.Id = "Spaces-1";
    context.project.Id = "Projects-1";
    context.project.Name = "Web";
    context.channel.Id = "Channels-1";
    context.environment.Id = "Environments-1";
    context.environment.Name = "Test";
    context.tenant = model::Tenant{};
    context.tenant->Id = "Tenants-1";
    context.tenant->Name = "Fern";
    context.tenant->TenantTags = {"Ring/A"};
    context.tenant_variables.Id = "tenantvariables-Tenants-1";
  }

  DeploymentVariables variables(const StepResults& results = {}) {
    context.frozen = std::make_shared<const FrozenRelease>(frozen);
    DeploymentVariables all =
        deployment_variables(context, [this](const std::string& id) -> std::optional<model::Account> {
          for (const auto& account : accounts) {
            if (account.Id == id && may_use(account, context)) return account;
          }
          return std::nullopt;
        });
    const Plan plan = make_plan(frozen.process, {"Channels-1", "Environments-1", context.tenant->TenantTags, {}});
    add_action_variables(all, context, plan.Steps[0], plan.Steps[0].Actions[0], results);
    return all;
  }

  /// The value that wins, or where its secret is kept, or "none".
  std::string value(const std::string& name, const StepResults& results = {}) {
    const DeploymentVariables all = variables(results);
    const language::VariableCatalog catalog(all.all());
    PlannedAction action;
    action.ActionId = "Actions-1";
    const auto* winner = catalog.explain(name, scope_context(context, action)).winner;
    if (winner == nullptr) return "none";
    if (const SecretPlace* secret = all.secret_of(*winner)) return secret->id + " of " + secret->owner;
    return winner->value.value_or("null");
  }
};

TEST_CASE("VAR-9: system variables tell the deployment, its tenant, its packages and its place in the process") {
  Fixture f;
  CHECK(f.value("Octopus.Release.Number") == "1.2.0");
  CHECK(f.value("Octopus.Environment.Name") == "Test");
  CHECK(f.value("Octopus.Deployment.Tenant.Tags") == "Ring/A");
  CHECK(f.value("Octopus.Action.Name") == "Deploy web");
  CHECK(f.value("Octopus.Action.Number") == "1");
  CHECK(f.value("Octopus.Action.Package[].Image") == "123.dkr.ecr.eu-west-1.amazonaws.com/team/web:1.2.0");
  CHECK(f.value("Octopus.Action.Package.PackageVersion") == "1.2.0");
  CHECK(f.value("Octopus.Action.Package[].Digest") == "sha256:ab");
}

TEST_CASE("Project variables never override system variables of the same name") {
  Fixture f;
  f.frozen.project_variables.Variables = {variable("Octopus.Release.Number", "9", {{"Action", {"Actions-1"}}})};
  CHECK(f.value("Octopus.Release.Number") == "1.2.0");
}

TEST_CASE("VAR-2: the most specific scope that fits wins") {
  Fixture f;
  f.frozen.project_variables.Variables = {
      variable("X", "unscoped"), variable("X", "environment", {{"Environment", {"Environments-1"}}}),
      variable("X", "elsewhere", {{"Action", {"Actions-2"}}}), variable("X", "tag", {{"TenantTag", {"Ring/A"}}})};
  CHECK(f.value("X") == "tag");
}

TEST_CASE("VAR-6: a sensitive value is only a place in the vault, under the document that owns it") {
  Fixture f;
  f.frozen.project_variables.Variables = {variable("Password", model::stored_hidden_secret("Secrets-7"))};
  CHECK(f.value("Password") == "Secrets-7 of variableset-Projects-1");
  const auto variables = f.variables();
  for (const language::Variable& v : variables.all()) {
    if (v.name == "Password") CHECK((v.is_sensitive && !v.value));
  }
}

TEST_CASE("VAR-7: a prompted value beats the scoped definition that it was asked for") {
  Fixture f;
  model::Variable asked = variable("Approver", "nobody", {{"Environment", {"Environments-1"}}});
  asked.Prompt = model::VariablePrompt{};
  f.frozen.project_variables.Variables = {asked};
  CHECK(f.value("Approver") == "nobody");
  f.context.deployment.form_values["id-Approver"] = "bob";
  CHECK(f.value("Approver") == "bob");
}

TEST_CASE("TEN-10: a tenant's value beats the template's default, per project and environment or once per set") {
  Fixture f;
  f.context.project.Templates = {parameter("Db", "default-db"), parameter("Size", "small")};
  f.context.tenant_variables.ProjectVariables["Projects-1"].Variables["Environments-1"]["template-Db"] = "fern-db";
  f.context.tenant_variables.ProjectVariables["Projects-1"].Variables["Environments-2"]["template-Size"] = "large";
  model::LibraryVariableSet library;
  library.Id = "LibraryVariableSets-1";
  library.Templates = {parameter("Role")};
  f.context.libraries = {library};
  f.context.tenant_variables.LibraryVariables["LibraryVariableSets-1"].Variables["template-Role"] =
      model::stored_secret("Secrets-9");
  CHECK(f.value("Db") == "fern-db");
  CHECK(f.value("Size") == "small");
  CHECK(f.value("Role") == "Secrets-9 of tenantvariables-Tenants-1");
}

TEST_CASE("TEN-8: an account that is kept for other environments or tenants brings nothing") {
  Fixture f;
  model::Account account;
  account.Id = "Accounts-1";
  account.AccessKey = "AKIA";
  model::Variable v = variable("Aws", "Accounts-1");
  v.Type = "AmazonWebServicesAccount";
  f.frozen.project_variables.Variables = {v};
  const auto key = [&](const model::Account& a) {
    f.accounts = {a};
    return f.value("Aws.AccessKey");
  };
  CHECK(key(account) == "AKIA");
  const auto with = [&](auto change) {
    model::Account changed = account;
    change(changed);
    return key(changed);
  };
  CHECK(with([](auto& a) { a.EnvironmentIds = {"Environments-1"}; }) == "AKIA");
  CHECK(with([](auto& a) { a.EnvironmentIds = {"Environments-2"}; }) == "none");
  CHECK(with([](auto& a) { a.TenantIds = {"Tenants-1"}; }) == "AKIA");
  CHECK(with([](auto& a) { a.TenantIds = {"Tenants-2"}; }) == "none");
  CHECK(with([](auto& a) { a.TenantTags = {"Ring/A"}; }) == "AKIA");
  CHECK(with([](auto& a) { a.TenantTags = {"Ring/B"}; }) == "none");
  f.context.tenant.reset();
  CHECK_FALSE(may_use(
      [&] {
        auto a = account;
        a.TenantIds = {"Tenants-1"};
        return a;
      }(),
      f.context));
  CHECK(may_use(
      [&] {
        auto a = account;
        a.TenantIds = {"Tenants-1"};
        a.TenantedDeploymentParticipation = "TenantedOrUntenanted";
        return a;
      }(),
      f.context));
}

TEST_CASE("VAR-11: an account variable brings the account's properties, the secret ones as places in the vault") {
  Fixture f;
  model::Account account;
  account.Id = "Accounts-1";
  account.AccessKey = "AKIA";
  account.SecretKey = model::stored_secret("Secrets-3");
  f.accounts = {account};
  model::Variable v = variable("Aws", "Accounts-1");
  v.Type = "AmazonWebServicesAccount";
  f.frozen.project_variables.Variables = {v};
  CHECK(f.value("Aws") == "Accounts-1");
  CHECK(f.value("Aws.AccessKey") == "AKIA");
  CHECK(f.value("Aws.SecretKey") == "Secrets-3 of Accounts-1");
  CHECK(f.value("Aws.Username") == "none");
}

TEST_CASE("PRC-6: the first error is a variable, once there is one") {
  Fixture f;
  CHECK(f.value("Octopus.Deployment.Error", {{}, "The cluster is gone."}) == "The cluster is gone.");
  CHECK(f.value("Octopus.Deployment.Error") == "none");
}

TEST_CASE("VAR-8: outputs of earlier steps are variables, and so are the action's own properties") {
  Fixture f;
  CHECK(f.value("Octopus.Action[Build].Output.Url", {{{"Build", {{"Url", "https://x"}}}}, ""}) == "https://x");
  CHECK(f.value("Region") == "eu-west-1");
  f.frozen.project_variables.Variables = {variable("Region", "us-east-1")};
  CHECK(f.value("Region") == "us-east-1");
}

TEST_CASE(
    "VAR-2: of equally specific values the one defined first applies, and a warning names both, in every project") {
  for (int project = 0; project < 20; ++project) {
    Fixture f;
    const bool swapped = project % 2 == 1;
    model::Variable first = variable("U", "first", {{"Environment", {"Environments-1"}}});
    model::Variable second = variable("U", "second", {{"Environment", {"Environments-1"}}});
    // Ids are drawn by chance: they say nothing.
    first.Id = swapped ? "b" : "a";
    second.Id = swapped ? "a" : "b";
    f.frozen.project_variables.Variables = {first, second};
    CHECK(f.value("U") == "first");
    const auto warnings = ambiguous_values(f.frozen, scope_context(f.context));
    REQUIRE(warnings.size() == 1);
    for (const char* part : {"'U'", " a (", " b ("}) CHECK(warnings[0].find(part) != std::string::npos);
  }
}

TEST_CASE("VAR-2: values that tie in one action alone are told too, and others not at all") {
  Fixture f;
  model::Variable first = variable("U", "first", {{"Action", {"Actions-1"}}});
  model::Variable second = variable("U", "second", {{"Action", {"Actions-1"}}});
  f.frozen.project_variables.Variables = {first, second, variable("V", "all"),
                                          variable("V", "here", {{"Environment", {"Environments-1"}}})};
  CHECK(ambiguous_values(f.frozen, scope_context(f.context)).size() == 1);
}

}  // namespace
}  // namespace slipway::planning
