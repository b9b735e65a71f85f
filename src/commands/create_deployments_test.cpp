#include "commands/create_deployments.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/secret_limit.h"
#include "commands/cancel_task.h"
#include "commands/change_release.h"
#include "commands/commands_testing.h"
#include "model/resources/infrastructure/account.h"
#include "model/resources/infrastructure/worker_pool.h"
#include "model/resources/tenants/tag_set.h"
#include "storage/events.h"
#include "storage/tasks.h"
#include "views/deployment_context.h"
#include "views/records.h"

namespace slipway::commands {
namespace {

using testing::refused;
using testing::World;
using Texts = std::vector<std::string>;

DeploymentRequest to(Texts environments, std::string release = "1.0.0") {
  DeploymentRequest request;
  request.release = std::move(release);
  request.environments = std::move(environments);
  return request;
}

DeploymentRequest for_tenants(planning::TenantQuery tenants, std::string environment = "Dev") {
  DeploymentRequest request = to({std::move(environment)});
  request.tenants = std::move(tenants);
  return request;
}

/// The project may be deployed to tenants.
struct TenantedWorld : World {
  TenantedWorld() {
    project.TenantedDeploymentMode = model::TenantedMode::TenantedOrUntenanted;
    put(project);
    model::TagSet ring;
    ring.Id = "TagSets-1";
    ring.SpaceId = "Spaces-1";
    ring.Name = "Ring";
    for (const char* name : {"A", "Late", "Canary"}) {
      ring.Tags.push_back({fmt::format("TagSets-1/Tags-{}", name), name, fmt::format("Ring/{}", name)});
    }
    put(ring);
    tenant(1, "Fern", {"Environments-1", "Environments-2"}, {"Ring/A"});
    tenant(2, "Bolt", {"Environments-2"}, {"Ring/A"});
    release("1.0.0");
  }
};

TEST_CASE_FIXTURE(World, "TEN-3: each environment gets one deployment with one queued task of its own") {
  release("1.0.0");
  const auto created = deploy(to({"dev"}));
  REQUIRE(created.deployments.size() == 1);
  const auto task =
      database->read([&](storage::Reader& reader) { return storage::find_task(reader, created.deployments[0].task); });
  REQUIRE(task);
  CHECK(task->state == storage::TaskState::Queued);
  CHECK(task->description == "Deploy Web release 1.0.0 to Dev");
  CHECK(task->concurrency_key == "Projects-1/Environments-1");  // TSK-2
  CHECK(task->deployment == created.deployments[0].id);
}

TEST_CASE_FIXTURE(TenantedWorld,
                  "TEN-6: a tag that does not exist is refused with the nearest, beside others that do") {
  CHECK(refused([&] {
          deploy(for_tenants({{}, {"Ring/A", "Ring/Kanary"}}));
        }) == Texts{"TenantTags: there is no tag 'Ring/Kanary' in this space. Did you mean \"Ring/Canary\"?"});
  CHECK(deploy(for_tenants({{}, {"ring/a"}})).deployments.size() == 1);
}

TEST_CASE_FIXTURE(World, "SCH-1: a start that is past by more than clocks differ is refused") {
  release("1.0.0");
  DeploymentRequest request = to({"Dev"});
  request.options.QueueTime = clock.now() - std::chrono::hours(1);
  const auto problems = refused([&] { deploy(request); });
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].find("is past") != std::string::npos);
  request.options.QueueTime = clock.now() - std::chrono::minutes(1);
  CHECK(deploy(request).deployments.size() == 1);
}

TEST_CASE_FIXTURE(World, "An environment that was named by name, slug and id is deployed to once") {
  release("1.0.0");
  CHECK(deploy(to({"Dev", "dev", "Environments-1"})).deployments.size() == 1);
}

TEST_CASE_FIXTURE(World, "LIF-2: an environment opens once the release has succeeded in the one before") {
  release("1.0.0");
  CHECK(refused([&] { deploy(to({"Prod"})); }) ==
        Texts{"Release 1.0.0 can't be deployed to 'Prod': phase 'Dev' first needs 1 of 'Dev' to succeed."});
  const auto dev = deploy(to({"Dev"}));
  end(dev.deployments[0], false);
  CHECK(refused([&] { deploy(to({"Test"})); }).size() == 1);  // LIF-6
  end(dev.deployments[0], true);
  CHECK(deploy(to({"Test"})).deployments.size() == 1);
}

TEST_CASE_FIXTURE(World, "All of a call is queued or nothing, and every obstacle is named") {
  release("1.0.0");
  CHECK(refused([&] {
          deploy(to({"Dev", "Nope", "Neither"}));
        }) == Texts{"There is no environment named 'Nope'.", "There is no environment named 'Neither'."});
  CHECK(refused([&] { deploy(to({"Dev", "Test", "Prod"})); }).size() == 2);
  const auto queued = database->read([](storage::Reader& reader) { return storage::queued_tasks(reader); });
  CHECK(queued.empty());
}

TEST_CASE_FIXTURE(World, "A choice of deployment targets that don't exist is refused, not dropped") {
  release("1.0.0");
  DeploymentRequest request = to({"Dev"});
  request.specific_machines = {"web-1"};
  request.excluded_machines = {"web-2"};
  CHECK(refused([&] { deploy(request); }) ==
        Texts{"There is no deployment target named 'web-1'.", "There is no deployment target named 'web-2'."});
}

TEST_CASE_FIXTURE(World, "TEN-1: tenants are refused by an untenanted project and demanded by a tenanted one") {
  release("1.0.0");
  CHECK(refused([&] { deploy(for_tenants({{"Fern"}, {}})); }).at(0).find("mode 'Untenanted'") != std::string::npos);
  project.TenantedDeploymentMode = model::TenantedMode::Tenanted;
  put(project);
  CHECK(refused([&] { deploy(to({"Dev"})); }).at(0).find("mode 'Tenanted'") != std::string::npos);
}

TEST_CASE_FIXTURE(TenantedWorld, "TEN-4: tenants are picked by name, tag or all, with those left out told") {
  const auto by_tag = deploy(for_tenants({{}, {"Ring/A"}}));
  REQUIRE(by_tag.deployments.size() == 1);
  CHECK(by_tag.deployments[0].tenant == "Tenants-1");
  REQUIRE(by_tag.skipped.size() == 1);
  CHECK(by_tag.skipped[0].reason == "it is not connected to 'Dev' for this project");
  CHECK(refused([&] {
          deploy(for_tenants({{"Fern", "Bolt"}, {}}));
        }) ==
        Texts{"The release can't be deployed to the tenant 'Bolt': it is not connected to 'Dev' for this project."});
}

TEST_CASE_FIXTURE(TenantedWorld, "LIF-7: each tenant progresses on its own") {
  CHECK(deploy(for_tenants({{"Bolt"}, {}}, "Test")).deployments.size() == 1);
  CHECK(refused([&] { deploy(for_tenants({{"Fern"}, {}}, "Test")); }).size() == 1);
  end(deploy(for_tenants({{"Fern"}, {}}, "Dev")).deployments[0], true);
  CHECK(deploy(for_tenants({{"*"}, {}}, "Test")).deployments.size() == 2);
}

TEST_CASE_FIXTURE(TenantedWorld, "TSK-2: a tenanted deployment queues behind its own tenant alone") {
  const auto created = deploy(for_tenants({{"Fern"}, {}}));
  const auto task =
      database->read([&](storage::Reader& reader) { return storage::find_task(reader, created.deployments[0].task); });
  CHECK(task->concurrency_key == "Tenants-1/Projects-1/Environments-1");
  CHECK(task->description == "Deploy Web release 1.0.0 to Dev for Fern");
}

TEST_CASE_FIXTURE(TenantedWorld, "CHN-9: a channel for certain tags takes no other tenants") {
  channel.TenantTags = {"Ring/B"};
  put(channel, "Spaces-1", "Projects-1");
  CHECK(refused([&] {
          deploy(for_tenants({{"Fern"}, {}}));
        })
            .at(0)
            .find("none of the tags that the channel") != std::string::npos);
}

TEST_CASE_FIXTURE(TenantedWorld, "TEN-12: a missing tenant value is named with template, tenant and environment") {
  model::VariableTemplate parameter;
  parameter.Id = "template-1";
  parameter.Name = "Role";
  parameter.DefaultValue = "";
  project.Templates = {parameter};
  put(project);
  CHECK(
      refused([&] {
        deploy(for_tenants({{"Fern"}, {}}));
      }) ==
      Texts{"The release can't be deployed to the tenant 'Fern': it has no value for 'Role' of the project in 'Dev'."});
  model::TenantVariables values;
  values.Id = "tenantvariables-Tenants-1";
  values.TenantId = "Tenants-1";
  values.ProjectVariables["Projects-1"].Variables["Environments-1"]["template-1"] = "arn:aws:iam::1:role/x";
  put(values);
  CHECK(deploy(for_tenants({{"Fern"}, {}})).deployments.size() == 1);
}

TEST_CASE_FIXTURE(
    World, "VAR-7: required prompts need a value, answers are kept with the deployment, secret ones in the vault") {
  model::Variable approver;
  approver.Id = "v1";
  approver.Name = "Approver";
  approver.Prompt = model::VariablePrompt{"Who approves", "", true, {}};
  model::Variable token = approver;
  token.Id = "v2";
  token.Name = "Token";
  token.Prompt->Label = "";
  token.IsSensitive = true;
  variables.Variables = {approver, token};
  put(variables);
  release("1.0.0");
  CHECK(refused([&] { deploy(to({"Dev"})); }) ==
        Texts{"The variable 'Approver' needs a value to deploy.", "The variable 'Token' needs a value to deploy."});
  DeploymentRequest request = to({"Dev"});
  request.variables = {{"Who approves", "bob"}, {"token", "hush"}, {"Size", "9"}};
  CHECK(refused([&] { deploy(request); }) == Texts{"The release has no prompted variable named 'Size'."});
  request.variables.erase("Size");
  const auto deployment = deploy(request).deployments.at(0);
  const auto values = views::body_of(deployment).FormValues;
  CHECK(deployment.body.find("hush") == std::string::npos);
  CHECK(values.at("v1") == json::value("bob"));
  const auto secret = database->read([&](storage::Reader& reader) {
    return std::string(vault.get(reader, *model::secret_of(values.at("v2")), deployment.id)->reveal());
  });
  CHECK(secret == "hush");
}

TEST_CASE_FIXTURE(World, "Names that were typed with blanks around them are found") {
  release("1.0.0");
  tenant(1, "Fern", {"Environments-1"});
  project.TenantedDeploymentMode = model::TenantedMode::TenantedOrUntenanted;
  put(project);
  DeploymentRequest request;
  request.project = " Web ";
  request.release = " 1.0.0\t";
  for (const char* environment : {" Dev ", "dev ", " Environments-1 "}) {
    request.environments = {environment};
    CHECK(deploy(request).deployments.size() == 1);
  }
  for (const char* tenant : {" Fern ", " * ", " Tenants-1 "}) {
    request.tenants = planning::TenantQuery{{tenant}, {}};
    CHECK(deploy(request).deployments.size() == 1);
  }
}

model::Variable prompted(std::string name, std::string control, std::string options = "") {
  model::Variable variable;
  variable.Id = "id-" + name;
  variable.Name = std::move(name);
  variable.Prompt = model::VariablePrompt{"", "", false, {{"Octopus.ControlType", std::move(control)}}};
  if (!options.empty()) variable.Prompt->DisplaySettings["Octopus.SelectOptions"] = std::move(options);
  return variable;
}

TEST_CASE_FIXTURE(World, "VAR-7: answers are checked against the control that asks for them") {
  model::Account aws;
  aws.Id = "Accounts-1";
  aws.SpaceId = "Spaces-1";
  aws.Name = "Hub";
  aws.AccountType = "AmazonWebServicesAccount";
  put(aws);
  model::Account elsewhere = aws;
  elsewhere.Id = "Accounts-2";
  elsewhere.SpaceId = "Spaces-2";
  put(elsewhere, "Spaces-2");
  model::WorkerPool pool;
  pool.Id = "WorkerPools-1";
  pool.SpaceId = "Spaces-1";
  pool.Name = "Default";
  put(pool);
  struct Case {
    const char* control;
    const char* options;
    Texts good, bad;
  };
  const Case cases[] = {
      {"Select", "v1|One\nv2|Two\r\nv3", {"v1", "v2", "v3"}, {"v4", "V1", "One", "v1|One", "v1 v2"}},
      {"Select", "", {"anything"}, {}},
      {"Checkbox", "", {"True", "false", "FALSE"}, {"yes", "1", "Ture"}},
      {"SingleLineText", "", {"one line"}, {"two\nlines", "two\rlines"}},
      {"MultiLineText", "", {"two\nlines"}, {}},
      {"AmazonWebServicesAccount", "", {"Accounts-1"}, {"Hub", "Accounts-2", "Accounts-9", "Environments-1"}},
      {"AzureAccount", "", {}, {"Accounts-1"}},
      {"UsernamePasswordAccount", "", {}, {"Accounts-1", "x"}},
      {"WorkerPool", "", {"WorkerPools-1"}, {"Default", "WorkerPools-9", "Accounts-1"}},
      {"Certificate", "", {}, {"Certificates-1"}},
      {"Sensitive", "", {"anything"}, {}},
  };
  release("1.0.0");
  std::size_t tried = 0;
  for (const Case& c : cases) {
    variables.Variables = {prompted("Size", c.control, c.options)};
    put(variables);
    DeploymentRequest request = to({"Dev"});
    request.update_variables = true;
    for (const bool is_good : {true, false}) {
      for (const std::string& answer : is_good ? c.good : c.bad) {
        INFO(c.control << ": " << answer);
        request.variables = {{"Size", answer}};
        const Texts refusal = refused([&] { deploy(request); });
        CHECK(refusal.empty() == is_good);
        if (!refusal.empty()) CHECK(refusal[0].find("'Size'") != std::string::npos);
        ++tried;
      }
    }
    request.variables = {{"Size", std::string(kLongestSecret + 1, 'x')}};
    CHECK(refused([&] { deploy(request); }).size() == 1);
  }
  MESSAGE("answers to prompts: " << tried);
}

TEST_CASE_FIXTURE(World,
                  "VAR-7: what a more specific value overrides is not asked for, and an answer to it is refused") {
  model::Variable size = prompted("Size", "SingleLineText");
  size.Prompt->Required = true;
  model::Variable in_dev;
  in_dev.Id = "id-dev";
  in_dev.Name = "size";
  in_dev.Value = "small";
  in_dev.Scope["Environment"] = {"Environments-1"};
  variables.Variables = {size, in_dev};
  put(variables);
  release("1.0.0");
  DeploymentRequest request = to({"Dev"});
  CHECK(refused([&] { deploy(request); }).empty());
  request.variables = {{"Size", "large"}};
  CHECK(refused([&] { deploy(request); }).at(0).find("'Size' is not asked for here") != std::string::npos);
  request.variables = {{"Sise", "large"}};
  CHECK(refused([&] { deploy(request); }) ==
        Texts{"The release has no prompted variable named 'Sise'. Did you mean \"Size\"?"});
}

TEST_CASE_FIXTURE(World,
                  "SCH-1: a deployment may wait at most 30 days, and must be allowed to start before it expires") {
  release("1.0.0");
  DeploymentRequest request = to({"Dev"});
  request.options.QueueTime = clock.now() + std::chrono::days(31);
  CHECK(refused([&] { deploy(request); }).size() == 1);
  request.options.QueueTime = clock.now() + std::chrono::days(2);
  request.options.QueueTimeExpiry = clock.now() + std::chrono::days(1);
  CHECK(refused([&] { deploy(request); }).size() == 1);
  request.options.QueueTimeExpiry = clock.now() + std::chrono::days(3);
  const auto created = deploy(request);
  const auto task =
      database->read([&](storage::Reader& reader) { return storage::find_task(reader, created.deployments[0].task); });
  CHECK(task->queued == *request.options.QueueTime);
  CHECK(task->queue_expiry == request.options.QueueTimeExpiry);
}

TEST_CASE_FIXTURE(World, "BLK-1: a blocked release stays where it is until its defects are resolved") {
  const auto blocked = release("1.0.0");
  end(deploy(to({"Dev"})).deployments[0], true);
  CommandContext writing = context();
  database->write("block", [&](storage::Txn& txn) { report_defect(txn, writing, blocked.id, "data loss"); });
  CHECK(refused([&] { deploy(to({"Test"})); }).at(0).find("blocked by an unresolved defect") != std::string::npos);
  CHECK(deploy(to({"Dev"})).deployments.size() == 1);
  database->write("unblock", [&](storage::Txn& txn) { resolve_defects(txn, writing, blocked.id); });
  CHECK(deploy(to({"Test"})).deployments.size() == 1);
}

/// Dev, then Test, deploy by themselves; Prod doesn't.
struct AutomaticWorld : World {
  AutomaticWorld() {
    lifecycle.Id = "Lifecycles-1";
    lifecycle.Name = "Default Lifecycle";
    lifecycle.Phases.resize(3);
    lifecycle.Phases[0].AutomaticDeploymentTargets = {"Environments-1"};
    lifecycle.Phases[1].AutomaticDeploymentTargets = {"Environments-2"};
    lifecycle.Phases[2].OptionalDeploymentTargets = {"Environments-3"};
    put(lifecycle);
  }

  /// "Environments-1 Tenants-1", newest first.
  Texts deployed() {
    return database->read([](storage::Reader& reader) {
      Texts texts;
      for (const auto& deployment : storage::list_deployments(reader, {}, {0, 100}).items) {
        texts.push_back(deployment.environment + (deployment.tenant.empty() ? "" : " " + deployment.tenant));
      }
      return texts;
    });
  }
  Texts audited(const std::string& category) {
    return database->read([&](storage::Reader& reader) {
      storage::EventFilter filter;
      filter.category = category;
      Texts texts;
      for (const auto& event : storage::list_events(reader, filter, {0, 100}).items) texts.push_back(event.message);
      return texts;
    });
  }

  model::Lifecycle lifecycle;
};

TEST_CASE_FIXTURE(AutomaticWorld,
                  "REL-10: a new release is deployed to the automatic environments of its first phase") {
  ReleaseRequest request;
  request.version = "1.0.0";
  const auto created = release(request);
  REQUIRE(created.deployments.size() == 1);
  CHECK(created.deployments[0].environment == "Environments-1");
  CHECK(deployed() == Texts{"Environments-1"});
}

TEST_CASE_FIXTURE(AutomaticWorld,
                  "LIF-8: each connected tenant that the channel is for gets its first phase, and none") {
  project.TenantedDeploymentMode = model::TenantedMode::TenantedOrUntenanted;
  put(project);
  channel.TenantTags = {"Ring/A"};
  put(channel, "Spaces-1", "Projects-1");
  tenant(1, "Fern", {"Environments-1", "Environments-2"}, {"Ring/A"});
  tenant(2, "Elm", {"Environments-2"}, {"Ring/A"});
  tenant(3, "Oak", {"Environments-1"}, {"Ring/B"});
  release("1.0.0");
  CHECK(deployed() == Texts{"Environments-1 Tenants-1", "Environments-2 Tenants-2", "Environments-1"});
  project.TenantedDeploymentMode = model::TenantedMode::Tenanted;
  put(project);
  ReleaseRequest request;
  request.version = "1.0.1";
  CHECK(release(request).deployments.size() == 2);
}

TEST_CASE_FIXTURE(AutomaticWorld,
                  "LIF-5: what needs a person is not deployed automatically, and the audit trail says why") {
  model::Variable approver;
  approver.Id = "v1";
  approver.Name = "Approver";
  approver.Prompt = model::VariablePrompt{"Who approves", "", true, {}};
  variables.Variables = {approver};
  put(variables);
  release("1.0.0");
  CHECK(deployed().empty());
  CHECK(audited("AutomaticDeploymentSkipped") ==
        Texts{"Web release 1.0.0 was not deployed automatically to Dev: The variable 'Approver' needs a value to "
              "deploy."});
}

TEST_CASE_FIXTURE(AutomaticWorld, "BLK-2: a defect holds automatic deployments up until it is resolved") {
  const auto blocked = release("1.0.0");
  CommandContext writing = context();
  database->write("block", [&](storage::Txn& txn) { report_defect(txn, writing, blocked.id, "data loss"); });
  const auto dev = database->read([](storage::Reader& reader) {
    return storage::list_deployments(reader, {}, {0, 1}).items.at(0);
  });
  end(dev, true);
  CHECK(database
            ->read([&](storage::Reader& reader) {
              return views::automatic_targets(reader, *storage::find_release(reader, blocked.id));
            })
            .empty());
  database->write("unblock", [&](storage::Txn& txn) { resolve_defects(txn, writing, blocked.id); });
  CHECK(deployed() == Texts{"Environments-2", "Environments-1"});
}

TEST_CASE_FIXTURE(AutomaticWorld, "LIF-5: a release that is on its way somewhere is not sent there once more") {
  const auto made = release("1.0.0");
  CommandContext writing = context();
  const auto again = database->write("again", [&](storage::Txn& txn) {
    return deploy_automatically(txn, writing, made, views::automatic_targets(txn, made));
  });
  CHECK(again.empty());
  CHECK(audited("AutomaticDeploymentSkipped").size() == 1);
}

TEST_CASE_FIXTURE(World, "REL-4: updating a release's variables freezes the present ones and leaves the process") {
  const auto before = release("1.0.0");
  process.Version = 2;
  put(process);
  model::Variable variable;
  variable.Id = "v1";
  variable.Name = "Colour";
  variables.Variables = {variable};
  put(variables);
  DeploymentRequest request = to({"Dev"});
  request.update_variables = true;
  deploy(request);
  const auto after = database->read([&](storage::Reader& reader) { return *storage::find_release(reader, before.id); });
  CHECK(after.variables_snapshot != before.variables_snapshot);
  CHECK(after.process_snapshot == before.process_snapshot);
}

TEST_CASE_FIXTURE(World, "REL-6: a release goes with its deployments and tasks, but not while one has not ended") {
  const auto doomed = release("1.0.0");
  const auto deployment = deploy(to({"Dev"})).deployments[0];
  CommandContext writing = context();
  const auto erase = [&] {
    database->write("delete", [&](storage::Txn& txn) { delete_release(txn, writing, doomed.id); });
  };
  CHECK(refused(erase).at(0).find("has not ended; cancel it first") != std::string::npos);
  database->write("cancel", [&](storage::Txn& txn) { cancel_task(txn, writing, deployment.task); });
  erase();
  database->read([&](storage::Reader& reader) {
    CHECK_FALSE(storage::find_release(reader, doomed.id));
    CHECK_FALSE(storage::find_deployment(reader, deployment.id));
    CHECK_FALSE(storage::find_task(reader, deployment.task));
  });
}

TEST_CASE_FIXTURE(World, "TSK-7: cancelling a queued task ends it at once, and an ended one stays as it is") {
  release("1.0.0");
  const auto deployment = deploy(to({"Dev"})).deployments[0];
  CommandContext writing = context();
  const auto cancel = [&] {
    return database->write("cancel", [&](storage::Txn& txn) { return cancel_task(txn, writing, deployment.task); });
  };
  CHECK(cancel().state == storage::TaskState::Canceled);
  CHECK(cancel().state == storage::TaskState::Canceled);
  CHECK(refused([&] {
          database->write("cancel", [&](storage::Txn& txn) { cancel_task(txn, writing, "ServerTasks-999"); });
        }).size() == 1);
}

TEST_CASE_FIXTURE(TenantedWorld, "OBJ-5: the context of a deployment has the frozen process and the live tenant") {
  const auto deployment = deploy(for_tenants({{"Fern"}, {}})).deployments[0];
  process.Steps.clear();
  put(process);
  tenant(1, "Fern Corp", {"Environments-1"}, {"Ring/B"});
  const auto context = database->read([&](storage::Reader& reader) {
    return views::load_context(reader, *storage::find_release(reader, deployment.release), deployment);
  });
  CHECK(context.tenant->Name == "Fern Corp");
  CHECK(views::plan_of(context).Steps.size() == 1);
  CHECK(context.release.packages.at(0).Digest == "sha256:20");
}

TEST_CASE_FIXTURE(World, "A thousand tenants are queued by one call in one write") {
  project.TenantedDeploymentMode = model::TenantedMode::Tenanted;
  put(project);
  for (int i = 1; i <= 1000; ++i) tenant(i, "Tenant " + std::to_string(i), {"Environments-1"});
  release("1.0.0");
  const auto created = deploy(for_tenants({{"*"}, {}}));
  CHECK(created.deployments.size() == 1000);
  CHECK(database->read([](storage::Reader& reader) { return storage::queued_tasks(reader).size(); }) == 1000);
}

}  // namespace
}  // namespace slipway::commands
