#include "api/delivery/deployment_routes.h"

#include <doctest/doctest.h>

#include "api/delivery/delivery_testing.h"
#include "base/text.h"
#include "storage/contents.h"
#include "storage/journal.h"
#include "storage/releases.h"
#include "storage/task_log.h"
#include "storage/tasks.h"

namespace slipway::api {
namespace {

using testing::Answer;
using testing::DeliveryApi;
using testing::first;

/// With release 1.0.0, and one step of what the engine does to a task.
struct RunningApi : DeliveryApi {
  RunningApi() { REQUIRE(make_release("1.0.0").status == 201); }

  /// Claims the task with a plan of two steps, runs the first one, and skips the second.
  void run(const std::string& task, bool succeeds = true) {
    database().write("run", [&](storage::Txn& txn) {
      const auto plan = storage::put_content(
          txn, R"({"Steps":[{"Number":1,"Group":1,"Name":"Migrate","Actions":[{"Unit":1,"Name":"Migrate"}]},
                            {"Number":2,"Group":2,"Name":"Deploy web","Actions":[{"Unit":0,"Name":"Deploy web",
                             "SkipReason":"It is not meant for this environment."}]}]})");
      const auto claim = storage::claim_task(txn, task, {"node1"}, plan, clock().now());
      storage::put_unit(
          txn,
          {task, 1, 1, storage::UnitState::done,
           R"({"Result":"Success","Evidence":{"Account":"222222222222","Service":"web","Digests":{"web":"sha256:1"}}})",
           clock().now(), clock().now()});
      storage::append_log(txn, task,
                          {{0, 0, "Info", clock().now(), "begun"},
                           {0, 1, "Verbose", clock().now(), "detail"},
                           {0, 1, "Info", clock().now(), "migrated"}});
      const auto ended = storage::find_task(txn, task)->deployment;
      storage::finish_task(txn, *claim, succeeds ? storage::TaskState::Success : storage::TaskState::Failed, "", false,
                           clock().now());
      storage::record_ended(txn, *storage::find_deployment(txn, ended), succeeds);
    });
  }
};

TEST_CASE_FIXTURE(RunningApi, "an untenanted deployment answers with its task, which is there at once") {
  const Answer made = deploy("1.0", "dev");
  REQUIRE_MESSAGE(made.status == 201, made.text);
  const Answer deployment = get("/api/Spaces-1/deployments?ids=" + first(made, "DeploymentId"));
  CHECK(deployment.items().at(0).as_object().at("TaskId") == json::value(first(made, "ServerTaskId")));
  const Answer task = get("/api/tasks/" + first(made, "ServerTaskId"));
  CHECK(task.str("State") == "Queued");
  CHECK(task["IsCompleted"] == json::value(false));
  CHECK(task["FinishedSuccessfully"] == json::value(false));
  CHECK(get("/api/Spaces-1/tasks?skip=0&take=300&ids=" + task.id()).items().at(0) == task.body);
}

TEST_CASE_FIXTURE(RunningApi, "LIF-2: a deployment to a closed environment is refused with the reason") {
  const Answer refused = deploy("1.0.0", "Prod");
  CHECK(refused.status == 400);
  CHECK(refused.errors().find("phase 'Dev' first needs") != std::string::npos);
}

TEST_CASE_FIXTURE(RunningApi, "TEN-4: tenants are deployed by name and tag, and those left out are told") {
  put("/api/Spaces-1/projects/" + project,
      testing::with(get("/api/Spaces-1/projects/" + project).body, "TenantedDeploymentMode", "Tenanted"));
  for (const std::string name : {"Fern", "Bolt"}) {
    const json::array environments = name == "Fern" ? json::array{json::value(dev)} : json::array{};
    const Answer made =
        post("/api/Spaces-1/tenants",
             json::object{{"Name", name}, {"ProjectEnvironments", json::object{{project, environments}}}});
    REQUIRE_MESSAGE(made.status == 201, made.text);
  }
  const auto deploy_to = [&](std::string tenant) {
    return post("/api/deployments/create/tenanted/v1", json::object{{"SpaceIdOrName", "Default"},
                                                                    {"ProjectName", "Web"},
                                                                    {"ReleaseVersion", "1.0.0"},
                                                                    {"EnvironmentName", "Dev"},
                                                                    {"Tenants", json::array{json::value(tenant)}}});
  };
  const Answer all = deploy_to("*");
  REQUIRE_MESSAGE(all.status == 201, all.text);
  CHECK(all["DeploymentServerTasks"].as_array().size() == 1);
  CHECK(all["SkippedTenants"].as_array().at(0).as_object().at("TenantName") == json::value("Bolt"));
  CHECK(deploy_to("Bolt").status == 400);
  CHECK(deploy_to("Nobody").errors().find("'Nobody'") != std::string::npos);
}

TEST_CASE_FIXTURE(RunningApi, "JEN-6: a repeated deployment call queues nothing new") {
  const std::string body = R"({"ProjectName":"Web","ReleaseVersion":"1.0.0","EnvironmentNames":["Dev"]})";
  const net::Headers key{{"Idempotency-Key", "build-42"}};
  const Answer made = send("POST", "/api/Spaces-1/deployments/create/untenanted/v1", body, key);
  CHECK(send("POST", "/api/Spaces-1/deployments/create/untenanted/v1", body, key).text == made.text);
  CHECK(get("/api/Spaces-1/deployments").items().size() == 1);
}

TEST_CASE_FIXTURE(RunningApi, "the classic POST answers with the deployment") {
  const Answer made = post("/api/deployments", json::object{{"ReleaseId", "Releases-1"},
                                                            {"EnvironmentId", dev},
                                                            {"TenantId", nullptr},
                                                            {"ProjectId", project},
                                                            {"FormValues", json::object()}});
  REQUIRE_MESSAGE(made.status == 201, made.text);
  CHECK(made.str("TaskId") == "ServerTasks-1");
  CHECK(made.str("DeployedBy") == "admin");
  CHECK(made.body == get("/api/deployments/" + made.id()).body);
  CHECK(get("/api/releases/Releases-1/deployments").items().size() == 1);
}

TEST_CASE_FIXTURE(RunningApi, "TSK-13: a task's log is a tree of steps and below them the nodes with lines") {
  const std::string task = first(deploy("1.0.0", "Dev"), "ServerTaskId");
  const Answer queued = get("/api/tasks/" + task + "/details");
  CHECK(queued["ActivityLogs"].as_array().at(0).as_object().at("Status") == json::value("Pending"));
  run(task);
  const Answer details = get("/api/Spaces-1/tasks/" + task + "/details?verbose=false");
  REQUIRE_MESSAGE(details.status == 200, details.text);
  const auto& root = details["ActivityLogs"].as_array().at(0).as_object();
  CHECK(root.at("Status") == json::value("Success"));
  CHECK(root.at("LogElements").as_array().size() == 1);
  const auto& migrate = root.at("Children").as_array().at(0).as_object();
  CHECK(migrate.at("Name") == json::value("Step 1: Migrate"));
  CHECK(migrate.at("Status") == json::value("Success"));
  const auto& worker = migrate.at("Children").as_array().at(0).as_object();
  CHECK(worker.at("Name") == json::value("Slipway"));
  CHECK(worker.at("LogElements").as_array().at(0).as_object().at("MessageText") == json::value("migrated"));
  const auto& skipped = root.at("Children").as_array().at(1).as_object();
  CHECK(skipped.at("Status") == json::value("Skipped"));
  CHECK(details["Progress"].as_object().at("ProgressPercentage") == json::value(100));
}

TEST_CASE_FIXTURE(RunningApi,
                  "progression goes on, and the dashboard shows what runs where, once a deployment succeeded") {
  run(first(deploy("1.0.0", "Dev"), "ServerTaskId"));
  CHECK(deploy("1.0.0", "Prod").status == 201);
  const auto items = get("/api/Spaces-1/dashboard/dynamic?projects=" + project + "&environments=" + dev);
  REQUIRE_MESSAGE(items.status == 200, items.text);
  REQUIRE(items["Items"].as_array().size() == 1);
  const auto& item = items["Items"].as_array().at(0).as_object();
  CHECK(item.at("ReleaseVersion") == json::value("1.0.0"));
  CHECK(item.at("IsCurrent") == json::value(true));
  CHECK(item.at("State") == json::value("Success"));
  const Answer progression = get("/api/Spaces-1/projects/Web/progression");
  const auto& release = progression["Releases"].as_array().at(0).as_object();
  CHECK(release.at("Deployments").as_object().at(dev).as_array().size() == 1);
  CHECK(release.at("NextDeployments") == json::value(json::array{json::value(prod)}));
}

TEST_CASE_FIXTURE(RunningApi, "what runs is current, whatever was attempted after it") {
  run(first(deploy("1.0.0", "Dev"), "ServerTaskId"));
  REQUIRE(make_release("1.1.0").status == 201);
  run(first(deploy("1.1.0", "Dev"), "ServerTaskId"));
  REQUIRE(make_release("1.2.0").status == 201);
  run(first(deploy("1.2.0", "Dev"), "ServerTaskId"), false);
  const auto check = [](const json::value& item, std::string_view version, bool current, bool previous) {
    CHECK(item.at("ReleaseVersion") == json::value(version));
    CHECK(item.at("IsCurrent") == json::value(current));
    CHECK(item.at("IsPrevious") == json::value(previous));
  };
  const Answer dashboard = get("/api/Spaces-1/dashboard");
  REQUIRE(dashboard["Items"].as_array().size() == 2);
  check(dashboard["Items"].at(0), "1.2.0", false, false);
  check(dashboard["Items"].at(1), "1.1.0", true, false);
  const Answer dynamic = get("/api/Spaces-1/dashboard/dynamic?includePrevious=true");
  REQUIRE(dynamic["Items"].as_array().size() == 3);
  check(dynamic["Items"].at(2), "1.0.0", false, true);
  const Answer progression = get("/api/Spaces-1/projects/Web/progression");
  const auto item_of = [&](std::size_t release) {
    return progression["Releases"].at(release).at("Deployments").at(dev).at(0);
  };
  check(item_of(0), "1.2.0", false, false);
  check(item_of(1), "1.1.0", true, false);
  check(item_of(2), "1.0.0", false, true);
}

TEST_CASE_FIXTURE(RunningApi, "progression shows each channel the environments of its own lifecycle") {
  const Answer lifecycle = post(
      "/api/Spaces-1/lifecycles",
      json::object{
          {"Name", "Short"},
          {"Phases", json::array{json::object{{"Name", "Only"}, {"OptionalDeploymentTargets", json::array{prod}}}}}});
  REQUIRE_MESSAGE(lifecycle.status == 201, lifecycle.text);
  const Answer hotfix = post("/api/Spaces-1/channels",
                             json::object{{"Name", "Hotfix"}, {"ProjectId", project}, {"LifecycleId", lifecycle.id()}});
  REQUIRE_MESSAGE(hotfix.status == 201, hotfix.text);
  const Answer progression = get("/api/Spaces-1/projects/Web/progression");
  CHECK(progression["Environments"].as_array().size() == 2);
  const json::object& channels = progression["ChannelEnvironments"].as_object();
  CHECK(channels.at(hotfix.id()) == json::value(json::array{json::object{{"Id", prod}, {"Name", "Prod"}}}));
  CHECK(channels.at("Channels-1").as_array().size() == 2);
}

TEST_CASE_FIXTURE(RunningApi, "a deployment's evidence names what was changed where") {
  const Answer made = deploy("1.0.0", "Dev");
  run(first(made, "ServerTaskId"));
  const Answer deployment = get("/api/Spaces-1/deployments/" + first(made, "DeploymentId"));
  const Answer evidence = get(json::view(deployment["Links"].at("Evidence").as_string()));
  REQUIRE_MESSAGE(evidence.status == 200, evidence.text);
  CHECK(evidence.str("ReleaseVersion") == "1.0.0");
  CHECK(evidence.str("State") == "Success");
  REQUIRE(evidence["Steps"].as_array().size() == 1);
  const json::value& step = evidence["Steps"].at(0);
  CHECK(step.at("ActionName") == "Migrate");
  CHECK(step.at("Evidence").at("Account") == "222222222222");
  CHECK(step.at("Evidence").at("Digests").at("web") == "sha256:1");
}

TEST_CASE_FIXTURE(RunningApi, "overriding a freeze is refused where nothing is ever frozen") {
  json::object body{{"projectName", "Web"}, {"releaseVersion", "1.0.0"}, {"environmentNames", json::array{"Dev"}}};
  body["deploymentFreezeNames"] = json::array{""};
  body["deploymentFreezeOverrideReason"] = "";
  CHECK(post("/api/Spaces-1/deployments/create/untenanted/v1", body).status == 201);
  body["deploymentFreezeNames"] = json::array{"Christmas"};
  const Answer named = post("/api/Spaces-1/deployments/create/untenanted/v1", body);
  CHECK(named.status == 400);
  CHECK(named.errors().find("DeploymentFreezeNames: there is no deployment freeze named 'Christmas'") !=
        std::string::npos);
  body["deploymentFreezeNames"] = json::array();
  body["deploymentFreezeOverrideReason"] = "urgent";
  CHECK(post("/api/Spaces-1/deployments/create/untenanted/v1", body).errors().find("DeploymentFreezeOverrideReason") !=
        std::string::npos);
}

TEST_CASE_FIXTURE(RunningApi, "TSK-14: a queued task names the tasks that it waits for") {
  deploy("1.0.0", "Dev");
  const std::string second = first(deploy("1.0.0", "Dev"), "ServerTaskId");
  const Answer ahead = get("/api/tasks/" + second + "/queued-behind");
  REQUIRE(ahead.items().size() == 1);
  CHECK(ahead.items().at(0).as_object().at("Id") == json::value("ServerTasks-1"));
}

TEST_CASE_FIXTURE(
    RunningApi, "a deployment that cancels what is active is the only one left, and who queues behind is told of it") {
  const std::string earlier = first(deploy("1.0.0", "Dev"), "ServerTaskId");
  const std::string waiting = first(deploy("1.0.0", "Dev"), "ServerTaskId");
  CHECK(get("/api/tasks/" + waiting + "/queued-behind").str("Advice").find("CancelActive: true") != std::string::npos);
  json::object body{{"projectName", "Web"}, {"releaseVersion", "1.0.0"}, {"environmentNames", json::array{"Dev"}}};
  body["cancelActive"] = true;
  const std::string fix = first(post("/api/Spaces-1/deployments/create/untenanted/v1", body), "ServerTaskId");
  CHECK(get("/api/tasks/" + earlier).str("State") == "Canceled");
  CHECK(get("/api/tasks/" + waiting).str("State") == "Canceled");
  CHECK(get("/api/tasks/" + fix).str("State") == "Queued");
  CHECK(get("/api/tasks/" + fix + "/queued-behind").items().empty());
}

TEST_CASE_FIXTURE(RunningApi, "TSK-7: a queued task is canceled at once, under every address that clients use") {
  const std::string task = first(deploy("1.0.0", "Dev"), "ServerTaskId");
  CHECK(post("/api/spaces/Spaces-1/tasks/" + task + "/cancel", json::object()).str("State") == "Canceled");
  CHECK(post("/api/tasks/" + task + "/cancel", json::object()).str("State") == "Canceled");
  CHECK(post("/api/tasks/ServerTasks-99/cancel", json::object()).status == 404);
}

TEST_CASE_FIXTURE(RunningApi, "a preview lists the steps that would run and the values asked for") {
  const Answer set = get("/api/Spaces-1/projects/Web/variables");
  const json::value variables = json::parse(
      R"([{"Name":"Approver","Value":"","Type":"String","Scope":{},"Prompt":{"Label":"","Required":true,"DisplaySettings":{}}}])");
  REQUIRE(put("/api/Spaces-1/projects/Web/variables", testing::with(set.body, "Variables", variables)).status == 200);
  make_release("1.1.0");
  const Answer preview = get("/api/Spaces-1/releases/Releases-2/deployments/preview/" + dev);
  REQUIRE_MESSAGE(preview.status == 200, preview.text);
  CHECK(preview["StepsToExecute"].as_array().size() == 2);
  const auto& element = preview["Form"].as_object().at("Elements").as_array().at(0).as_object();
  CHECK(element.at("Control").as_object().at("Name") == json::value("Approver"));
  CHECK(preview["Form"].as_object().at("Values").as_object().contains(json::view(element.at("Name").as_string())));
  CHECK(deploy("1.1.0", "Dev").errors().find("'Approver' needs a value") != std::string::npos);
  const Answer several = post(
      "/api/Spaces-1/releases/Releases-2/deployments/previews",
      json::object{{"DeploymentPreviews", json::array{json::object{{"EnvironmentId", dev}, {"TenantId", nullptr}}}}});
  CHECK(several.body.as_array().size() == 1);
}

TEST_CASE_FIXTURE(RunningApi, "a preview shows what each step would be told, without secrets, and what would fail it") {
  const std::string path = "/api/Spaces-1/projects/Web/deploymentprocesses";
  Answer process = get(path);
  auto& action = process.body.at("Steps").at(0).at("Actions").at(0).as_object();
  action["ActionType"] = "Slipway.EcsService";
  action["Properties"] = json::parse(R"({"Slipway.Ecs.Cluster":"#{Octopus.Environment.Name}-blue",
      "Slipway.Ecs.TaskRole":{"HasValue":true,"NewValue":"hunter2hunter2"},"Slipway.Ecs.Service":"#{Nope}",
      "Octopus.Action.Aws.Region":"eu-west-1","Octopus.Action.AwsAccount.UseInstanceRole":"True"})");
  REQUIRE(put(path, process.body).status == 200);
  make_release("1.1.0");
  const Answer preview = get("/api/Spaces-1/releases/Releases-2/deployments/preview/" + dev);
  REQUIRE_MESSAGE(preview.status == 200, preview.text);
  CHECK(preview.text.find("hunter2") == std::string::npos);
  const json::object& step = preview["StepsToExecute"].at(0).as_object();
  const std::string inputs = json::to_text(step.at("Inputs"));
  CHECK(inputs.find(R"({"Name":"Slipway.Ecs.Cluster","Value":"Dev-blue","IsDefault":false})") != std::string::npos);
  CHECK(inputs.find(R"({"Name":"Slipway.Ecs.TaskRole","Value":"********","IsDefault":false})") != std::string::npos);
  CHECK(inputs.find(R"({"Name":"Slipway.Ecs.TimeoutSeconds","Value":"1800","IsDefault":true})") != std::string::npos);
  CHECK(step.at("Problems") == json::parse(R"(["Slipway.Ecs.Service: No value in this scope for #{Nope}. Give the )"
                                           R"(variable a value for this environment and tenant."])"));
}

TEST_CASE_FIXTURE(RunningApi, "a preview shows disabled steps, marked as such, to those who ask for them") {
  const std::string path = "/api/Spaces-1/projects/Web/deploymentprocesses";
  Answer process = get(path);
  process.body.at("Steps").at(0).at("Actions").at(0).as_object()["IsDisabled"] = true;
  REQUIRE(put(path, process.body).status == 200);
  make_release("1.1.0");
  const std::string previews = "/api/Spaces-1/releases/Releases-2/deployments/preview";
  CHECK(get(previews + "/" + dev)["StepsToExecute"].as_array().size() == 1);
  const Answer asked = get(previews + "/" + dev + "?includeDisabledSteps=true");
  REQUIRE(asked["StepsToExecute"].as_array().size() == 2);
  CHECK(asked["StepsToExecute"].at(0).at("IsDisabled") == json::value(false));
  CHECK(asked["StepsToExecute"].at(1).at("ActionName") == json::value("Migrate"));
  CHECK(asked["StepsToExecute"].at(1).at("IsDisabled") == json::value(true));
  const Answer several =
      post(previews + "s", json::object{{"IncludeDisabledSteps", true},
                                        {"DeploymentPreviews", json::array{json::object{{"EnvironmentId", dev}}}}});
  CHECK(several.body.at(0).at("StepsToExecute").as_array().size() == 2);
}

TEST_CASE_FIXTURE(RunningApi, "the template names the environments that are open, and what changed since") {
  const Answer open = get("/api/Spaces-1/releases/Releases-1/deployments/template");
  REQUIRE(open["PromoteTo"].as_array().size() == 1);
  CHECK(open["PromoteTo"].as_array().at(0).as_object().at("Id") == json::value(dev));
  CHECK(open["IsDeploymentProcessModified"] == json::value(false));
}

TEST_CASE_FIXTURE(RunningApi, "the template's previews for a tenant are those of the tenant") {
  const Answer tenant = post("/api/Spaces-1/tenants",
                             json::object{{"Name", "Fern"}, {"ProjectEnvironments", {{project, json::array{dev}}}}});
  REQUIRE_MESSAGE(tenant.status == 201, tenant.text);
  const Answer open = get("/api/Spaces-1/releases/Releases-1/deployments/template");
  const auto& promotion = open["TenantPromotions"].as_array().at(0).as_object().at("PromoteTo").as_array().at(0);
  CHECK(promotion.at("Links").at("Preview") == json::value("/api/Spaces-1/releases/Releases-1/deployments/preview/" +
                                                           dev + "/" + tenant.id() + "{?includeDisabledSteps}"));
}

TEST_CASE_FIXTURE(RunningApi, "REL-6: a project goes with its releases, deployments and tasks, once all have ended") {
  const std::string task = first(deploy("1.0.0", "Dev"), "ServerTaskId");
  const std::string path = "/api/Spaces-1/projects/" + project;
  const Answer busy = remove(path);
  CHECK(busy.status == 409);
  CHECK(busy.errors().find("Project 'Web' can't be deleted while 'Deploy Web release 1.0.0 to Dev' (" + task + ")") !=
        std::string::npos);
  CHECK(get("/api/releases/Releases-1").status == 200);
  run(task);
  CHECK(remove(path).status == 200);
  CHECK(get("/api/releases/Releases-1").status == 404);
  CHECK(get("/api/Spaces-1/deployments").items().empty());
  CHECK(get("/api/tasks/" + task).status == 404);
}

TEST_CASE("A space whose tasks have not ended can't be deleted, and then goes with them") {
  testing::TestApi api;
  const Answer space =
      api.post("/api/spaces", json::object{{"Name", "Other"},
                                           {"TaskQueueStopped", true},
                                           {"SpaceManagersTeams", json::array{"teams-administrators"}}});
  REQUIRE_MESSAGE(space.status == 201, space.text);
  const Answer stopped = api.put("/api/spaces/Spaces-2", testing::with(space.body, "TaskQueueStopped", true));
  REQUIRE_MESSAGE(stopped.status == 200, stopped.text);
  REQUIRE(api.post("/api/Spaces-2/environments", json::object{{"Name", "Dev"}}).status == 201);
  const json::object project{{"Name", "Web"},
                             {"ProjectGroupId", api.get("/api/Spaces-2/projectgroups").items()[0].at("Id")},
                             {"LifecycleId", api.get("/api/Spaces-2/lifecycles").items()[0].at("Id")}};
  REQUIRE(api.post("/api/Spaces-2/projects", project).status == 201);
  REQUIRE(api.post("/api/Spaces-2/releases/create/v1", json::object{{"ProjectName", "Web"}}).status == 201);
  const Answer deployed = api.post(
      "/api/Spaces-2/deployments/create/untenanted/v1",
      json::object{{"ProjectName", "Web"}, {"ReleaseVersion", "0.0.1"}, {"EnvironmentNames", json::array{"Dev"}}});
  REQUIRE_MESSAGE(deployed.status == 201, deployed.text);
  const std::string task = first(deployed, "ServerTaskId");
  const Answer busy = api.remove("/api/spaces/Spaces-2");
  CHECK(busy.status == 409);
  CHECK(busy.errors().find(task) != std::string::npos);
  api.post("/api/tasks/" + task + "/cancel", json::object());
  CHECK(api.remove("/api/spaces/Spaces-2").status == 200);
  CHECK(api.get("/api/tasks/" + task).status == 404);
}

TEST_CASE_FIXTURE(RunningApi, "wrong times, types and names are answered with what is wrong") {
  const auto post_text = [&](std::string body) {
    return send("POST", "/api/Spaces-1/deployments/create/untenanted/v1", std::move(body)).errors();
  };
  CHECK(post_text(R"({"ProjectName":"Web","RunAt":"tomorrow"})").find("RunAt must be a time") != std::string::npos);
  CHECK(post_text(R"({"ProjectName":"Web","ReleaseVersion":"9"})").find("no release '9'") != std::string::npos);
  CHECK(
      post_text(R"({"ProjectName":"Web","ReleaseVersion":"1.0.0","EnvironmentNames":["Dev"],"SkipStepNames":["Bake"]})")
          .find("no step named 'Bake'") != std::string::npos);
  CHECK(post_text(R"({"ProjectName":"Web","ReleaseVersion":"1.0.0"})").find("name the environment") !=
        std::string::npos);
}

TEST_CASE_FIXTURE(RunningApi, "a scheduled start is read in every form that clients pass on") {
  clock().advance(*parse_time("2026-11-20T00:00:00Z") - clock().now());
  for (const auto& [text, instant] : {
           std::pair("2026-11-25T10:00:00+10:00", "2026-11-25T00:00:00.000+00:00"),
           std::pair("2026-11-25 10:00:00 +10:00", "2026-11-25T00:00:00.000+00:00"),
           std::pair("25 Nov 2026 10:00", "2026-11-25T10:00:00.000+00:00"),
           std::pair("Wed, 25 Nov 2026 10:00:00 GMT", "2026-11-25T10:00:00.000+00:00"),
           std::pair("11/25/2026 10:00:00", "2026-11-25T10:00:00.000+00:00"),
           std::pair("11/25/2026 10:00:00 PM -02:00", "2026-11-26T00:00:00.000+00:00"),
       }) {
    const Answer made =
        post("/api/Spaces-1/deployments/create/untenanted/v1", json::object{{"projectName", "Web"},
                                                                            {"releaseVersion", "1.0.0"},
                                                                            {"environmentNames", json::array{"Dev"}},
                                                                            {"runAt", text},
                                                                            {"noRunAfter", ""}});
    REQUIRE_MESSAGE(made.status == 201, made.text);
    CHECK(get("/api/tasks/" + first(made, "ServerTaskId")).str("QueueTime") == instant);
  }
}

TEST_CASE_FIXTURE(RunningApi, "an unknown priority or state is refused with the choices there are") {
  const auto with_priority = [&](const char* priority) {
    return post("/api/Spaces-1/deployments/create/untenanted/v1", json::object{{"ProjectName", "Web"},
                                                                               {"ReleaseVersion", "1.0.0"},
                                                                               {"EnvironmentNames", json::array{"Dev"}},
                                                                               {"Priority", priority}});
  };
  const Answer refused = with_priority("Onn");
  CHECK(refused.status == 400);
  CHECK(refused.errors().find("Priority must be On, Off or LifecycleDefault") != std::string::npos);
  for (const char* known : {"", "on", "Off", "LifecycleDefault"}) CHECK(with_priority(known).status == 201);
  for (const char* address : {"/api/tasks?states=Bogus", "/api/Spaces-1/deployments?taskState=Success,Bogus"}) {
    const Answer unknown = get(address);
    CHECK(unknown.status == 400);
    CHECK(unknown.errors().find("Queued, Executing, Cancelling, Success") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(RunningApi, "lists take several values of each filter, and those that their links advertise") {
  const std::string other = make_project("Other").id();
  REQUIRE(deploy("1.0.0", "Dev").status == 201);
  const auto total = [&](const std::string& address) {
    const Answer page = get(address);
    REQUIRE_MESSAGE(page.status == 200, page.text);
    return page["TotalResults"].to_number<int>();
  };
  const std::string deployments = "/api/Spaces-1/deployments?";
  CHECK(total(deployments + "projects=" + other) == 0);
  CHECK(total(deployments + "projects=" + other + "," + project) == 1);
  CHECK(total(deployments + "environments=" + prod + "," + dev + "&channels=Channels-9,Channels-1") == 1);
  CHECK(total(deployments + "taskState=Queued") == 1);
  CHECK(total(deployments + "taskState=Success,Failed") == 0);
  CHECK(total("/api/tasks?spaces=Spaces-9,Spaces-1&name=Health,Deploy") == 1);
  CHECK(total("/api/tasks?project=" + other + "&project=" + project) == 1);
  CHECK(total("/api/tasks?hasWarningsOrErrors=true") == 0);
  CHECK(total("/api/tasks?hasWarningsOrErrors=False") == 1);
  CHECK(total("/api/tasks?node=node1") == 0);
  run("ServerTasks-1");
  CHECK(total("/api/tasks?node=node2,node1") == 1);
}

TEST_CASE_FIXTURE(RunningApi, "counts that are none are refused, not guessed") {
  const Answer made = deploy("1.0.0", "Dev");
  const std::string details = "/api/tasks/" + first(made, "ServerTaskId") + "/details?tail=";
  CHECK(get(details + "2").status == 200);
  CHECK(get(details + "x").errors().find("tail must be a whole number") != std::string::npos);
  const Answer progression = get("/api/Spaces-1/projects/Web/progression?releaseHistoryCount=-1");
  CHECK(progression.errors().find("releaseHistoryCount must be a whole number") != std::string::npos);
}

TEST_CASE_FIXTURE(RunningApi, "ids compare ignoring case wherever a delivery names one") {
  const Answer made = post("/api/Spaces-1/deployments",
                           json::object{{"ReleaseId", "releases-1"}, {"EnvironmentId", to_lower_ascii(dev)}});
  REQUIRE_MESSAGE(made.status == 201, made.text);
  CHECK(made.str("EnvironmentId") == dev);
  CHECK(made.str("ReleaseId") == "Releases-1");
  CHECK(get("/api/Spaces-1/releases/releases-1").str("Id") == "Releases-1");
  CHECK(get("/api/Spaces-1/deployments/DEPLOYMENTS-1").str("Id") == "Deployments-1");
  CHECK(get("/api/Spaces-1/deployments?projects=" + to_lower_ascii(project)).items().size() == 1);
  CHECK(get("/api/tasks?ids=servertasks-1").items().size() == 1);
  CHECK(get("/api/tasks/servertasks-1").str("Id") == "ServerTasks-1");
  CHECK(get("/api/Spaces-1/dashboard/dynamic?projects=" + to_lower_ascii(project))["Projects"].as_array().size() == 1);
  CHECK(
      post("/api/Spaces-1/releases/create/v1",
           json::object{{"projectName", to_lower_ascii(project)}, {"releaseVersion", "2.0"}, {"packageVersion", "1.0"}})
          .status == 201);
}

}  // namespace
}  // namespace slipway::api
