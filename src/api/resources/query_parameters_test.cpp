// Every query parameter that a route declares does something: a value that fits finds what is there, one that fits
// nothing finds nothing.
#include <fmt/format.h>

#include <map>
#include <set>

#include "api/delivery/delivery_testing.h"
#include "base/text.h"
#include "storage/releases.h"

using namespace slipway;
using namespace slipway::api::testing;

namespace {

/// An API with at least one document, release, deployment, task and event for every list to find.
class Furnished : public DeliveryApi {
 public:
  Furnished() {
    const std::string s = "/api/Spaces-1/";
    make(s + "tagsets", R"({"Name":"Ring","Tags":[{"Name":"A"}]})");
    make(s + "libraryvariablesets",
         R"({"Name":"Shared","ContentType":"Variables","Templates":[{"Id":"t-2","Name":"Key"}]})");
    json::object web = get(s + "projects/Web").body.as_object();
    web["TenantedDeploymentMode"] = "TenantedOrUntenanted";
    web["Templates"] = json::parse(R"([{"Id":"t-1","Name":"Url"}])");
    web["IncludedLibraryVariableSetIds"] = json::array{"LibraryVariableSets-1"};
    REQUIRE(put(s + "projects/Projects-1", web).status == 200);
    make(s + "projects?clone=Projects-1", R"({"Name":"Copy"})");
    make(s + "tenants",
         R"({"Name":"Fern","TenantTags":["Ring/A"],"ProjectEnvironments":{"Projects-1":["Environments-1"]}})");
    make(s + "tenants?clone=Tenants-1", R"({"Name":"Ivy"})");
    make(s + "accounts", R"({"Name":"A","AccountType":"UsernamePassword"})");
    make(s + "feeds", R"({"Name":"Hub","FeedType":"NuGet"})");
    REQUIRE(put(s + "variables/variableset-Projects-1", json::parse(R"({"Variables":[{"Name":"A","Value":"1"}]})"))
                .status == 200);
    REQUIRE(put(s + "tenants/Tenants-1/variables", get(s + "tenants/Tenants-1/variables").body).status == 200);
    REQUIRE(make_release("1.0.0").status == 201);
    REQUIRE(deploy("1.0.0", "Dev").status == 201);
    REQUIRE(post(s + "releases/Releases-1/defects", json::object{{"Description", "it is broken"}}).status == 201);
    REQUIRE(post("/api/users/me/apikeys", json::object{{"Purpose", "test"}}).status == 201);
  }
  void make(const std::string& path, const std::string& body) {
    const Answer made = send("POST", path, body);
    REQUIRE_MESSAGE(made.status == 201, made.text);
  }
};

/// How much an answer holds.
std::size_t found(const Answer& answer) {
  if (answer.status != 200) return 0;
  if (answer.body.is_array()) return answer.body.get_array().size();
  for (const char* list : {"Items", "FeatureToggles", "Packages"}) {
    if (const json::array* items = json::array_at(answer.body.as_object(), list)) return items->size();
  }
  return 1;
}

/// Parameters that choose no documents, and where they are tested instead.
const std::set<std::string>& choosing_nothing() {
  static const std::set<std::string> names{"skip",
                                           "take",
                                           "verbose",
                                           "tail",
                                           "releaseHistoryCount",
                                           "includeDisabledSteps",
                                           "includePrevious",
                                           "partialMatch",
                                           "version",
                                           "feedType of rule-test",
                                           "feetType",
                                           "versionRange",
                                           "preReleaseTag",
                                           "packageId",
                                           "term",
                                           "includePreRelease",
                                           "filter of feeds"};
  return names;
}

/// A value that fits something in the furnished API, for the routes whose pattern begins so ("" = all).
struct Fitting {
  std::string_view parameter, pattern, value;
};
constexpr Fitting fitting[] = {
    {"projectId", "", "Projects-1"},
    {"projects", "", "Projects-1"},
    {"project", "variables/names", "Web"},
    {"project", "", "Projects-1"},
    {"environments", "", "Environments-1"},
    {"environment", "", "Environments-1"},
    {"environmentId", "", "Environments-1"},
    {"channels", "", "Channels-1"},
    {"channel", "", "Default"},
    {"taskState", "", "Queued"},
    {"states", "", "Queued"},
    {"releaseId", "", "Releases-1"},
    {"projectGroupId", "", "ProjectGroups-1"},
    {"clonedFromProjectId", "", "Projects-1"},
    {"clonedFromTenantId", "", "Tenants-1"},
    {"isDisabled", "", "false"},
    {"contentType", "", "Variables"},
    {"feedType", "feeds", "BuiltIn"},
    {"accountType", "", "UsernamePassword"},
    {"scopes", "", "Tenant"},
    {"tags", "", "Ring/A"},
    {"type", "environments", "Static"},
    {"type", "actiontemplates", "Slipway.NoOp"},
    {"searchByVersion", "", "1.0"},
    {"regarding", "", "Projects-1"},
    {"regardingAny", "", "Projects-1"},
    {"user", "", "Users-1"},
    {"users", "", "Users-1"},
    {"eventCategories", "", "Created"},
    {"documentTypes", "", "VariableSets"},
    {"appliesTo", "", "Deployments"},
    {"from", "", "2000-01-01T00:00:00Z"},
    {"to", "", "2999-01-01T00:00:00Z"},
    {"tenantId", "", "Tenants-1"},
    {"RetentionType", "", "LifecycleRelease"},
    {"node", "", ""},
    {"hasWarningsOrErrors", "", "false"},
    {"active", "", "true"},
    {"running", "", ""},
    {"Name", "", "AnyToggle"},
};

std::string own_path(const api::Route& route) {
  std::string path = "/api/Spaces-1";
  for (const std::string_view segment : split(route.pattern, '/')) {
    path += '/';
    const bool is_release = route.pattern.starts_with("releases/");
    const std::string_view first = split(route.pattern, '/').front();
    path += !segment.starts_with('{')        ? std::string(segment)
            : segment == "{userId}"          ? "Users-1"
            : segment == "{channel}"         ? "Channels-1"
            : segment == "{environment}"     ? "Environments-1"
            : is_release                     ? "Releases-1"
            : first == "lifecycles"          ? "Lifecycles-1"
            : first == "projectgroups"       ? "ProjectGroups-1"
            : first == "deploymentprocesses" ? "deploymentprocess-Projects-1"
                                             : "Projects-1";
  }
  return path;
}

/// The id or name of the first thing that the list shows.
std::string first_of(TestApi& api, const std::string& path, const char* member) {
  const Answer all = api.get(path);
  const json::array* items =
      all.body.is_array() ? &all.body.get_array() : json::array_at(all.body.as_object(), "Items");
  if (items == nullptr || items->empty()) return "";
  return std::string(json::text_at(items->front().as_object(), member).value_or(""));
}

}  // namespace

TEST_CASE("Every declared filter finds what fits it, and nothing where nothing does") {
  Furnished api;
  int tried = 0;
  for (const api::Route& route : api.server().router().routes()) {
    const bool is_feed =
        route.pattern.starts_with("feeds/{feed}/") || route.pattern.find("rule-test") != std::string::npos;
    if (route.method != "GET" || is_feed || route.media != "application/json") continue;
    const std::string path = own_path(route);
    const std::size_t all = found(api.get(path));
    for (const api::QueryParameter& parameter : route.query) {
      if (choosing_nothing().contains(parameter.name)) continue;
      CAPTURE(route.pattern);
      CAPTURE(parameter.name);
      const bool is_dashboard = route.pattern.starts_with("dashboard");
      std::string value;
      for (const Fitting& candidate : fitting) {
        if (candidate.parameter == parameter.name && route.pattern.starts_with(candidate.pattern)) {
          value = candidate.value;
          break;
        }
      }
      if (parameter.name == "ids") value = first_of(api, path, "Id");
      if (parameter.name == "name" || parameter.name == "partialName" || parameter.name == "filter") {
        value = first_of(api, path, "Name");
        if (value.empty()) value = first_of(api, path, "Username");
      }
      if (!value.empty() && all > 0 && !is_dashboard && parameter.name != "tenant" && parameter.name != "tenants") {
        CHECK_MESSAGE(found(api.get(fmt::format("{}?{}={}", path, parameter.name, percent_encode(value)))) > 0, value);
        ++tried;
      }
      if (parameter.kind == api::QueryKind::flag || parameter.name == "Name" || parameter.name == "from" ||
          parameter.name == "to") {
        continue;
      }
      for (const char* nothing : {"Nope-99", "Ring/Nope", "nothing like it"}) {
        const Answer answer = api.get(fmt::format("{}?{}={}", path, parameter.name, percent_encode(nothing)));
        ++tried;
        CHECK_MESSAGE(answer.status < 500, answer.text);
        if (is_dashboard) {
          CHECK_MESSAGE(answer["Items"].as_array().empty(), answer.text);
          CHECK(answer["IsFiltered"] == json::value(true));
        } else {
          CHECK_MESSAGE(found(answer) == 0, fmt::format("{} was taken: {}", nothing, answer.text.substr(0, 300)));
        }
      }
    }
  }
  MESSAGE(tried << " values of parameters");
  CHECK(tried > 500);
}

TEST_CASE("The dashboard shows what fits the chosen tenants, tags and release, and says that it is filtered") {
  Furnished api;
  const Answer tenanted = api.send("PUT", "/api/Spaces-1/tenants/Tenants-1/variables",
                                   R"({"ProjectVariables":{"Projects-1":{"Variables":{"Environments-1":{"t-1":"x"}}}},
                                       "LibraryVariables":{"LibraryVariableSets-1":{"Variables":{"t-2":"y"}}}})");
  REQUIRE_MESSAGE(tenanted.status == 200, tenanted.text);
  REQUIRE(api.make_release("2.0.0").status == 201);
  const Answer deployed =
      api.send("POST", "/api/Spaces-1/deployments/create/tenanted/v1",
               R"({"ProjectName":"Web","ReleaseVersion":"2.0.0","EnvironmentName":"Dev","Tenants":["Fern"]})");
  REQUIRE_MESSAGE(deployed.status == 201, deployed.text);
  api.database().write("end", [](storage::Txn& txn) {
    for (const auto& deployment : storage::list_deployments(txn, {}, storage::everything).items) {
      storage::record_ended(txn, deployment, true);
    }
  });
  const auto items = [&](const std::string& query) {
    return api.get("/api/Spaces-1/dashboard?" + query)["Items"].as_array().size();
  };
  CHECK(items("") == 2);
  CHECK(api.get("/api/Spaces-1/dashboard")["IsFiltered"] == json::value(false));
  CHECK(items("selectedTenants=Tenants-1") == 1);
  CHECK(items("selectedTenants=Tenants-2") == 0);
  CHECK(items("selectedTags=Ring/A") == 1);
  CHECK(items("releaseId=Releases-1") == 1);
  CHECK(items("releaseId=Releases-2&selectedTenants=Tenants-1") == 1);
  CHECK(items("releaseId=Releases-1&selectedTenants=Tenants-1") == 0);
}

TEST_CASE("A query parameter misspelt by one letter is refused with the right one, on every route") {
  Furnished api;
  int tried = 0;
  for (const api::Route& route : api.server().router().routes()) {
    for (const api::QueryParameter& parameter : route.query) {
      if (parameter.name.size() < 4) continue;
      std::string misspelt = parameter.name;
      misspelt.insert(2, 1, misspelt[2]);
      const auto is_that = [&](const api::QueryParameter& other) { return equals_ignoring_case(other.name, misspelt); };
      if (std::any_of(route.query.begin(), route.query.end(), is_that)) continue;
      const Answer refused =
          api.send(route.method, own_path(route) + "?" + misspelt + "=1", route.method == "GET" ? "" : "{}");
      ++tried;
      CAPTURE(route.pattern);
      CHECK_MESSAGE(refused.status == 400, refused.text);
      CHECK_MESSAGE(refused.text.find("Did you mean") != std::string::npos, refused.text);
    }
  }
  MESSAGE(tried << " misspelt parameters");
  CHECK(tried > 150);
}

TEST_CASE("A flag of the query is true or false, on every route") {
  Furnished api;
  int tried = 0;
  for (const api::Route& route : api.server().router().routes()) {
    for (const api::QueryParameter& parameter : route.query) {
      if (parameter.kind != api::QueryKind::flag) continue;
      const Answer refused =
          api.send(route.method, own_path(route) + "?" + parameter.name + "=ture", route.method == "GET" ? "" : "{}");
      ++tried;
      CHECK_MESSAGE(refused.status == 400, refused.text);
      CHECK_MESSAGE(refused.text.find(parameter.name + " must be true or false") != std::string::npos, refused.text);
    }
  }
  MESSAGE(tried << " flags");
  CHECK(tried > 10);
}
