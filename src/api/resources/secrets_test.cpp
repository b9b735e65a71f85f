// Secrets go in and never come out.
#include "api/testing.h"
#include "base/secret_limit.h"
#include "model/values.h"
#include "storage/events.h"
#include "storage/resources.h"

using namespace slipway;
using namespace slipway::api::testing;

namespace {

std::string stored_body(TestApi& api, std::string_view id) {
  return api.database().read([&](storage::Reader& r) { return storage::find_resource(r, id)->body; });
}

/// The secrets in a stored document, revealed.
std::vector<std::string> revealed(TestApi& api, const std::string& id) {
  const json::value document = json::parse(stored_body(api, id));
  return api.database().read([&](storage::Reader& r) {
    std::vector<std::string> values;
    for (const std::string& secret : model::secrets_in(document)) {
      values.emplace_back(api.services().vault.get(r, secret, id)->reveal());
    }
    return values;
  });
}

using Values = std::vector<std::string>;

}  // namespace

TEST_CASE("An account's key is kept until a new one is sent, and shown to nobody") {
  TestApi api;
  const Answer made = api.send(
      "POST", "/api/Spaces-1/accounts",
      R"({"Name":"A","AccountType":"AmazonWebServicesAccount","AccessKey":"AK","SecretKey":{"HasValue":true,"NewValue":"canary-1"}})");
  REQUIRE_MESSAGE(made.status == 201, made.text);
  CHECK(made.text.find("canary") == std::string::npos);
  CHECK(json::to_text(made["SecretKey"]) == R"({"HasValue":true,"NewValue":null,"Hint":null})");
  CHECK(stored_body(api, "Accounts-1").find("canary") == std::string::npos);
  CHECK(revealed(api, "Accounts-1") == Values{"canary-1"});

  CHECK(api.put("/api/Spaces-1/accounts/Accounts-1", made.body).status == 200);
  CHECK(revealed(api, "Accounts-1") == Values{"canary-1"});
  api.put("/api/Spaces-1/accounts/Accounts-1",
          with(made.body, "SecretKey", json::object{{"HasValue", true}, {"NewValue", "canary-2"}}));
  CHECK(revealed(api, "Accounts-1") == Values{"canary-2"});
  const auto owned = [&] {
    return api.database().read(
        [&](storage::Reader& r) { return api.services().vault.ids_owned_by(r, "Accounts-1").size(); });
  };
  CHECK(owned() == 1);  // the replaced one is gone
  CHECK(api.put("/api/Spaces-1/accounts/Accounts-1", with(made.body, "SecretKey", nullptr)).status == 400);
  api.remove("/api/Spaces-1/accounts/Accounts-1");
  CHECK(owned() == 0);
}

TEST_CASE(
    "Sensitive variables, properties and unmodelled values are secrets, and the audit trail says only that they "
    "changed") {
  TestApi api;
  api.make_project("Web");
  const std::string variables = "/api/Spaces-1/variables/variableset-Projects-1";
  Answer set = api.put(
      variables,
      json::object{
          {"Variables",
           json::parse(
               R"([{"Name":"V","Type":"String","IsSensitive":true,"Value":"canary-a"},{"Name":"P","Value":"plain"}])")}});
  REQUIRE_MESSAGE(set.status == 200, set.text);
  CHECK(set["Variables"].as_array()[0].at("Value").is_null());
  CHECK(set["Variables"].as_array()[0].at("Type") == "String");
  CHECK(set["Variables"].as_array()[1].at("Value") == "plain");
  json::value echo = set.body;
  echo.at("Variables").as_array()[0].as_object()["Value"] = "";  // as the Go client writes it back
  CHECK(api.put(variables, echo).status == 200);
  CHECK(revealed(api, "variableset-Projects-1") == Values{"canary-a"});

  echo = api.get(variables).body;
  echo.at("Variables").as_array()[0].as_object()["Value"] = "canary-d";
  CHECK(api.put(variables, echo).status == 200);
  CHECK(revealed(api, "variableset-Projects-1") == Values{"canary-d"});

  const std::string process = "/api/Spaces-1/projects/Web/deploymentprocesses";
  const Answer steps = api.put(
      process,
      json::parse(
          R"({"Steps":[{"Name":"S","Actions":[{"Name":"A","ActionType":"T","Properties":{"Key":{"HasValue":true,"NewValue":"canary-b"}}}]}]})"));
  CHECK(json::to_text(steps["Steps"].as_array()[0].at("Actions").at(0).at("Properties")) ==
        R"({"Key":{"HasValue":true,"NewValue":null,"Hint":null}})");
  CHECK(api.put(process, steps.body).status == 200);
  CHECK(revealed(api, "deploymentprocess-Projects-1") == Values{"canary-b"});

  api.post("/api/Spaces-1/environments",
           json::parse(
               R"({"Name":"E","ExtensionSettings":[{"Values":{"Token":{"HasValue":true,"NewValue":"canary-c"}}}]})"));
  CHECK(revealed(api, "Environments-1") == Values{"canary-c"});

  const auto events = api.database().read([](storage::Reader& r) { return storage::list_events(r, {}, {0, 1000}); });
  bool says_changed = false;
  for (const auto& event : events.items) {
    CHECK(event.details.find("canary") == std::string::npos);
    says_changed |= event.details.find("changed") != std::string::npos;
  }
  CHECK(says_changed);
}

TEST_CASE("A tenant's values are written under every verb, kept when secret, and pruned with their project") {
  TestApi api;
  const Answer project = api.make_project("Web");
  const std::string environment = api.make_environment("Dev").id();
  api.put(
      "/api/Spaces-1/projects/Projects-1",
      with(
          project.body, "Templates",
          json::parse(
              R"([{"Id":"t1","Name":"Password","DisplaySettings":{"Octopus.ControlType":"Sensitive"}},{"Id":"t2","Name":"Url"}])")));
  const Answer tenant = api.post(
      "/api/Spaces-1/tenants",
      json::object{{"Name", "Fern"},
                   {"ProjectEnvironments", json::object{{"Projects-1", json::array{json::value(environment)}}}}});
  REQUIRE_MESSAGE(tenant.status == 201, tenant.text);
  const std::string path = "/api/Spaces-1/tenants/Tenants-1/variables";
  Answer values = api.get(path);
  CHECK(json::to_text(values["ProjectVariables"].at("Projects-1").at("Variables")) == R"({"Environments-1":{}})");
  CHECK(values["ProjectVariables"].at("Projects-1").at("Templates").as_array().size() == 2);
  CHECK(api.get("/api/Spaces-1/tenants/variables-missing?tenantId=Tenants-1")
            .body.at(0)
            .at("MissingVariables")
            .as_array()
            .size() == 2);

  json::object body = values.body.as_object();
  body["ProjectVariables"].at("Projects-1").at("Variables").at("Environments-1") =
      json::parse(R"({"t1":{"HasValue":true,"NewValue":"canary"},"t2":"http://x"})");
  values = api.post(path, body);
  REQUIRE_MESSAGE(values.status == 200, values.text);
  CHECK(json::to_text(values["ProjectVariables"].at("Projects-1").at("Variables").at("Environments-1")) ==
        R"({"t1":{"HasValue":true,"NewValue":null,"Hint":null},"t2":"http://x"})");
  CHECK(api.put(path, values.body).status == 200);
  CHECK(revealed(api, "tenantvariables-Tenants-1") == Values{"canary"});
  CHECK(api.post(path, json::object{{"TenantId", "Tenants-1"}}).status == 200);
  CHECK(revealed(api, "tenantvariables-Tenants-1") == Values{"canary"});
  CHECK(api.get("/api/Spaces-1/tenants/variables-missing").text == "[]");
  CHECK(api.get("/api/Spaces-1/tenantvariables/all").body.as_array().size() == 1);

  const Answer clone = api.post("/api/Spaces-1/tenants?clone=Tenants-1", json::object{{"Name", "Copy"}});
  REQUIRE_MESSAGE(clone.status == 201, clone.text);
  CHECK(clone["ProjectEnvironments"] == tenant["ProjectEnvironments"]);
  CHECK(revealed(api, "tenantvariables-Tenants-2") == Values{"canary"});

  CHECK(api.remove("/api/Spaces-1/projects/Projects-1").status == 200);
  CHECK(api.get("/api/Spaces-1/tenants/Tenants-1")["ProjectEnvironments"] == json::value(json::object()));
}

TEST_CASE("The names of variables are those of the project and of the sets that it includes") {
  TestApi api;
  const Answer project = api.make_project("Web");
  const Answer set =
      api.post("/api/Spaces-1/libraryvariablesets", json::object{{"Name", "Shared"}, {"ContentType", "Variables"}});
  api.put("/api/Spaces-1/variables/" + set.str("VariableSetId"),
          json::parse(R"({"Variables":[{"Name":"B","Value":"1"}]})"));
  api.put("/api/Spaces-1/variables/variableset-Projects-1",
          json::parse(R"({"Variables":[{"Name":"A"},{"Name":"a"}]})"));
  CHECK(api.get("/api/Spaces-1/variables/names?project=Web").text == R"(["A"])");
  api.put("/api/Spaces-1/projects/Projects-1",
          with(project.body, "IncludedLibraryVariableSetIds", json::array{json::value(set.id())}));
  CHECK(api.get("/api/Spaces-1/variables/names?project=Web").text == R"(["A","B"])");
  CHECK(api.remove("/api/Spaces-1/libraryvariablesets/LibraryVariableSets-1").status == 400);
}

TEST_CASE("An account that a variable names can't be deleted") {
  TestApi api;
  api.make_project("Web");
  api.send("POST", "/api/Spaces-1/accounts",
           R"({"Name":"A","AccountType":"Token","Token":{"HasValue":true,"NewValue":"t"}})");
  const auto set_account = [&](const char* id) {
    return api.put(
        "/api/Spaces-1/variables/variableset-Projects-1",
        json::object{{"Variables", json::array{json::object{
                                       {"Name", "Acc"}, {"Type", "AmazonWebServicesAccount"}, {"Value", id}}}}});
  };
  CHECK(set_account("Accounts-9").status == 400);
  CHECK(set_account("Accounts-1").status == 200);
  CHECK(api.remove("/api/Spaces-1/accounts/Accounts-1").status == 400);
  CHECK(api.get("/api/Spaces-1/accounts/Accounts-1/usages")["ProjectVariableSets"].as_array().size() == 1);
  CHECK(set_account("").status == 200);
  CHECK(api.remove("/api/Spaces-1/accounts/Accounts-1").status == 200);
}

TEST_CASE("A secret of more than 64 KiB is refused where it comes in, by its name") {
  TestApi api;
  const std::string longest(kLongestSecret, 'x'), longer = longest + "x";
  const auto account = [](const std::string& key) {
    return json::to_text(json::object{{"Name", "A"},
                                      {"AccountType", "AmazonWebServicesAccount"},
                                      {"AccessKey", "AK"},
                                      {"SecretKey", json::object{{"HasValue", true}, {"NewValue", key}}}});
  };
  CHECK(api.send("POST", "/api/Spaces-1/accounts", account(longer)).text.find("SecretKey must be") !=
        std::string::npos);
  CHECK(api.send("POST", "/api/Spaces-1/accounts", account(longest)).status == 201);

  const std::string address = "/api/Spaces-1/variables/" + api.make_project("P").str("VariableSetId");
  const auto with_value = [&](const std::string& value) {
    return with(api.get(address).body, "Variables",
                json::array{json::object{{"Name", "Token"}, {"Value", value}, {"IsSensitive", true}}});
  };
  const Answer refused = api.put(address, with_value(longer));
  CHECK(refused.status == 400);
  CHECK_MESSAGE(refused.text.find("'Token' must be a sensitive value of up to 64 KiB") != std::string::npos,
                refused.text);
  CHECK(api.put(address, with_value(longest)).status == 200);
}
