// An id of another space means as little as one that nobody has: in an address, in a query, in a body.
#include <fmt/format.h>

#include <map>

#include "api/delivery/delivery_testing.h"
#include "base/text.h"
#include "storage/resources.h"

using namespace slipway;
using namespace slipway::api::testing;

namespace {

/// Spaces-1 with a delivery of its own, and Spaces-2 with one document of every kind.
class Neighbours : public DeliveryApi {
 public:
  Neighbours() {
    REQUIRE(make_release("1.0.0").status == 201);
    REQUIRE(deploy("1.0.0", "Dev").status == 201);
    make("/api/spaces", R"({"Name":"Other","SpaceManagersTeamMembers":["Users-1"]})");
    const std::string s = "/api/Spaces-2/";
    make(s + "environments", R"({"Name":"Dev"})");
    make(s + "libraryvariablesets", R"({"Name":"Shared","ContentType":"Variables"})");
    make(s + "feeds", R"({"Name":"Hub","FeedType":"NuGet"})");
    make(s + "accounts", R"({"Name":"A","AccountType":"UsernamePassword"})");
    make(s + "tagsets", R"({"Name":"Ring","Tags":[{"Name":"A"}]})");
    const std::string project =
        make(s + "projects", R"({"Name":"Web","LifecycleId":"Lifecycles-2","ProjectGroupId":"ProjectGroups-2"})");
    make(s + "tenants", fmt::format(R"({{"Name":"Fern","ProjectEnvironments":{{"{}":[]}}}})", project));
    make(s + "releases/create/v1", R"({"ProjectName":"Web","ReleaseVersion":"1.0.0"})");
    make(s + "deployments/create/untenanted/v1",
         R"({"ProjectName":"Web","ReleaseVersion":"1.0.0","EnvironmentNames":["Dev"]})");
  }

  std::string make(const std::string& path, const std::string& body) {
    const Answer made = send("POST", path, body);
    REQUIRE_MESSAGE(made.status == 201, made.text);
    return made.body.as_object().contains("Id") ? made.id() : "";
  }

  /// The ids that only Spaces-2 has, each with one like it that nobody has.
  std::map<std::string, std::string> foreign_ids() {
    std::map<std::string, std::string> ids;
    for (const model::Schema& schema : services().catalogue.all()) {
      if (schema.scope == model::Scope::system) continue;
      storage::ResourceFilter filter;
      filter.type = schema.type;
      filter.space = "Spaces-2";
      const auto rows = database().read(
          [&](storage::Reader& r) { return storage::list_resources(r, filter, storage::everything).items; });
      for (const auto& row : rows) ids.emplace(row.id, nobodys(row.id));
    }
    for (const char* list : {"releases", "deployments", "tasks", "events"}) {
      const Answer all = get(fmt::format("/api/Spaces-2/{}", list));
      for (const json::value& item : all.items()) {
        const std::string id(json::view(item.at("Id").as_string()));
        ids.emplace(id, nobodys(id));
      }
    }
    const Answer releases = get("/api/Spaces-2/releases");
    for (const char* member : {"ProjectVariableSetSnapshotId", "ProjectDeploymentProcessSnapshotId"}) {
      const std::string id(json::view(releases.items().at(0).at(member).as_string()));
      ids.emplace(id, id.substr(0, id.size() - 5) + "ZZZZZ");
    }
    return ids;
  }

 private:
  static std::string nobodys(const std::string& id) {
    return id.substr(0, id.find_last_not_of("0123456789") + 1) + "987654";
  }
};

std::string without(std::string text, std::string_view id) {
  for (const std::string& spelling : {std::string(id), to_lower_ascii(id)}) {
    for (auto at = text.find(spelling); at != std::string::npos; at = text.find(spelling, at + 2)) {
      text.replace(at, spelling.size(), "ID");
    }
  }
  return text;
}

/// What the parameter of a pattern means in Spaces-1, so that the one behind it is asked for at all.
std::string own_id(const api::Route& route, std::string_view parameter) {
  if (parameter == "{release}") return "Releases-1";
  if (parameter == "{environment}") return "Environments-1";
  if (parameter == "{channel}") return "Channels-1";
  if (parameter == "{feed}") return "feeds-builtin";
  if (parameter == "{userId}") return "Users-1";
  if (parameter == "{version}") return "1.0.0";
  const std::string_view collection = split(route.pattern, '/').front();
  if (collection == "lifecycles") return "Lifecycles-1";
  if (collection == "projectgroups") return "ProjectGroups-1";
  return "Projects-1";
}

/// The address in Spaces-1 whose `at`-th parameter is `id`.
std::string address(const api::Route& route, std::size_t at, const std::string& id) {
  std::string path = "/api/Spaces-1";
  std::size_t position = 0;
  for (const std::string_view segment : split(route.pattern, '/')) {
    path += '/';
    if (!segment.starts_with('{')) {
      path += segment;
    } else {
      path += position++ == at ? id : own_id(route, segment);
    }
  }
  return path;
}

std::size_t parameters_in(const api::Route& route) {
  return static_cast<std::size_t>(std::count(route.pattern.begin(), route.pattern.end(), '{'));
}

}  // namespace

TEST_CASE("No address leads to what another space has") {
  Neighbours api;
  int tried = 0;
  const auto ids = api.foreign_ids();
  for (const api::Route& route : api.server().router().routes()) {
    if (route.pattern.starts_with('/') || route.pattern == "space root") continue;
    for (std::size_t at = 0; at < parameters_in(route); ++at) {
      for (const auto& [foreign, nobodys] : ids) {
        const std::string body = route.method == "GET" ? "" : "{}";
        const Answer there = api.send(route.method, address(route, at, foreign), body);
        const Answer nowhere = api.send(route.method, address(route, at, nobodys), body);
        ++tried;
        if (there.status == nowhere.status && without(there.text, foreign) == without(nowhere.text, nobodys)) continue;
        FAIL_CHECK(fmt::format("{} {} {}: {} {}\n{} {}", route.method, route.pattern, foreign, there.status, there.text,
                               nowhere.status, nowhere.text));
      }
    }
  }
  MESSAGE(tried << " addresses");
  CHECK(tried > 5000);
  CHECK(api.get("/api/Spaces-2/projects/Web").status == 200);  // nothing of it was changed or deleted
  CHECK(api.get("/api/Spaces-2/tenants/Fern").status == 200);
}

TEST_CASE("No query finds or counts what another space has") {
  Neighbours api;
  int tried = 0;
  const auto ids = api.foreign_ids();
  for (const api::Route& route : api.server().router().routes()) {
    if (route.method != "GET" || route.pattern.starts_with('/') || route.pattern == "space root") continue;
    const std::string path = address(route, 99, "");
    for (const api::QueryParameter& parameter : route.query) {
      if (parameter.kind == api::QueryKind::number || parameter.kind == api::QueryKind::flag) continue;
      for (const auto& [foreign, nobodys] : ids) {
        const Answer there = api.get(fmt::format("{}?{}={}", path, parameter.name, foreign));
        const Answer nowhere = api.get(fmt::format("{}?{}={}", path, parameter.name, nobodys));
        ++tried;
        if (there.status == nowhere.status && without(there.text, foreign) == without(nowhere.text, nobodys)) continue;
        FAIL_CHECK(fmt::format("{}?{}={}: {} {}\n{} {}", path, parameter.name, foreign, there.status, there.text,
                               nowhere.status, nowhere.text));
      }
    }
  }
  MESSAGE(tried << " queries");
  CHECK(tried > 3000);
}

TEST_CASE("No member of a delivery's body reaches into another space") {
  Neighbours api;
  struct Body {
    const char* path;
    const char* body;
  };
  constexpr Body bodies[] = {
      {"releases/create/v1",
       R"({"ProjectName":"Web","ReleaseVersion":"2.0.0","ChannelName":"Default","PackageVersion":"1"})"},
      {"releases", R"({"ProjectId":"Projects-1","ChannelId":"Channels-1","Version":"2.0.0","SelectedPackages":[]})"},
      {"deployments/create/untenanted/v1",
       R"({"ProjectName":"Web","ReleaseVersion":"1.0.0","EnvironmentNames":["Dev"],"SkipStepNames":[],"SpecificMachineNames":[]})"},
      {"deployments/create/tenanted/v1",
       R"({"ProjectName":"Web","ReleaseVersion":"1.0.0","EnvironmentName":"Dev","Tenants":["*"],"TenantTags":["Ring/A"]})"},
      {"deployments",
       R"({"ReleaseId":"Releases-1","EnvironmentId":"Environments-1","TenantId":"x","SkipActions":[],"SpecificMachineIds":[]})"},
      {"releases/Releases-1/deployments/previews",
       R"({"DeploymentPreviews":[{"EnvironmentId":"Environments-1","TenantId":""}]})"},
      {"channels/rule-test", R"({"Version":"1.0","VersionRange":"","FeedId":"x"})"},
  };
  int tried = 0;
  const auto ids = api.foreign_ids();
  for (const auto& [path, text] : bodies) {
    const json::object whole = json::parse(text).as_object();
    for (const auto& member : whole) {
      if (member.key() == "Version" || member.key() == "ReleaseVersion") continue;  // any text is one
      for (const auto& [foreign, nobodys] : ids) {
        const auto sent = [&](const std::string& id) {
          json::object body = whole;
          json::value& v = body[member.key()];
          if (v.is_array() && !v.get_array().empty() && v.get_array().front().is_object()) {
            v.get_array().front().as_object()["EnvironmentId"] = id;
          } else if (v.is_array()) {
            v = json::array{json::value(id)};
          } else {
            v = id;
          }
          return api.post(fmt::format("/api/Spaces-1/{}", path), body);
        };
        const Answer there = sent(foreign);
        if (there.status / 100 == 2) continue;  // a text that may be anything
        const Answer nowhere = sent(nobodys);
        ++tried;
        if (there.status == nowhere.status && without(there.text, foreign) == without(nowhere.text, nobodys)) continue;
        FAIL_CHECK(fmt::format("{} {} {}: {} {}\n{} {}", path, std::string_view(member.key()), foreign, there.status,
                               there.text, nowhere.status, nowhere.text));
      }
    }
  }
  MESSAGE(tried << " members");
  CHECK(tried > 300);
}
