// What the schemas declare of a member, tried on every member: secrets in whatever shape they are sent, secrets that
// are not there to keep, names with blanks, and names of members misspelt.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "api/resources/schema_walk_testing.h"
#include "base/text.h"
#include "model/values.h"
#include "storage/events.h"
#include "storage/resources.h"

using namespace slipway;
using namespace slipway::api::testing;
using model::FieldKind;

namespace {

/// A project with templates that ask for secrets, and a tenant that is connected to it.
class DeclaredApi : public TestApi {
 public:
  DeclaredApi() {
    sends_documented_bodies = false;
    make_environment("Dev");
    make_project("Web");
    json::object project = get("/api/Spaces-1/projects/Projects-1").body.as_object();
    project["Templates"] = json::parse(
        R"([{"Id":"t-secret","Name":"Password","DisplaySettings":{"Octopus.ControlType":"Sensitive"}},
            {"Id":"t-plain","Name":"Url","DisplaySettings":{"Octopus.ControlType":"SingleLineText"}}])");
    REQUIRE(put("/api/Spaces-1/projects/Projects-1", project).status == 200);
    const Answer tenant =
        post("/api/Spaces-1/tenants",
             json::parse(R"({"Name":"Fern","ProjectEnvironments":{"Projects-1":["Environments-1"]}})"));
    REQUIRE_MESSAGE(tenant.status == 201, tenant.text);
  }

  /// Everything that is stored or recorded in clear, as one text a document.
  std::map<std::string, std::string> stored() {
    return database().read([&](storage::Reader& reader) {
      std::map<std::string, std::string> texts;
      for (const model::Schema& schema : services().catalogue.all()) {
        storage::ResourceFilter filter;
        filter.type = schema.type;
        for (const auto& row : storage::list_resources(reader, filter, storage::everything).items) {
          texts[row.id] = row.body + row.name + row.slug;
        }
      }
      std::string& audit = texts["the audit trail"];
      for (const auto& event : storage::list_events(reader, {}, storage::everything).items) {
        audit += event.message + event.details;
      }
      return texts;
    });
  }
  /// Where a text stands in it; "" = nowhere.
  std::string place_of(std::string_view text) {
    for (const auto& [place, everything] : stored()) {
      if (everything.find(text) != std::string::npos) return place;
    }
    return "";
  }
};

/// Shapes in which clients and people send a secret, with the text in them.
std::vector<json::value> shapes_of(const std::string& secret) {
  return {json::value(secret),
          json::object{{"HasValue", true}, {"NewValue", secret}},
          json::object{{"NewValue", secret}},
          json::object{{"newvalue", secret}, {"hasvalue", true}},
          json::object{{"HasValue", false}, {"NewValue", secret}},
          json::object{{"HasValue", "true"}, {"NewValue", secret}},
          json::object{{"HasValue", true}, {"NewValue", secret}, {"Comment", "from the vault"}},
          json::object{{"HasValue", true}, {"NewValue", json::array{json::value(secret)}}},
          json::array{json::value(secret)}};
}

/// Ways to declare that what stands beside is a secret.
std::vector<json::object> declarations_for(FieldKind kind) {
  if (kind == FieldKind::text_or_secret) {
    return {json::parse(R"({"DisplaySettings":{"Octopus.ControlType":"Sensitive"}})").as_object(),
            json::parse(R"({"DisplaySettings":{"octopus.controltype":"sensitive"}})").as_object()};
  }
  if (kind == FieldKind::variable_value) {
    return {
        {{"IsSensitive", true}},
        {{"IsSensitive", "true"}},
        {{"issensitive", "True"}},
        {{"Type", "Sensitive"}},
        {{"Type", "sensitive"}},
        json::parse(R"({"Prompt":{"Label":"L","DisplaySettings":{"Octopus.ControlType":"Sensitive"}}})").as_object()};
  }
  return {{}};
}

bool may_hold_secrets(FieldKind kind) {
  return kind == FieldKind::secret || kind == FieldKind::text_or_secret || kind == FieldKind::variable_value;
}

/// Members that no schema knows, whose names say what they hold.
constexpr const char* telling_names[] = {
    "NewPassword",       "ApiToken", "ClientSecret", "PrivateKey", "passphrase",        "api_key",
    "x-auth-token",      "DbPwd",    "passwd",       "Credential", "ClientSecretValue", "ConnectionString",
    "storage.accountkey"};

/// What stands under such a name, with the secret in it.
std::vector<json::value> telling_values(const std::string& secret) {
  return {json::value(secret), json::array{json::value(secret)}, json::object{{"Username", "robot"}, {"Value", secret}},
          json::object{{"Basic", json::object{{"Key", secret}}}},
          json::array{json::object{{"Id", "a-1"}, {"Data", secret}}}};
}

/// Addresses with a secret in them.
std::vector<std::string> telling_addresses(const std::string& secret) {
  return {"https://robot:" + secret + "@packages.test/",       "https://packages.test/v3?password=" + secret,
          "https://packages.test/?a=1&access_token=" + secret, "https://packages.test/blob?se=2030&sig=" + secret,
          "https://packages.test/#id=1;ApiKey=" + secret,      "https://packages.test/?pass%77ord=" + secret};
}

}  // namespace

TEST_CASE("Whatever is declared a secret is stored as one or refused, in whichever shape it is sent") {
  DeclaredApi api;
  Writer writer(api);
  int tried = 0;
  std::map<std::string, std::string> sent;  // canary → what it was sent as
  const auto canary_for = [&](const Member& member) {
    return fmt::format("canary-{}-{}-yellow", sent.size(), member.field().name);
  };
  const auto send = [&](const Member& member, std::string_view name, const json::value& value,
                        const std::string& canary, const json::object& siblings) {
    const Answer answer = writer.write_with(member, name, value, siblings);
    ++tried;
    sent[canary] +=
        fmt::format("{} {} = {} beside {}\n", member.name(), name, json::to_text(value), json::to_text(siblings));
    CHECK_MESSAGE(answer.status < 500, sent[canary] << answer.text);
    CHECK_MESSAGE(answer.text.find(canary) == std::string::npos, sent[canary] << answer.text);
  };
  for (const Member& member : members_of(api.services().catalogue)) {
    const FieldKind kind = member.field().kind;
    if (may_hold_secrets(kind)) {
      for (const json::object& siblings : declarations_for(kind)) {
        const std::string canary = canary_for(member);
        for (const json::value& shape : shapes_of(canary)) send(member, member.field().name, shape, canary, siblings);
      }
    } else if (kind == FieldKind::properties || kind == FieldKind::json) {
      const std::string canary = canary_for(member);
      for (const json::value& shape : shapes_of(canary)) {
        if (!shape.is_object()) continue;  // a property that is a text is declared as one
        const bool is_list = member.field().fallback.is_array();
        json::value holder = is_list ? json::value(json::array{json::object{{"Deep", shape}}})
                                     : json::value(json::object{{"Deep", shape}});
        send(member, member.field().name, holder, canary, {});
      }
    }
  }
  // Members that no schema knows, at every level that has members.
  std::set<std::string> levels;
  for (const Member& member : members_of(api.services().catalogue)) {
    std::string level = member.name();
    level.resize(level.rfind('.'));
    if (member.is_dimension() || !levels.insert(level + member.kind).second) continue;
    for (const char* name : telling_names) {
      const std::string canary = canary_for(member);
      for (const json::value& value : telling_values(canary)) send(member, name, value, canary, {});
    }
    const std::string canary = canary_for(member);
    for (const std::string& address : telling_addresses(canary)) {
      send(member, "MirrorUri", json::value(address), canary, {});
      send(member, "Mirror", json::value(address), canary, {});
    }
  }
  for (const auto& [place, text] : api.stored()) {
    for (auto at = text.find("canary-"); at != std::string::npos; at = text.find("canary-", at + 1)) {
      const std::string canary = text.substr(at, text.find("-yellow", at) + std::string("-yellow").size() - at);
      FAIL_CHECK(sent[canary] << canary << " stands in " << place);
    }
  }
  MESSAGE(tried << " secrets");
  CHECK(tried > 500);
}

TEST_CASE("An address that holds a password is refused by every member whose name says that it is one") {
  DeclaredApi api;
  Writer writer(api);
  int tried = 0;
  for (const Member& member : members_of(api.services().catalogue)) {
    const std::string& name = member.field().name;
    const bool is_address = name.ends_with("Uri") || name.ends_with("Url") || name == "RegistryPath";
    if (member.field().kind != FieldKind::text || !is_address) continue;
    std::vector<std::string> addresses = telling_addresses("s3cretword");
    addresses.insert(addresses.end(), {"https://s3cretword@packages.test", "robot:s3cretword@packages.test/v3",
                                       R"(https:\\robot:s3cretword@packages.test)"});
    for (const std::string& address : addresses) {
      const Answer answer = writer.write_with(member, json::value(address));
      ++tried;
      CAPTURE(member.name());
      CHECK_MESSAGE(answer.status == 400, answer.text);
      CHECK_MESSAGE(answer.text.find(name) != std::string::npos, answer.text);
      CHECK(answer.text.find("s3cretword") == std::string::npos);
      CHECK(api.place_of("s3cretword").empty());
    }
  }
  MESSAGE(tried << " addresses");
  CHECK(tried > 10);
}

TEST_CASE("A tenant's value for a template that asks for a secret is one, also where the template asks only later") {
  DeclaredApi api;
  const std::string path = "/api/Spaces-1/tenants/Tenants-1/variables";
  const auto give = [&](const char* member, const json::value& value) {
    return api.put(
        path, json::object{
                  {"ProjectVariables",
                   json::object{{"Projects-1",
                                 json::object{{"Variables",
                                               json::object{{"Environments-1", json::object{{member, value}}}}}}}}}});
  };
  int tried = 0;
  for (const json::value& shape : shapes_of("canary-of-fern")) {
    const Answer answer = give("t-secret", shape);
    ++tried;
    CAPTURE(json::to_text(shape));
    CHECK(answer.text.find("canary-of-fern") == std::string::npos);
    CHECK(api.place_of("canary-of-fern").empty());
  }
  MESSAGE(tried << " shapes");
  REQUIRE(give("t-plain", "http://canary-of-ivy").status == 200);
  CHECK(api.get(path).text.find("canary-of-ivy") != std::string::npos);
  json::object project = api.get("/api/Spaces-1/projects/Projects-1").body.as_object();
  project["Templates"].as_array()[1].as_object()["DisplaySettings"] =
      json::object{{"Octopus.ControlType", "Sensitive"}};
  REQUIRE(api.put("/api/Spaces-1/projects/Projects-1", project).status == 200);
  CHECK(api.get(path).text.find("canary-of-ivy") == std::string::npos);
  CHECK(api.get(path)["ProjectVariables"]
            .at("Projects-1")
            .at("Variables")
            .at("Environments-1")
            .at("t-plain")
            .at("HasValue") == json::value(true));
}

TEST_CASE("A tenant's values name projects, environments and templates that are there") {
  DeclaredApi api;
  const std::string path = "/api/Spaces-1/tenants/Tenants-1/variables";
  for (const char* body : {R"({"ProjectVariables":{"Projects-99":{"Variables":{"Environments-1":{"t-plain":"x"}}}}})",
                           R"({"ProjectVariables":{"Projects-1":{"Variables":{"Environments-99":{"t-plain":"x"}}}}})",
                           R"({"ProjectVariables":{"Projects-1":{"Variables":{"Environments-1":{"t-plian":"x"}}}}})",
                           R"({"LibraryVariables":{"LibraryVariableSets-9":{"Variables":{"t-plain":"x"}}}})"}) {
    CAPTURE(body);
    CHECK(api.send("PUT", path, body).status == 400);
  }
  CHECK(api.put(path, api.get(path).body).status == 200);
}

TEST_CASE("A tenant's values are refused where it has nothing to do with the project, environment or library set") {
  DeclaredApi api;
  api.make_environment("Staging");
  api.make_project("Other");
  json::object other = api.get("/api/Spaces-1/projects/Projects-2").body.as_object();
  const json::value asking = json::parse(R"([{"Id":"t-other","Name":"Url"}])");
  other["Templates"] = asking;
  REQUIRE(api.put("/api/Spaces-1/projects/Projects-2", other).status == 200);
  REQUIRE(
      api.post("/api/Spaces-1/libraryvariablesets", json::object{{"Name", "Shared"}, {"Templates", asking}}).status ==
      201);
  const std::string path = "/api/Spaces-1/tenants/Tenants-1/variables";
  for (const auto& [body, named] :
       {std::pair{R"({"ProjectVariables":{"Projects-1":{"Variables":{"Environments-2":{"t-plain":"x"}}}}})",
                  "ProjectVariables.Projects-1.Environments-2: the tenant is not connected to this environment"},
        std::pair{R"({"ProjectVariables":{"Projects-2":{"Variables":{"Environments-1":{"t-other":"x"}}}}})",
                  "ProjectVariables.Projects-2: the tenant is not connected to this project"},
        std::pair{R"({"LibraryVariables":{"LibraryVariableSets-1":{"Variables":{"t-other":"x"}}}})",
                  "LibraryVariables.LibraryVariableSets-1: no project that the tenant is connected to includes"}}) {
    CAPTURE(body);
    const Answer refused = api.send("PUT", path, body);
    CHECK(refused.status == 400);
    CHECK_MESSAGE(refused.text.find(named) != std::string::npos, refused.text);
  }
  // Empty maps are what clients send of what they don't fill in; and what was stored may be sent back once the tenant
  // is no longer connected.
  const char* empty = R"({"ProjectVariables":{"Projects-1":{"Variables":{"Environments-2":{}}}}})";
  CHECK(api.send("PUT", path, empty).status == 200);
  const char* stored = R"({"ProjectVariables":{"Projects-1":{"Variables":{"Environments-1":{"t-plain":"kept"}}}}})";
  REQUIRE(api.send("PUT", path, stored).status == 200);
  json::object tenant = api.get("/api/Spaces-1/tenants/Tenants-1").body.as_object();
  tenant["ProjectEnvironments"] = json::object{{"Projects-1", json::array()}};
  REQUIRE(api.put("/api/Spaces-1/tenants/Tenants-1", tenant).status == 200);
  CHECK(api.send("PUT", path, stored).status == 200);
}

TEST_CASE("Two items of one name are refused wherever items are told apart by their names") {
  DeclaredApi api;
  Writer writer(api);
  int tried = 0;
  for (const Member& member : members_of(api.services().catalogue)) {
    const auto& fields = member.field().fields;
    const auto name = std::ranges::find_if(fields, [](const model::Field& field) { return field.is_name; });
    if (member.field().kind != FieldKind::objects || name == fields.end()) continue;
    if (member.name() == "VariableSet.Variables") continue;  // whose scopes tell them apart
    CAPTURE(member.name());
    const auto item = [&](const char* text) {
      json::object one;
      complete(one, pointers_to(fields));
      one[name->name] = text;
      return one;
    };
    for (const auto& [first, second] : {std::pair{"Web", "Web"}, std::pair{"Web", "web"}, std::pair{"Web", " Web"}}) {
      const Answer refused = writer.write_with(member, json::array{item(first), item(second)});
      ++tried;
      CHECK_MESSAGE(refused.status == 400, refused.text);
      CHECK_MESSAGE(refused.text.find(member.field().name) != std::string::npos, refused.text);
    }
    const Answer taken = writer.write_with(member, json::array{item("Web"), item("Api")});
    CHECK_MESSAGE(taken.status / 100 == 2, taken.text);
  }
  MESSAGE(tried << " pairs of items");
  CHECK(tried >= 21);
}

TEST_CASE("A template's name that stood twice before may stay, and blank names are as many as one likes") {
  DeclaredApi api;
  const std::string path = "/api/Spaces-1/projects/Projects-1";
  json::object project = api.get(path).body.as_object();
  project["Templates"] = json::parse(R"([{"Name":""},{"Name":""}])");
  CHECK(api.put(path, project).status == 200);
  const json::value twice = json::parse(R"([{"Id":"a","Name":"Url"},{"Id":"b","Name":"url"}])");
  api.database().write("as it was before", [&](storage::Txn& txn) {
    auto row = storage::find_resource(txn, "Projects-1").value();
    json::object stored = json::parse(row.body).as_object();
    stored["Templates"] = twice;
    row.body = json::to_text(stored);
    storage::update_resource(txn, row);
  });
  project = api.get(path).body.as_object();
  project["Description"] = "changed";
  CHECK(api.put(path, project).status == 200);
}

TEST_CASE("An AWS region that nobody knows is warned of wherever one is declared") {
  DeclaredApi api;
  Writer writer(api);
  int tried = 0;
  const auto warnings_of = [](const Answer& written) {
    REQUIRE_MESSAGE(written.status / 100 == 2, written.text);
    const json::value* warnings = written.body.as_object().if_contains("Warnings");
    return warnings == nullptr ? std::string() : json::to_text(*warnings);
  };
  for (const Member& member : members_of(api.services().catalogue)) {
    if (member.field().name != "Region") continue;
    CAPTURE(member.kind);
    const json::object siblings =
        member.kind == "AmazonWebServicesRoleAccount" ? json::object{{"RoleArn", "x"}} : json::object();
    ++tried;
    const std::string warned = warnings_of(writer.write_with(member, "Region", "eu-wset-1", siblings));
    CHECK_MESSAGE(
        warned.find(R"(Region: 'eu-wset-1' is no AWS region that this server knows. Did you mean \"eu-west-1\"?)") !=
            std::string::npos,
        warned);
    CHECK(warnings_of(writer.write_with(member, "Region", "eu-west-1", siblings)) == "");
  }
  CHECK(tried == 6);
  const auto process = [&](const char* region) {
    return api.put("/api/Spaces-1/projects/Projects-1/deploymentprocesses",
                   json::parse(fmt::format(R"({{"Steps":[{{"Name":"S","Actions":[{{"Name":"A",
                       "ActionType":"Slipway.EcsService","Properties":{{"Octopus.Action.Aws.Region":"{}"}}}}]}}]}})",
                                           region)));
  };
  CHECK(warnings_of(process("eu-wset-1")).find("Step 'A': Octopus.Action.Aws.Region: 'eu-wset-1' is no AWS region") !=
        std::string::npos);
  for (const char* good : {"eu-west-1", "#{Region}", ""}) {
    CHECK(warnings_of(process(good)).find("no AWS region") == std::string::npos);
  }
}

TEST_CASE("What a document may leave out takes what the contract says, and the rest is asked for by its name") {
  DeclaredApi api;
  Writer writer(api);
  int required = 0;
  for (const Member& member : members_of(api.services().catalogue)) {
    if (!member.field().is_required || member.path.size() > 1 || member.schema->verbs.create == false) continue;
    CAPTURE(member.name());
    json::object document = writer.least(*member.schema, member.kind);
    document.erase(member.field().name);
    const Answer refused = writer.write(*member.schema, document);
    ++required;
    CHECK_MESSAGE(refused.status == 400, refused.text);
    CHECK_MESSAGE(refused.text.find(member.field().name) != std::string::npos, refused.text);
  }
  MESSAGE(required << " required members");
  struct Default {
    const char *path, *body, *member, *value;
  };
  constexpr Default defaults[] = {
      {"/api/Spaces-1/libraryvariablesets", R"({"Name":"A"})", "ContentType", "Variables"},
      {"/api/Spaces-1/libraryvariablesets", R"({"Name":"B","ContentType":""})", "ContentType", "Variables"},
      {"/api/Spaces-1/libraryvariablesets", R"({"Name":"C","ContentType":null})", "ContentType", "Variables"},
      {"/api/Spaces-1/workerpools", R"({"Name":"A"})", "WorkerPoolType", "StaticWorkerPool"},
      {"/api/users", R"({"Username":"jane"})", "DisplayName", "jane"},
      {"/api/Spaces-1/accounts", R"({"Name":"A","AccountType":"None"})", "TenantedDeploymentParticipation",
       "Untenanted"},
      {"/api/Spaces-1/tagsets", R"({"Name":"A"})", "Type", "MultiSelect"},
  };
  for (const auto& [path, body, member, value] : defaults) {
    CAPTURE(body);
    const Answer made = api.send("POST", path, body);
    REQUIRE_MESSAGE(made.status == 201, made.text);
    CHECK(made.str(member) == value);
    CHECK(api.put(made["Links"].at("Self").as_string().c_str(), made.body).status == 200);
  }
}

TEST_CASE("A tenant's values at a wrong level are refused, and those that are stored stay") {
  DeclaredApi api;
  const std::string path = "/api/Spaces-1/tenants/Tenants-1/variables";
  const char* stored = R"({"ProjectVariables":{"Projects-1":{"Variables":{"Environments-1":{"t-plain":"kept"}}}}})";
  REQUIRE(api.send("PUT", path, stored).status == 200);
  for (const auto& [body, named] :
       {std::pair{R"({"ProjectVariables":{"Projects-1":{"Environments-1":{"t-plain":"x"}}}})",
                  "ProjectVariables.Projects-1.Environments-1 is no known member; values stand in"},
        std::pair{R"({"ProjectVariables":{"Projects-1":{"Variable":{"Environments-1":{"t-plain":"x"}}}}})",
                  "ProjectVariables.Projects-1.Variable is no known member"},
        std::pair{R"({"ProjectVariables":{"Projects-1":{"Variables":{"t-plain":"x"}}}})",
                  "first comes the environment"},
        std::pair{R"({"ProjectVariables":{"Projects-1":{"Variables":[]}}})", "must be an object of values"},
        std::pair{R"({"ProjectVariables":{"Projects-1":"x"}})", "ProjectVariables.Projects-1 must be an object"},
        std::pair{R"({"LibraryVariables":{"LibraryVariableSets-1":{"t-plain":"x"}}})",
                  "LibraryVariables.LibraryVariableSets-1.t-plain is no known member"}}) {
    CAPTURE(body);
    const Answer answer = api.send("PUT", path, body);
    CHECK(answer.status == 400);
    CHECK_MESSAGE(answer.text.find(named) != std::string::npos, answer.text);
    CHECK(api.get(path).text.find("kept") != std::string::npos);
  }
}

TEST_CASE("A secret that is to be kept where none is stored is refused, wherever a secret may stand") {
  DeclaredApi api;
  Writer writer(api);
  int tried = 0;
  const json::object kept{{"HasValue", true}, {"NewValue", nullptr}, {"Hint", nullptr}};
  for (const Member& member : members_of(api.services().catalogue)) {
    if (!may_hold_secrets(member.field().kind)) continue;
    for (const json::object& siblings : declarations_for(member.field().kind)) {
      const Answer answer = writer.write_with(member, member.field().name, kept, siblings);
      ++tried;
      CAPTURE(member.name());
      CHECK_MESSAGE(answer.status == 400, answer.text);
      CHECK_MESSAGE(answer.text.find("no stored value") != std::string::npos, answer.text);
      CHECK_MESSAGE(answer.text.find(member.field().name) != std::string::npos, answer.text);
    }
  }
  MESSAGE(tried << " secrets");
  CHECK(tried > 20);
}

TEST_CASE("A sensitive variable that comes back without its Id and value is refused, with its Id it keeps its value") {
  DeclaredApi api;
  const std::string path = "/api/Spaces-1/variables/variableset-Projects-1";
  const auto put = [&](const char* variable) {
    return api.send("PUT", path, fmt::format(R"({{"Variables":[{}]}})", variable));
  };
  const Answer made = put(R"({"Name":"P","IsSensitive":true,"Value":"s3cret"})");
  REQUIRE(made.status == 200);
  for (const char* value : {"null", R"("")"}) {
    CAPTURE(value);
    const Answer refused = put(fmt::format(R"({{"Name":"P","IsSensitive":true,"Value":{}}})", value).c_str());
    CHECK(refused.status == 400);
    CHECK_MESSAGE(refused.text.find("Variables[0].Value of the sensitive variable 'P' is blank") != std::string::npos,
                  refused.text);
  }
  CHECK(put(R"({"Name":"P","IsSensitive":true})").status == 400);
  CHECK(api.put(path, made.body).status == 200);
  CHECK(put(R"({"Name":"Asked","IsSensitive":true,"Value":null,"Prompt":{"Label":"L"}})").status == 200);
}

TEST_CASE("A member misspelt by one letter is refused with the right name, in every schema") {
  DeclaredApi api;
  Writer writer(api);
  int tried = 0;
  for (const Member& member : members_of(api.services().catalogue)) {
    const std::string& name = member.field().name;
    if (name.size() < 5) continue;
    std::string without_one = name, swapped = name, doubled = name;
    without_one.erase(name.size() / 2, 1);
    std::swap(swapped[1], swapped[2]);
    doubled.insert(2, 1, name[2]);
    for (const std::string& misspelt : {without_one, swapped, doubled}) {
      if (equals_ignoring_case(misspelt, name)) continue;
      const Answer answer = writer.write_with(
          member, misspelt, member.is_dimension() ? json::value(json::array{"x"}) : harmless(member.field()));
      ++tried;
      CAPTURE(member.name());
      CAPTURE(misspelt);
      CHECK_MESSAGE(answer.status == 400, answer.text);
      CHECK_MESSAGE(answer.text.find(misspelt) != std::string::npos, answer.text);
      CHECK_MESSAGE(answer.text.find("Did you mean") != std::string::npos, answer.text);
    }
  }
  MESSAGE(tried << " misspelt members");
  CHECK(tried > 500);
}

TEST_CASE("A misspelt type or control is refused wherever one stands, since it could make plain text of a secret") {
  DeclaredApi api;
  Writer writer(api);
  int tried = 0;
  const auto is_refused = [&](const Member& member, const json::value& value, std::string_view meant) {
    const Answer answer = writer.write_with(member, member.field().name, value,
                                            {{"DefaultValue", "canary-hunter2"}, {"Value", "canary-hunter2"}});
    ++tried;
    CHECK_MESSAGE(answer.status == 400, member.name() << " " << answer.text);
    CHECK_MESSAGE(answer.text.find(fmt::format("Did you mean \\\"{}\\\"?", meant)) != std::string::npos, answer.text);
    CHECK(api.place_of("canary-hunter2") == "");
  };
  int places = 0;
  for (const Member& member : members_of(api.services().catalogue)) {
    if (member.field().name == "DisplaySettings") {
      ++places;
      for (const char* control : {"Sensitve", "Senstive", "Sensitives"}) {
        is_refused(member, json::object{{"Octopus.ControlType", control}}, "Sensitive");
      }
      is_refused(member, json::object{{"Octopus.ControlTyp", "Sensitive"}}, "Octopus.ControlType");
    }
    if (member.schema->type == "VariableSet" && member.field().name == "Type") {
      for (const char* type : {"Sensitve", "Senstive", "Sensitives"})
        is_refused(member, json::value(type), "Sensitive");
    }
  }
  CHECK(places >= 3);  // of prompts, and of templates of projects and of library sets
  MESSAGE(tried << " misspelt types and controls");
  const Answer unknown = api.put("/api/Spaces-1/variables/variableset-Projects-1",
                                 json::parse(R"({"Variables":[{"Name":"P","Value":"canary","Type":"Password"}]})"));
  CHECK_MESSAGE(unknown.text.find("Variables[0].Type must be one of String, Sensitive") != std::string::npos,
                unknown.text);
}

TEST_CASE("Members that no schema knows are kept for the clients that send them") {
  DeclaredApi api;
  const Answer made = api.send("POST", "/api/Spaces-1/environments",
                               R"({"Name":"E","Colour":"red","Nested":{"Names":["a"]},"PasswordRequired":true})");
  REQUIRE_MESSAGE(made.status == 201, made.text);
  CHECK(made.str("Colour") == "red");
  CHECK(made["Nested"].at("Names").at(0) == "a");
  CHECK(made["PasswordRequired"] == json::value(true));
}

TEST_CASE("Names are trimmed of every script's blanks, and take no control characters") {
  DeclaredApi api;
  Writer writer(api);
  int tried = 0;
  for (const Member& member : members_of(api.services().catalogue)) {
    if (!member.field().is_name || member.name() == "RateLimitingPolicy.Name") continue;  // which stays as it is
    CAPTURE(member.name());
    const std::string name = fmt::format("Typed {}", ++tried);
    const Answer written = writer.write_with(member, json::value(" \xc2\xa0" + name + "\xe2\x80\x8b\t\n"));
    REQUIRE_MESSAGE(written.status / 100 == 2, written.text);
    CHECK_MESSAGE(written.text.find("\"" + name + "\"") != std::string::npos, written.text);
    for (const char* bad : {"a\nb", "a\tb", "a\x1b[31m", "abc\xe2\x80\xaetxt"}) {
      const Answer refused = writer.write_with(member, bad);
      CHECK_MESSAGE(refused.status == 400, refused.text);
      CHECK_MESSAGE(refused.text.find(member.field().name) != std::string::npos, refused.text);
    }
  }
  MESSAGE(tried << " names");
  CHECK(tried > 15);
}

TEST_CASE("Names that a filter or a call could not express are refused") {
  DeclaredApi api;
  for (const char* tag : {"A,B", "A/B"}) {
    CAPTURE(tag);
    CHECK(api.post("/api/Spaces-1/tagsets",
                   json::object{{"Name", "Ring"}, {"Tags", json::array{json::object{{"Name", tag}}}}})
              .status == 400);
    CHECK(api.post("/api/Spaces-1/tagsets", json::object{{"Name", tag}}).status == 400);
  }
  CHECK(api.post("/api/Spaces-1/tenants", json::object{{"Name", "*"}}).status == 400);
}

TEST_CASE("A required member that an update keeps when absent is kept when blank, too") {
  TestApi api;
  const std::string path = "/api/Spaces-1/retentionpolicies/RetentionPolicies-1";
  const std::string name = api.get(path).str("Name");
  for (const char* blank : {R"("")", R"(" ")", "null"}) {
    CAPTURE(blank);
    const Answer kept = api.send("PUT", path, fmt::format(R"({{"Name":{},"Strategy":"Forever"}})", blank));
    CHECK_MESSAGE(kept.status == 200, kept.text);
    CHECK(kept.str("Name") == name);
  }
}

TEST_CASE("A project's release creation settings come back as they were sent") {
  TestApi api;
  json::object project = api.make_project("Web").body.as_object();
  project["AutoCreateRelease"] = true;
  project["ReleaseCreationStrategy"] = json::object();
  const Answer saved = api.put("/api/Spaces-1/projects/Projects-1", project);
  CHECK_MESSAGE(saved.status == 200, saved.text);
  for (const char* id : {"", "step-1"}) {
    project["ReleaseCreationStrategy"] = json::object{{"ReleaseCreationPackageStepId", id}};
    CHECK(api.put("/api/Spaces-1/projects/Projects-1", project)["ReleaseCreationStrategy"].at(
              "ReleaseCreationPackageStepId") == json::value(id));
  }
}
