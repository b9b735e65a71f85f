#include "api/resources/resource_routes.h"

#include <fmt/format.h>

#include <set>

#include "api/resources/samples_testing.h"
#include "api/testing.h"
#include "storage/resources.h"

using namespace slipway;
using namespace slipway::api::testing;

namespace {

std::set<std::string> names(const json::array& items) {
  std::set<std::string> all;
  for (const json::value& item : items) all.insert(std::string(json::view(item.at("Name").as_string())));
  return all;
}

}  // namespace

TEST_CASE("A fresh server has its default space, furnished") {
  TestApi api;
  const Answer space = api.get("/api/spaces/Spaces-1");
  CHECK(space.status == 200);
  CHECK(space.str("Name") == "Default");
  CHECK(space["IsDefault"] == json::value(true));
  CHECK(space["SpaceManagersTeams"] ==
        json::value(json::array{"teams-administrators", "teams-spacemanagers-Spaces-1"}));
  CHECK(space.body.at("Links").at("SpaceHome") == "/api/Spaces-1");
  CHECK(api.get("/api/Spaces-1/lifecycles/Default%20Lifecycle").id() == "Lifecycles-1");
  CHECK(api.get("/api/Spaces-1/feeds/feeds-builtin").str("FeedType") == "BuiltIn");
  CHECK(api.get("/api/Spaces-1/workerpools/all").body.as_array().size() == 1);
  CHECK(api.get("/api/users/me")["IsRequestor"] == json::value(true));
}

TEST_CASE("Every resource that clients create has a sample, with which the other tests try it") {
  const model::Catalogue catalogue = model::all_resources();
  for (const model::Schema& schema : catalogue.all()) {
    const bool has_sample = std::any_of(std::begin(kSamples), std::end(kSamples), [&](const Sample& sample) {
      return std::string_view(sample.path).ends_with("/" + schema.collection);
    });
    CHECK_MESSAGE((has_sample || !schema.verbs.create || schema.collection.empty()),
                  schema.type << " has no sample: add one in api/resources/samples_testing.h");
  }
}

TEST_CASE("Every resource is created, read, listed, changed and deleted alike") {
  TestApi api;
  std::vector<std::string> paths;
  for (const Sample& sample : kSamples) {
    CAPTURE(sample.path);
    const Answer made = api.send("POST", sample.path, sample.body);
    REQUIRE_MESSAGE(made.status == 201, made.text);
    const std::string self(json::view(made.body.at("Links").at("Self").as_string()));
    CHECK(api.get(self).text == made.text);  // clients compare the answer with a later read

    const Answer list = api.get(std::string(sample.path) + "?ids=" + made.id());
    REQUIRE(list.items().size() == 1);
    CHECK(list.items()[0] == made.body);
    CHECK(api.get(std::string(sample.path) + "/all").body.is_array());

    const Answer changed = api.put(self, with(made.body, "Description", "changed"));
    CHECK_MESSAGE(changed.status == 200, changed.text);
    CHECK(changed.str("Description") == "changed");
    CHECK(api.get(self).text == changed.text);
    paths.push_back(self);
  }
  for (auto path = paths.rbegin(); path != paths.rend(); ++path) {
    CAPTURE(*path);
    if (path->starts_with("/api/spaces/")) {
      CHECK(api.remove(*path).errors().find("TaskQueueStopped") != std::string::npos);
      api.put(*path, with(api.get(*path).body, "TaskQueueStopped", true));
    }
    const Answer gone = api.remove(*path);
    CHECK_MESSAGE(gone.status == 200, gone.text);
    const Answer missing = api.get(*path);
    CHECK(missing.status == 404);
    CHECK_FALSE(missing.body.as_object().contains("Errors"));
  }
}

TEST_CASE("The three prefixes lead to the same documents, whatever the case and a trailing slash") {
  TestApi api;
  make_all(api);
  const std::string project = api.get("/api/Spaces-1/projects/Projects-1").text;
  for (const char* path : {"/api/projects/Projects-1", "/api/default/projects/Projects-1", "/api/Default/Projects/web/",
                           "/api/spaces/Spaces-1/projects/WEB", "/API/Spaces-1//projects/Projects-1"}) {
    CAPTURE(path);
    CHECK(api.get(path).text == project);
  }
  CHECK(api.get("/api/Spaces-2/projects/Projects-1").status == 404);
  CHECK(api.get("/api/Nowhere/projects").status == 404);
}

TEST_CASE("A list pages through its items and ends without Page.Next") {
  TestApi api;
  for (int i = 0; i < 35; ++i) api.make_environment("E" + std::to_string(i));
  Answer page = api.get("/api/Spaces-1/environments");
  CHECK(page.items().size() == 30);
  CHECK(page["TotalResults"] == 35);
  CHECK(page["NumberOfPages"] == 2);
  CHECK(page["LastPageNumber"] == 1);
  CHECK(page.str("ItemType") == "Environment");
  page = api.get(json::view(page.body.at("Links").at("Page.Next").as_string()));
  CHECK(page.items().size() == 5);
  CHECK_FALSE(page.body.at("Links").as_object().contains("Page.Next"));

  const Answer filtered = api.get("/api/Spaces-1/environments?skip=1&take=2&partialName=e3");
  CHECK(filtered["TotalResults"] == 6);
  CHECK(filtered.body.at("Links").at("Page.Next") == "/api/Spaces-1/environments?skip=3&take=2&partialName=e3");
  for (const char* query : {"take=2147483647", "skip=2147483647&take=2147483647"}) {
    const Answer huge = api.get(std::string("/api/Spaces-1/environments?") + query);
    CHECK(huge.status == 200);
    CHECK_FALSE(huge.body.at("Links").as_object().contains("Page.Next"));
  }
  for (const char* bad : {"2147483648", "99999999999999999999", "-1", "abc", "1.5", "%201"}) {
    CAPTURE(bad);
    const Answer refused = api.get(fmt::format("/api/Spaces-1/environments?skip={0}&take={0}", bad));
    CHECK(refused.status == 400);
    CHECK(refused.errors().find("skip must be a whole number from 0 to 2147483647") != std::string::npos);
    CHECK(refused.errors().find("take must be a whole number from 0 to 2147483647") != std::string::npos);
  }
}

TEST_CASE("Lists are filtered by ids in three spellings, by name, by kind and by what they reference") {
  TestApi api;
  make_all(api);
  api.make_environment("Production");
  const auto count = [&](const std::string& target) {
    const Answer list = api.get(target);
    CHECK_MESSAGE(list.status == 200, list.text);
    return list.items().size();
  };
  CHECK(count("/api/Spaces-1/environments?ids=Environments-1&ids=Environments-2") == 2);
  CHECK(count("/api/Spaces-1/environments?ids=Environments-1,Environments-2") == 2);
  CHECK(count("/api/Spaces-1/environments?ids=Environments-1%2CEnvironments-2") == 2);
  CHECK(count("/api/Spaces-1/environments?ids=") == 2);
  CHECK(count("/api/Spaces-1/environments?ids=Environments-99") == 0);
  CHECK(count("/api/Spaces-1/environments/v2?partialName=dev&type=Static") == 1);
  CHECK(count("/api/Spaces-1/environments?IDS=Environments-1") == 1);
  CHECK(count("/api/Spaces-1/environments?name=PRODUCTION") == 1);
  CHECK(count("/api/Spaces-1/environments?partialName=DUCT") == 1);
  CHECK(count("/api/Spaces-1/feeds?feedType=BuiltIn") == 1);
  CHECK(count("/api/Spaces-1/feeds?feedType=AwsElasticContainerRegistry") == 1);
  CHECK(count("/api/Spaces-1/accounts?accountType=Nonsense&unknown=1") == 0);
  CHECK(count("/api/Spaces-1/tenants?projectId=Projects-1") == 1);
  CHECK(count("/api/Spaces-1/tenants?projectId=Projects-9") == 0);
  CHECK(count("/api/Spaces-1/tenants?tags=ring/a") == 1);
  CHECK(count("/api/Spaces-1/tenants?tags=Ring/B") == 0);
  CHECK(count("/api/Spaces-1/tenants?tags=Ring/A,Ring/B&projectId=Projects-1") == 1);
  CHECK(count("/api/Spaces-1/tenants?tags=Ring/Nope") == 0);
  CHECK(count("/api/Spaces-1/projects/Projects-1/channels") == 2);
  CHECK(count("/api/Spaces-1/projectgroups/ProjectGroups-1/projects") == 1);
  CHECK(api.get("/api/Spaces-1/lifecycles/Lifecycles-1/projects").body.as_array().size() == 1);
  CHECK(api.get("/api/Spaces-1/lifecycles/Lifecycles-2/projects").body.as_array().empty());
  CHECK(count("/api/users?filter=JAN") == 1);
  CHECK(count("/api/Spaces-1/tenants?isDisabled=False") == 1);
  CHECK(count("/api/Spaces-1/tenants?isDisabled=true") == 0);
  CHECK(count("/api/Spaces-1/tenants?isDisabled=true&tags=Ring/A") == 0);
  CHECK(count("/api/Spaces-1/tagsets?scopes=Environment,Tenant") == 1);
  CHECK(count("/api/Spaces-1/tagsets?scopes=Environment") == 0);
  CHECK(count("/api/Spaces-1/environments/v2?type=Ephemeral") == 0);
  CHECK(count("/api/Spaces-1/environments/v2?type=Parent,Ephemeral") == 0);
}

TEST_CASE("Ids compare ignoring case in addresses, lists and references, and are stored in one spelling") {
  TestApi api;
  make_all(api);
  CHECK(api.get("/api/Spaces-1/environments/environments-1").id() == "Environments-1");
  CHECK(api.get("/api/spaces-1/environments?ids=ENVIRONMENTS-1").items().size() == 1);
  CHECK(api.get("/api/spaces/spaces-1").id() == "Spaces-1");
  CHECK(api.get("/api/spaces?ids=spaces-1").items().size() == 1);
  CHECK(api.get("/api/users/users-1/apikeys/apikeys-1").id() == "APIKeys-1");
  CHECK(api.get("/api/Spaces-1/feeds/Feeds-BuiltIn").id() == "feeds-builtin");
  CHECK(api.get("/api/Spaces-1/deploymentprocesses/DeploymentProcess-projects-1").id() ==
        "deploymentprocess-Projects-1");
  CHECK(api.get("/api/Spaces-1/variables/variableset-projects-1").id() == "variableset-Projects-1");
  CHECK(api.get("/api/Spaces-1/tenants?projectId=projects-1").items().size() == 1);
  CHECK(api.get("/api/Spaces-1/projects/projects-1/channels").items().size() == 2);
  const Answer project = api.post(
      "/api/Spaces-1/projects", json::object{{"Name", "Other"},
                                             {"ProjectGroupId", "projectgroups-1"},
                                             {"LifecycleId", "lifecycles-1"},
                                             {"IncludedLibraryVariableSetIds", json::array{"libraryvariablesets-1"}}});
  REQUIRE_MESSAGE(project.status == 201, project.text);
  CHECK(project.str("LifecycleId") == "Lifecycles-1");
  CHECK(project["IncludedLibraryVariableSetIds"] == json::value(json::array{"LibraryVariableSets-1"}));
  const Answer tenant =
      api.post("/api/Spaces-1/tenants",
               json::object{{"Name", "T"},
                            {"ProjectEnvironments", json::object{{"projects-2", json::array{"environments-1"}}}}});
  REQUIRE_MESSAGE(tenant.status == 201, tenant.text);
  CHECK(tenant["ProjectEnvironments"] == json::value(json::object{{"Projects-2", json::array{"Environments-1"}}}));
  CHECK(api.put("/api/Spaces-1/environments/sortorder", json::array{"environments-1"}).status == 200);
}

TEST_CASE("Environments keep the order that they are put into") {
  TestApi api;
  for (const char* name : {"C", "B", "A"}) api.make_environment(name);
  CHECK(api.get("/api/Spaces-1/environments").items()[0].at("Name") == "C");
  const Answer sorted = api.put("/api/Spaces-1/environments/sortorder",
                                json::array{"Environments-3", "Environments-2", "Environments-1"});
  CHECK_MESSAGE(sorted.status == 200, sorted.text);
  const Answer list = api.get("/api/Spaces-1/environments");
  CHECK(list.items()[0].at("Name") == "A");
  CHECK(list.items()[2].at("Name") == "C");
  CHECK(api.put("/api/Spaces-1/environments/sortorder", json::array{1}).status == 400);

  // Naming a part puts it first; the others follow as they stood.
  const Answer part = api.put("/api/Spaces-1/environments/sortorder", json::array{"Environments-1", "Environments-1"});
  CHECK_MESSAGE(part.status == 200, part.text);
  std::string order;
  for (const json::value& environment : part.body.as_array()) {
    order += fmt::format("{}{} ", json::view(environment.at("Name").as_string()),
                         environment.at("SortOrder").to_number<int>());
  }
  CHECK(order == "C0 A1 B2 ");
}

TEST_CASE("Members that no schema declares come back, and null removes them") {
  TestApi api;
  const Answer made =
      api.post("/api/Spaces-1/environments", json::object{{"Name", "Dev"}, {"Colour", json::object{{"R", 1}}}});
  CHECK(made["Colour"] == json::value(json::object{{"R", 1}}));
  const Answer kept = api.put("/api/Spaces-1/environments/Environments-1", json::object{{"name", "Dev"}});
  CHECK(kept["Colour"] == json::value(json::object{{"R", 1}}));
  const Answer gone =
      api.put("/api/Spaces-1/environments/Environments-1", json::object{{"NAME", "Dev"}, {"colour", nullptr}});
  CHECK_FALSE(gone.body.as_object().contains("Colour"));
}

TEST_CASE("Names are unique ignoring case, slugs are made and kept") {
  TestApi api;
  CHECK(api.make_environment("My Dev!").str("Slug") == "my-dev");
  const Answer taken = api.post("/api/Spaces-1/environments", json::object{{"Name", "my  DEV!"}});
  CHECK(taken.status == 400);
  CHECK(taken.errors().find("already exists") != std::string::npos);
  CHECK(api.make_environment("My Dev?").str("Slug") == "my-dev-2");
  const Answer renamed =
      api.put("/api/Spaces-1/environments/Environments-1", json::object{{"Name", "Test"}, {"Slug", ""}});
  CHECK(renamed.str("Slug") == "my-dev");
  CHECK(api.post("/api/Spaces-1/environments", json::object{{"Name", "X"}, {"Slug", "my-dev"}}).status == 400);
  CHECK(api.post("/api/Spaces-1/environments", json::object{{"Name", "X"}, {"Slug", "My Dev!"}}).status == 400);
  const Answer given =
      api.put("/api/Spaces-1/environments/Environments-1", json::object{{"Name", "Test"}, {"Slug", "My Slug!"}});
  CHECK(given.str("Slug") == "my-slug");
  CHECK(api.make_environment("Caf\u00e9").status == 201);
  CHECK(api.post("/api/Spaces-1/environments", json::object{{"Name", "Cafe\u0301"}}).status == 400);
}

TEST_CASE("What is used can't be deleted, and what is pointed at must exist") {
  TestApi api;
  make_all(api);
  const Answer used = api.remove("/api/Spaces-1/environments/Environments-1");
  CHECK(used.status == 400);
  CHECK(used.errors().find("Two steps") != std::string::npos);
  CHECK(api.remove("/api/Spaces-1/projectgroups/ProjectGroups-1").status == 400);
  CHECK(api.remove("/api/Spaces-1/tagsets/TagSets-1").status == 400);
  CHECK(api.remove("/api/Spaces-1/feeds/feeds-builtin").status == 400);

  const auto project = [&](const char* lifecycle, const char* group) {
    return api.post("/api/Spaces-1/projects",
                    json::object{{"Name", "P"}, {"LifecycleId", lifecycle}, {"ProjectGroupId", group}});
  };
  CHECK(project("Lifecycles-99", "ProjectGroups-1").errors().find("LifecycleId: 'Lifecycles-99' was not found") !=
        std::string::npos);
  CHECK(project("Environments-1", "ProjectGroups-1").status == 400);  // of another type
  CHECK(project("Lifecycles-3", "ProjectGroups-1").status == 400);    // of another space
  CHECK(project("", "ProjectGroups-1").status == 400);
  CHECK(api.post("/api/Spaces-1/tenants", json::object{{"Name", "T"}, {"TenantTags", json::array{"Ring/C"}}}).status ==
        400);

  // The lifecycle let go of it, the tenant is unlinked by the deletion.
  api.remove("/api/Spaces-1/lifecycles/Lifecycles-2");
  CHECK(api.remove("/api/Spaces-1/lifecycles/Lifecycles-2").status == 404);
}

TEST_CASE("A project comes with a channel, a process, variables and settings, and takes them along") {
  TestApi api;
  const Answer project = api.make_project("Web");
  CHECK(project.str("DeploymentProcessId") == "deploymentprocess-Projects-1");
  CHECK(project.body.at("PersistenceSettings").at("Type") == "Database");
  CHECK(project.body.at("VersioningStrategy").at("DonorPackage").is_null());

  const Answer channels = api.get("/api/Spaces-1/projects/Projects-1/channels");
  REQUIRE(channels.items().size() == 1);
  CHECK(channels.items()[0].at("Name") == "Default");
  CHECK(channels.items()[0].at("IsDefault") == json::value(true));
  CHECK(channels.items()[0].at("LifecycleId").is_null());
  const Answer process = api.get("/api/Spaces-1/deploymentprocesses/deploymentprocess-Projects-1");
  CHECK(process["Version"] == 0);
  CHECK(process["Steps"] == json::value(json::array()));
  CHECK(api.get("/api/Spaces-1/projects/web/deploymentprocesses").text == process.text);
  const Answer variables = api.get("/api/Spaces-1/variables/variableset-Projects-1");
  CHECK(variables["Variables"] == json::value(json::array()));
  CHECK(variables.body.at("ScopeValues").at("Channels").as_array().size() == 1);
  CHECK(api.get("/api/Spaces-1/projects/Web/variables").text == variables.text);
  CHECK(api.get("/api/Spaces-1/projects/Projects-1/summary")["HasDeploymentProcess"] == json::value(false));

  CHECK(api.remove("/api/Spaces-1/projects/Projects-1").status == 200);
  for (const char* path : {"channels/Channels-1", "deploymentprocesses/deploymentprocess-Projects-1",
                           "variables/variableset-Projects-1"}) {
    CHECK(api.get(std::string("/api/Spaces-1/") + path).status == 404);
  }
}

TEST_CASE("A channel made below its project belongs to it, whatever its body says") {
  TestApi api;
  api.make_project("One");
  api.make_project("Two");
  const Answer made =
      api.post("/api/Spaces-1/projects/One/channels", json::object{{"Name", "Beta"}, {"projectid", "Projects-2"}});
  CHECK(made.str("ProjectId") == "Projects-1");
  CHECK(api.get("/api/Spaces-1/projects/One/channels/beta").text == made.text);
  CHECK(api.get("/api/Spaces-1/projects/Two/channels/" + made.id()).status == 404);
}

TEST_CASE("Deployment settings are a view of the project, and writing either updates both") {
  TestApi api;
  api.make_project("Web");
  const std::string path = "/api/Spaces-1/projects/Projects-1/deploymentsettings";
  const Answer settings = api.get(path);
  CHECK(settings.id() == "deploymentsettings-Projects-1");
  CHECK(settings.str("ProjectId") == "Projects-1");
  CHECK(settings.body.at("ConnectivityPolicy").at("SkipMachineBehavior") == "None");
  const Answer changed = api.put(path, with(settings.body, "DefaultGuidedFailureMode", "On"));
  CHECK_MESSAGE(changed.status == 200, changed.text);
  CHECK(api.get("/api/Spaces-1/projects/Projects-1").str("DefaultGuidedFailureMode") == "On");
  const Answer project = api.get("/api/Spaces-1/projects/Projects-1");
  api.put("/api/Spaces-1/projects/Projects-1", with(project.body, "ReleaseNotesTemplate", "notes"));
  CHECK(api.get(path).str("ReleaseNotesTemplate") == "notes");
}

TEST_CASE("A project update that leaves out its strategies keeps them") {
  TestApi api;
  const Answer project = api.make_project("Web");
  api.put("/api/Spaces-1/projects/Projects-1",
          with(project.body, "VersioningStrategy",
               json::object{{"DonorPackage", json::object{{"DeploymentAction", "Deploy"}}}}));
  json::object partial = project.body.as_object();
  for (const char* member :
       {"VersioningStrategy", "PersistenceSettings", "ReleaseCreationStrategy", "ProjectConnectivityPolicy"}) {
    partial.erase(member);
  }
  const Answer updated = api.put("/api/Spaces-1/projects/Projects-1", partial);
  CHECK(updated.body.at("VersioningStrategy").at("DonorPackage").at("DeploymentAction") == "Deploy");
  CHECK(updated.body.at("VersioningStrategy").at("Template").is_null());
  const Answer reset =
      api.put("/api/Spaces-1/projects/Projects-1", with(updated.body, "VersioningStrategy", json::object()));
  CHECK(reset.body.at("VersioningStrategy").is_object());
}

TEST_CASE("A project clone has its source's channels, process and variables, secrets included") {
  TestApi api;
  api.make_project("Web");
  api.post("/api/Spaces-1/channels", json::object{{"ProjectId", "Projects-1"}, {"Name", "Beta"}});
  Answer variables = api.get("/api/Spaces-1/variables/variableset-Projects-1");
  const json::array list{
      json::object{{"Name", "Secret"}, {"IsSensitive", true}, {"Type", "Sensitive"}, {"Value", "hidden"}}};
  api.put("/api/Spaces-1/variables/variableset-Projects-1", with(variables.body, "Variables", list));
  const Answer clone =
      api.post("/api/Spaces-1/projects?clone=Projects-1",
               json::object{{"Name", "Copy"}, {"ProjectGroupID", "ProjectGroups-1"}, {"LifecycleID", "Lifecycles-1"}});
  REQUIRE_MESSAGE(clone.status == 201, clone.text);
  CHECK(clone.str("Slug") == "copy");
  CHECK(clone.str("ClonedFromProjectId") == "Projects-1");
  const Answer channels = api.get("/api/Spaces-1/projects/Projects-2/channels");
  CHECK(names(channels.items()) == std::set<std::string>{"Beta", "Default"});
  api.remove("/api/Spaces-1/projects/Projects-1");
  const auto row =
      api.database().read([](storage::Reader& r) { return storage::find_resource(r, "variableset-Projects-2"); });
  const json::value set = json::parse(row->body);
  const std::string id(json::view(set.at("Variables").at(0).at("Value").at("$secret").as_string()));
  const auto secret = api.database().read(
      [&](storage::Reader& r) { return api.services().vault.get(r, id, "variableset-Projects-2")->clone(); });
  CHECK(secret.reveal() == "hidden");
}

TEST_CASE("What points at a project's own channels or at the project itself points at the clone's") {
  TestApi api;
  api.make_project("Web");
  const std::string beta =
      api.post("/api/Spaces-1/channels", json::object{{"ProjectId", "Projects-1"}, {"Name", "Beta"}}).id();
  const std::string process = "/api/Spaces-1/projects/Projects-1/deploymentprocesses";
  const json::array steps{json::object{
      {"Name", "Deploy"},
      {"Actions", json::array{json::object{
                      {"Name", "Deploy"}, {"ActionType", "Slipway.NoOp"}, {"Channels", json::array{beta}}}}}}};
  REQUIRE(api.put(process, with(api.get(process).body, "Steps", steps)).status == 200);
  const std::string variables = "/api/Spaces-1/variables/variableset-Projects-1";
  const json::object scope{{"Channel", json::array{beta}}, {"ProcessOwner", json::array{"Projects-1"}}};
  const json::array list{json::object{{"Name", "Colour"}, {"Value", beta}, {"Scope", scope}}};
  REQUIRE(api.put(variables, with(api.get(variables).body, "Variables", list)).status == 200);
  const std::string project = "/api/Spaces-1/projects/Projects-1";
  const Answer changed =
      api.put(project, with(api.get(project).body, "ReleaseCreationStrategy", json::object{{"ChannelId", beta}}));
  REQUIRE_MESSAGE(changed.status == 200, changed.text);

  const Answer clone =
      api.post("/api/Spaces-1/projects?clone=Projects-1",
               json::object{{"Name", "Copy"}, {"ProjectGroupId", "ProjectGroups-1"}, {"LifecycleId", "Lifecycles-1"}});
  REQUIRE_MESSAGE(clone.status == 201, clone.text);
  const json::value cloned_beta = api.get("/api/Spaces-1/projects/Projects-2/channels/Beta").body.at("Id");
  CHECK(cloned_beta != json::value(beta));
  CHECK(api.get("/api/Spaces-1/projects/Projects-2/deploymentprocesses")
            .body.at("Steps")
            .at(0)
            .at("Actions")
            .at(0)
            .at("Channels") == json::value(json::array{cloned_beta}));
  const json::value variable = api.get("/api/Spaces-1/variables/variableset-Projects-2").body.at("Variables").at(0);
  CHECK(variable.at("Scope").at("Channel") == json::value(json::array{cloned_beta}));
  CHECK(variable.at("Scope").at("ProcessOwner") == json::value(json::array{"Projects-2"}));
  CHECK(variable.at("Value") == json::value(beta));
  CHECK(api.get("/api/Spaces-1/projects/Projects-2").body.at("ReleaseCreationStrategy").at("ChannelId") == cloned_beta);
  CHECK(clone.body.at("ReleaseCreationStrategy").at("ChannelId") == cloned_beta);
}

TEST_CASE("A stale writer is refused, one that names no version wins") {
  TestApi api;
  api.make_project("Web");
  const std::string path = "/api/Spaces-1/projects/Projects-1/deploymentprocesses";
  json::object process = api.get(path).body.as_object();
  CHECK(api.put(path, process)["Version"] == 1);
  const Answer stale = api.put(path, process);
  CHECK(stale.status == 409);
  CHECK_FALSE(stale["Errors"].as_array().empty());
  process.erase("Version");
  CHECK(api.put(path, process)["Version"] == 2);

  const Answer group = api.get("/api/Spaces-1/projectgroups/ProjectGroups-1");
  const std::string tag(*group.headers.find("ETag"));
  const std::string changed = json::to_text(with(group.body, "Description", "one"));
  CHECK(api.send("PUT", "/api/projectgroups/ProjectGroups-1", changed, {{"If-Match", tag}}).status == 200);
  CHECK(api.send("PUT", "/api/projectgroups/ProjectGroups-1", json::to_text(group.body), {{"If-Match", tag}}).status ==
        409);
}

TEST_CASE("An Idempotency-Key is new again after a day") {
  TestApi api;
  const auto create = [&](const std::string& name) {
    return api.send("POST", "/api/Spaces-1/environments", fmt::format(R"({{"Name":"{}"}})", name),
                    {{"Idempotency-Key", "nightly"}});
  };
  const Answer first = create("Blue");
  api.clock().advance(std::chrono::hours(23));
  CHECK(create("Blue").text == first.text);
  CHECK(create("Green").status == 409);
  api.clock().advance(std::chrono::hours(2));
  CHECK(create("Green").status == 201);
  CHECK(create("Green").status == 201);
  CHECK(api.get("/api/Spaces-1/environments").items().size() == 2);
}

TEST_CASE("A repeated create with the same Idempotency-Key makes one document") {
  TestApi api;
  const auto create = [&](const char* name) {
    return api.send("POST", "/api/Spaces-1/environments", json::to_text(json::object{{"Name", name}}),
                    {{"Idempotency-Key", "k1"}});
  };
  const Answer first = create("Dev");
  const Answer again = create("Dev");
  CHECK(again.status == 201);
  CHECK(again.text == first.text);
  CHECK(api.get("/api/Spaces-1/environments")["TotalResults"] == 1);
  CHECK(create("Other").status == 409);
}

TEST_CASE("octo's verbs arrive in a header, Jenkins 1.9's keys without quotes") {
  TestApi api;
  const Answer made = api.send("POST", "/api/environments", R"({Name:"Dev", Description : "a,b:{c}"})",
                               {{"Content-Type", "application/x-www-form-urlencoded"}});
  CHECK_MESSAGE(made.status == 201, made.text);
  CHECK(made.str("Description") == "a,b:{c}");
  const Answer changed =
      api.send("POST", "/api/environments/Environments-1", R"({"Name":"Test"})", {{"X-HTTP-Method-Override", "PUT"}});
  CHECK(changed.status == 200);
  CHECK(changed.str("Name") == "Test");
  CHECK(api.send("POST", "/api/environments/Environments-1", "", {{"X-HTTP-Method-Override", "DELETE"}}).status == 200);
}

TEST_CASE("Deleting a space deletes all that is in it") {
  TestApi api;
  api.post("/api/spaces", json::object{{"Name", "Other"}, {"SpaceManagersTeams", json::array{"teams-administrators"}}});
  const Answer group = api.get("/api/Spaces-2/projectgroups");
  const Answer lifecycle = api.get("/api/Spaces-2/lifecycles");
  const Answer project =
      api.post("/api/Spaces-2/projects", json::object{{"Name", "Web"},
                                                      {"ProjectGroupId", group.items()[0].at("Id")},
                                                      {"LifecycleId", lifecycle.items()[0].at("Id")}});
  REQUIRE_MESSAGE(project.status == 201, project.text);
  CHECK(api.get("/api/Spaces-2/feeds?take=1").items()[0].at("FeedType") == "BuiltIn");
  api.put("/api/spaces/Spaces-2", with(api.get("/api/spaces/Spaces-2").body, "TaskQueueStopped", true));
  CHECK(api.remove("/api/spaces/Spaces-2").status == 200);
  CHECK(api.get("/api/Spaces-2/projects").status == 404);
  CHECK(api.get("/api/teams/teams-spacemanagers-Spaces-2").status == 404);
  CHECK(api.remove("/api/spaces/Spaces-1").status == 400);
  CHECK(api.get("/api/spaces/all").body.as_array().size() == 1);
}

TEST_CASE("A place of 0 or none at creation means last, for everything that has an order") {
  TestApi api;
  make_all(api);
  std::size_t tried = 0;
  for (const model::Schema& schema : api.services().catalogue.all()) {
    if (schema.order != model::Order::by_sort_order || !schema.verbs.create) continue;
    CAPTURE(schema.type);
    const std::string path = "/api/Spaces-1/" + schema.collection;
    const auto sample = std::find_if(std::begin(kSamples), std::end(kSamples),
                                     [&](const Sample& s) { return std::string_view(s.path).ends_with(path); });
    REQUIRE(sample != std::end(kSamples));
    json::object body = json::parse(sample->body).as_object();
    std::vector<std::string> made;
    for (const json::value& place : {json::value(0), json::value(nullptr), json::value(), json::value(0)}) {
      body["Name"] = fmt::format("{}", char('z' - made.size()));  // by name they would come the other way round
      body["SortOrder"] = place;
      const Answer created = api.post(path, body);
      REQUIRE_MESSAGE(created.status == 201, created.text);
      made.push_back(created.id());
      const json::array all = api.get(path + "/all").body.as_array();
      CHECK(all.back().at("Id") == json::value(created.id()));
      ++tried;
    }
  }
  MESSAGE(fmt::format("{} places tried", tried));
}

TEST_CASE("The built-in team of administrators is found by the name that existing scripts use, too") {
  TestApi api;
  for (const char* name : {"Administrators", "Octopus%20Administrators", "octopus%20administrators"}) {
    CAPTURE(name);
    CHECK(api.get(fmt::format("/api/teams/{}", name)).id() == "teams-administrators");
    for (const char* parameter : {"name", "partialName"}) {
      const Answer found = api.get(fmt::format("/api/teams?{}={}", parameter, name));
      REQUIRE(found.items().size() == 1);
      CHECK(found.items()[0].at("Id") == "teams-administrators");
    }
  }
  CHECK(api.get("/api/teams?partialName=Octopus%20Admin&ids=teams-managers").items().empty());
  CHECK(api.get("/api/teams?name=Octopus").items().empty());
}
