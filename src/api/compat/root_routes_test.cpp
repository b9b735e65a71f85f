#include "api/compat/root_routes.h"

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "api/testing.h"
#include "base/text.h"

using namespace slipway;
using namespace slipway::api::testing;

namespace {

/// What a template names: its path, then its parameters.
struct Template {
  std::string path;
  std::set<std::string> parameters;

  explicit Template(std::string_view text) : path(text.substr(0, text.find("{?"))) {
    if (path.size() == text.size()) return;
    const std::string names(text.substr(path.size() + 2, text.size() - path.size() - 3));
    for (const std::string_view name : split(names, ',')) parameters.emplace(name);
  }
};

}  // namespace

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
        "/api/Spaces-1/projects{/id}{?name,skip,ids,clone,take,partialName,clonedFromProjectId,projectGroupId}");
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

TEST_CASE("Roots have every link that clients know, at its address, with all the parameters that they fill in") {
  TestApi api;
  const char* source = std::getenv("SLIPWAY_SOURCE_DIR");
  REQUIRE(source != nullptr);
  std::ifstream file(std::string(source) + "/src/api/compat/corpus/root_links.txt");
  const Answer roots[] = {api.get("/api"), api.get("/api/Spaces-1")};
  std::size_t tried = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::string root, name, known;
    std::istringstream(line) >> root >> name >> known;
    CAPTURE(line);
    const json::object& links = roots[root == "space" ? 1 : 0]["Links"].as_object();
    REQUIRE(links.contains(name));
    const Template offered(json::view(links.at(name).as_string())), wanted(known);
    CHECK(offered.path == wanted.path);
    for (const std::string& parameter : wanted.parameters) {
      CHECK_MESSAGE(offered.parameters.contains(parameter), parameter << " is not offered");
    }
    ++tried;
  }
  CHECK(tried > 140);
  MESSAGE(tried << " links");
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

TEST_CASE("Each link of a root that names no other document leads somewhere") {
  TestApi api;
  for (const char* root : {"/api", "/api/Spaces-1"}) {
    const Answer answer = api.get(root);
    for (const auto& link : answer["Links"].as_object()) {
      std::string target(json::view(link.value().as_string()));
      // Optional parts are left out; what only a browser opens, or needs a name first, is not asked for.
      for (auto open = target.find('{'); open != std::string::npos; open = target.find('{', open)) {
        if (target[open + 1] != '?' && target[open + 1] != '/') break;
        target.erase(open, target.find('}', open) + 1 - open);
      }
      const bool is_put = target.ends_with("/sortorder");
      if (target.find('{') != std::string::npos || target.starts_with("/app") || is_put) continue;
      const int status = api.get(target).status;
      CHECK_MESSAGE((status == 200 || status == 405), link.key() << ": " << target << " answers " << status);
    }
  }
}

TEST_CASE("What a fresh server comes with is there for clients that look for it") {
  TestApi api;
  CHECK(api.get("/api/Spaces-1/machinepolicies/MachinePolicies-1").str("Name") == "Default Machine Policy");
  CHECK(api.remove("/api/Spaces-1/machinepolicies/MachinePolicies-1").status == 400);
  const Answer deployer = api.get("/api/userroles/userroles-projectdeployer");
  CHECK(deployer.str("Name") == "Project Deployer");
  CHECK_FALSE(deployer["GrantedSpacePermissions"].as_array().empty());
  CHECK(api.get("/api/userroles?take=1")["TotalResults"].to_number<int>() > 10);
  for (const char* type : {"LifecycleRelease", "LifecycleTentacle", "RunbookRetention"}) {
    const Answer policy = api.get(std::string("/api/Spaces-1/retentionpolicies?RetentionType=") + type);
    REQUIRE_MESSAGE(policy.status == 200, policy.text);
    CHECK(policy.str("RetentionType") == type);
    CHECK(policy.str("Strategy") == "Forever");
    json::object counted = with(policy.body, "Strategy", "Count");
    counted["QuantityToKeep"] = 3;
    const Answer changed = api.put("/api/Spaces-1/retentionpolicies/" + policy.id(), counted);
    CHECK_MESSAGE(changed.status == 200, changed.text);
    CHECK(changed["QuantityToKeep"] == 3);
    CHECK(api.put("/api/Spaces-1/retentionpolicies/" + policy.id(),
                  with(changed.body, "Strategy", "Forever"))["QuantityToKeep"] == 0);
  }
  CHECK(api.get("/api/Spaces-1/retentionpolicies").errors().find("RetentionType must be one of") != std::string::npos);
  for (const char* path : {"/api/events/categories", "/api/events/documenttypes", "/api/tasks/tasktypes"}) {
    CHECK_FALSE(api.get(path).body.as_array().empty());
  }
}

TEST_CASE("An upload to the built-in feed is told what to do instead") {
  TestApi api;
  const Answer refused =
      api.send("POST", "/api/Spaces-1/packages/raw?overwriteMode=FailIfExists", "--form\r\nContent-Type: x\r\n\r\nPK");
  CHECK(refused.status == 400);
  CHECK(refused.errors().find("push the package to a registry") != std::string::npos);
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
  CHECK(api.get("/api/Spaces-1/proxies")["TotalResults"] == 0);
  CHECK(api.get("/api/Spaces-1/proxies/all").text == "[]");
}

TEST_CASE("What can't be created yet is refused with the reason, before anything is made") {
  TestApi api;
  const std::string project = api.make_project("Web").id();
  std::size_t tried = 0;
  for (const api::Route& route : api.server().router().routes()) {
    if (!route.summary.starts_with("Refuses, and makes nothing.")) continue;
    std::string path = "/api/Spaces-1/" + route.pattern;
    if (const auto open = path.find("{project}"); open != std::string::npos) path.replace(open, 9, project);
    const Answer refused = api.post(path, json::object{{"Name", "x"}});
    CAPTURE(path);
    CHECK(refused.status == 400);
    CHECK(refused.body.at("Errors").as_array().size() == 1);
    ++tried;
  }
  CHECK(tried > 10);
  MESSAGE(tried << " refusals");
  const Answer kept = api.get("/api/Spaces-1/projects/Web");
  CHECK_FALSE(kept["Links"].as_object().contains("ConvertToVcs"));
  CHECK(kept["IsVersionControlled"] == json::value(false));
}

TEST_CASE("Every collection and every question without parameters is linked from a root") {
  TestApi api;
  std::set<std::string> linked;
  for (const char* root : {"/api", "/api/Spaces-1"}) {
    const Answer answer = api.get(root);
    for (const auto& link : answer["Links"].as_object()) {
      std::string path = to_lower_ascii(json::view(link.value().as_string()));
      path.resize(std::min(path.find('{'), path.size()));
      for (const std::string_view prefix : {"/api/spaces-1/", "/api/"}) {
        if (!path.starts_with(prefix)) continue;
        linked.insert(path.substr(prefix.size()));
        break;
      }
    }
  }
  // Parts of what is linked, and what clients know by its address.
  const std::set<std::string> known{"",         "space root",        "capabilities",    "configuration/feature-toggles",
                                    "users/me", "retentionpolicies", "environments/v2", "tenantvariables"};
  std::size_t tried = 0;
  for (const api::Route& route : api.server().router().routes()) {
    const std::string pattern = to_lower_ascii(route.pattern);
    const bool is_plain = pattern.find('{') == std::string::npos && !pattern.starts_with('/');
    if (route.method != "GET" || !is_plain || known.contains(pattern)) continue;
    if (pattern.ends_with("/all") && linked.contains(pattern.substr(0, pattern.size() - 4))) continue;
    CHECK_MESSAGE(linked.contains(pattern), pattern << " is linked from nowhere");
    ++tried;
  }
  MESSAGE(tried << " addresses");
}
