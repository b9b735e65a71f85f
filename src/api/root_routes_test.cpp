#include "api/root_routes.h"

#include "api/testing.h"

using namespace slipway;
using namespace slipway::api::testing;

TEST_CASE("The root says what the server is, and links to everything of the default space") {
  TestApi api;
  const Answer root = api.get("/api/");
  CHECK(root.str("Application") == "Slipway");
  CHECK(root.str("Version") == "2026.2.1");
  CHECK(root.str("ApiVersion") == "3.0.0");
  CHECK(root.str("SlipwayVersion") == SLIPWAY_VERSION);
  CHECK(root.str("InstallationId").size() == 36);
  const json::object& links = root["Links"].as_object();
  CHECK(links.at("Self") == "/api");
  CHECK(links.at("Projects") ==
        "/api/Spaces-1/projects{/id}{?name,skip,ids,clone,take,partialName,clonedFromProjectId}");
  CHECK(links.at("Spaces") == "/api/spaces{/id}{?name,skip,ids,take,partialName}");
  for (const char* name : {"Accounts",        "Channels",        "DeploymentProcesses",
                           "Environments",    "Feeds",           "LibraryVariables",
                           "Lifecycles",      "ProjectGroups",   "Releases",
                           "Deployments",     "Tasks",           "Tenants",
                           "TenantVariables", "TagSets",         "Variables",
                           "VariableNames",   "WorkerPools",     "Machines",
                           "Users",           "Teams",           "CurrentUser",
                           "SpaceHome",       "VersionRuleTest", "DashboardDynamic",
                           "Interruptions",   "Certificates",    "Runbooks",
                           "PackageUpload"}) {
    CHECK_MESSAGE(links.contains(name), name);
  }
}

TEST_CASE("A space's root has links and no version") {
  TestApi api;
  for (const char* path : {"/api/Spaces-1", "/api/default", "/api/Default/"}) {
    const Answer root = api.get(path);
    CHECK(root.id() == "Spaces-1");
    CHECK_FALSE(root.body.as_object().contains("Version"));
    CHECK_FALSE(root.body.as_object().contains("ApiVersion"));
    CHECK(root.body.at("Links").at("Tasks").as_string().starts_with("/api/Spaces-1/tasks{/id}{?skip"));
  }
}

TEST_CASE("A feature toggle that is asked for is off") {
  TestApi api;
  CHECK(api.get("/api/configuration/feature-toggles?Name=x").text ==
        R"({"FeatureToggles":[{"Name":"x","IsEnabled":false}]})");
  CHECK(api.get("/api/configuration/feature-toggles").text == R"({"FeatureToggles":[]})");
  CHECK(api.get("/api/capabilities").text.find("GetAllSpacesRequest") != std::string::npos);
}

TEST_CASE("Collections that are not there yet are empty") {
  TestApi api;
  CHECK(api.get("/api/Spaces-1/machines")["TotalResults"] == 0);
  CHECK(api.get("/api/Spaces-1/machines/all").text == "[]");
}

TEST_CASE("The OpenAPI document describes every route and every resource") {
  TestApi api;
  const Answer document = api.get("/api/openapi.json");
  REQUIRE(document.status == 200);
  const json::object& paths = document["paths"].as_object();
  std::size_t operations = 0;
  for (const auto& path : paths) operations += path.value().as_object().size();
  CHECK(operations == api.server().router().routes().size());
  const json::value& project = document.body.at("components").at("schemas").at("Project");
  CHECK(project.at("properties").at("LifecycleId").at("type") == "string");
  CHECK(project.at("required").as_array().size() == 3);
  CHECK(paths.at("/api/{spaceId}/projects/{id}").at("get").at("x-permission") == "ProjectView");
}
