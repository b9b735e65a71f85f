// What certificates, targets, workers, Git credentials, step templates and rate limiting policies do that not all
// resources do.
#include <doctest/doctest.h>

#include "api/resources/samples_testing.h"
#include "api/testing.h"
#include "base/certificate_testing.h"
#include "base/text.h"

using namespace slipway;
using namespace slipway::api::testing;
using namespace slipway::testing;

namespace {

json::object secret_of(std::string_view text) { return {{"HasValue", true}, {"NewValue", text}}; }

class InfrastructureApi : public TestApi {
 public:
  InfrastructureApi() { make_environment("Production"); }

  Answer certificate(std::string_view name, std::string_view data, std::string_view password = {}) {
    json::object body{{"Name", name}, {"CertificateData", secret_of(data)}};
    if (!password.empty()) body["Password"] = secret_of(password);
    return post("/api/Spaces-1/certificates", body);
  }
  Answer target(std::string_view name, json::object endpoint, json::object more = {}) {
    json::object body{{"Name", name},
                      {"EnvironmentIds", json::array{"Environments-1"}},
                      {"Roles", json::array{"web"}},
                      {"Endpoint", std::move(endpoint)}};
    for (const auto& member : more) body[member.key()] = member.value();
    return post("/api/Spaces-1/machines", body);
  }
  std::size_t count(std::string_view path) {
    const Answer list = get(path);
    REQUIRE_MESSAGE(list.status == 200, list.text);
    return list.items().size();
  }
};

json::object tentacle(std::string_view thumbprint) {
  return {{"CommunicationStyle", "TentaclePassive"}, {"Uri", "https://web.test:10933/"}, {"Thumbprint", thumbprint}};
}

}  // namespace

TEST_CASE("A certificate tells what it says of itself, and nothing of its key and password") {
  InfrastructureApi api;
  const Answer made = api.certificate("Shop", kCertificatePkcs12, "hush");
  REQUIRE_MESSAGE(made.status == 201, made.text);
  CHECK(made.str("CertificateDataFormat") == "Pkcs12");
  CHECK(made.str("SubjectDistinguishedName") == "CN=shop.test, O=Shop, C=DE");
  CHECK(made.str("IssuerOrganization") == "Shop");
  CHECK(made.str("Thumbprint").size() == 40);
  CHECK(made["HasPrivateKey"] == json::value(true));
  CHECK(made["SelfSigned"] == json::value(true));
  CHECK(made["IsExpired"] == json::value(false));
  CHECK(made["SubjectAlternativeNames"].as_array().size() == 3);
  CHECK(made["CertificateChain"].as_array().size() == 1);
  CHECK(made["CertificateData"] ==
        json::value(json::object{{"HasValue", true}, {"NewValue", nullptr}, {"Hint", nullptr}}));
  CHECK(made.text.find("hush") == std::string::npos);
  CHECK(made.text.find(kCertificatePkcs12.substr(0, 40)) == std::string::npos);
  api.clock().advance(std::chrono::hours(24 * 365 * 150));
  CHECK(api.get("/api/Spaces-1/certificates/Certificates-1")["IsExpired"] == json::value(true));
}

TEST_CASE(
    "What is no certificate and what its password does not open is refused, and a password changes with its data") {
  InfrastructureApi api;
  CHECK(api.certificate("A", "bm90IGEgY2VydGlmaWNhdGU=").errors().find("CertificateData: it holds no certificate") !=
        std::string::npos);
  CHECK(api.certificate("A", kCertificatePkcs12, "other").errors().find("another one") != std::string::npos);
  CHECK(api.certificate("A", kCertificatePkcs12).errors().find("give it in Password") != std::string::npos);
  CHECK(api.post("/api/Spaces-1/certificates", json::object{{"Name", "A"}}).status == 400);
  const Answer made = api.certificate("A", kCertificatePem);
  REQUIRE_MESSAGE(made.status == 201, made.text);
  const std::string self = "/api/Spaces-1/certificates/" + made.id();
  CHECK(api.put(self, with(made.body, "Password", secret_of("new"))).errors().find("send both") != std::string::npos);
  const Answer renamed = api.put(self, with(made.body, "Name", "B"));
  CHECK_MESSAGE(renamed.status == 200, renamed.text);
  CHECK(renamed.str("Thumbprint") == made.str("Thumbprint"));
}

TEST_CASE("A certificate is archived, replaced under its id, and exported") {
  InfrastructureApi api;
  REQUIRE(api.certificate("Shop", kCertificatePem).status == 201);
  const std::string all = "/api/Spaces-1/certificates", self = all + "/Certificates-1";
  const Answer archived = api.post(self + "/archive", api.get(self).body);  // clients send the whole document
  CHECK_MESSAGE(archived.status == 200, archived.text);
  CHECK(archived["Archived"].is_string());
  CHECK(api.count(all) == 0);
  CHECK(api.count(all + "?archived=true") == 1);
  CHECK(api.count(all + "?ids=Certificates-1") == 1);
  CHECK(api.post(self + "/unarchive", json::object())["Archived"].is_null());
  CHECK(api.count(all) == 1);

  CHECK(api.get(self + "/export?format=Pem").text.starts_with("-----BEGIN CERTIFICATE-----"));
  const Answer replaced =
      api.post(self + "/replace", json::object{{"CertificateData", kCertificatePkcs12}, {"Password", "hush"}});
  CHECK_MESSAGE(replaced.status == 200, replaced.text);
  CHECK(replaced.id() == "Certificates-1");
  CHECK(replaced["HasPrivateKey"] == json::value(true));
  CHECK(replaced.text.find("hush") == std::string::npos);
  CHECK(api.get(self + "/export?format=Pem&includePrivateKey=true").text.find("PRIVATE KEY") != std::string::npos);
  CHECK(api.get(self + "/export?format=Pem").text.find("PRIVATE KEY") == std::string::npos);
  CHECK(to_base64(api.get(self + "/export").text) == kCertificatePkcs12);
  CHECK(api.get(self + "/export?format=Word").status == 400);

  api.sends_documented_bodies = false;
  CHECK(api.post(self + "/replace", json::object()).status == 400);
  CHECK(api.post(self + "/replace", json::object{{"CertificateData", ""}}).status == 400);
  const Answer now = api.get(self);
  CHECK(api.put(self, now.body.as_object()).status == 200);
  const Answer opened =
      api.put(self, with(now.body, "Password", json::object{{"HasValue", false}, {"NewValue", nullptr}}));
  CHECK(opened.errors().find("Password is that of CertificateData") != std::string::npos);
  CHECK(api.get(self + "/export?format=Pem").status == 200);
  CHECK(api.post(self + "/replace", json::object{{"CertificateData", kCertificatePkcs12}, {"Password", "x"}}).status ==
        400);
  const Answer foreign =
      api.post(self + "/replace", json::object{{"CertificateData", json::object{{"$secret", "Secrets-1"}}}});
  CHECK(foreign.status == 400);  // only the server names secrets
}

TEST_CASE("A certificate that a variable names is in use") {
  InfrastructureApi api;
  REQUIRE(api.certificate("Shop", kCertificatePem).status == 201);
  api.make_project("Web");
  const std::string variables = "/api/Spaces-1/variables/variableset-Projects-1";
  const json::array named{json::object{{"Name", "Tls"}, {"Type", "Certificate"}, {"Value", "Certificates-1"}}};
  const Answer set = api.put(variables, with(api.get(variables).body, "Variables", named));
  REQUIRE_MESSAGE(set.status == 200, set.text);
  const Answer used = api.get("/api/Spaces-1/certificates/Certificates-1/usages");
  CHECK(used["ProjectUsages"] == json::value(json::array{json::object{{"Id", "Projects-1"}}}));
  CHECK(api.remove("/api/Spaces-1/certificates/Certificates-1").status == 400);
}

TEST_CASE("An endpoint has the members of its style, and one of an unknown style is kept as it is") {
  InfrastructureApi api;
  const Answer drop = api.target("Drop", {{"CommunicationStyle", "OfflineDrop"},
                                          {"SensitiveVariablesEncryptionPassword", secret_of("drop-password")},
                                          {"OctopusWorkingDirectory", "/srv"}});
  REQUIRE_MESSAGE(drop.status == 201, drop.text);
  const json::object& endpoint = drop["Endpoint"].as_object();
  CHECK(endpoint.at("Destination") ==
        json::value(json::object{{"DestinationType", "Artifact"}, {"DropFolderPath", ""}}));
  CHECK(endpoint.at("SensitiveVariablesEncryptionPassword").at("HasValue") == json::value(true));
  CHECK(drop.text.find("drop-password") == std::string::npos);
  CHECK(drop.str("MachinePolicyId") == "MachinePolicies-1");
  CHECK(drop.str("HealthStatus") == "Unknown");

  const Answer other = api.target("Other", {{"CommunicationStyle", "StepPackage"}, {"Inputs", json::object{{"a", 1}}}});
  REQUIRE_MESSAGE(other.status == 201, other.text);
  CHECK(other["Endpoint"].at("Inputs").at("a") == 1);

  // Of another style, nothing of the one before stays.
  const Answer changed = api.put("/api/Spaces-1/machines/" + drop.id(),
                                 with(drop.body, "Endpoint", json::object{{"CommunicationStyle", "None"}}));
  REQUIRE_MESSAGE(changed.status == 200, changed.text);
  CHECK(changed["Endpoint"] ==
        json::value(json::object{{"CommunicationStyle", "None"}, {"DefaultWorkerPoolId", nullptr}}));
}

TEST_CASE("A target lacks nothing that it needs, and what its endpoint names must exist") {
  InfrastructureApi api;
  api.sends_documented_bodies = false;
  const auto refused = [&](json::object endpoint, json::object more = {}) {
    const Answer answer = api.target("T", std::move(endpoint), std::move(more));
    CHECK(answer.status == 400);
    return answer.errors();
  };
  CHECK(refused(tentacle("")).find("Endpoint.Thumbprint is required") != std::string::npos);
  CHECK(refused({}).find("Endpoint.CommunicationStyle is required") != std::string::npos);
  CHECK(refused({{"CommunicationStyle", "offlinedrop"}}).find("OfflineDrop") != std::string::npos);
  CHECK(refused({{"CommunicationStyle", "None"}}, {{"Roles", json::array()}}).find("Roles is required") !=
        std::string::npos);
  CHECK(refused({{"CommunicationStyle", "None"}, {"DefaultWorkerPoolId", "WorkerPools-9"}}).find("WorkerPools-9") !=
        std::string::npos);
  CHECK(refused({{"CommunicationStyle", "Ssh"}, {"Host", "h"}, {"AccountId", "Accounts-9"}}).find("Accounts-9") !=
        std::string::npos);
}

TEST_CASE("No two targets share a thumbprint, and what a target names can't be deleted") {
  InfrastructureApi api;
  const Answer made = api.target("A", tentacle("ab12"));
  REQUIRE_MESSAGE(made.status == 201, made.text);
  CHECK(made.str("Thumbprint") == "ab12");
  CHECK(api.target("B", tentacle("AB12")).errors().find("that of DeploymentTarget 'A'") != std::string::npos);
  CHECK(api.put("/api/Spaces-1/machines/Machines-1", made.body).status == 200);
  CHECK(api.target("B", tentacle("cd34")).status == 201);
  CHECK(api.target("b", tentacle("ef56")).status == 400);
  CHECK(api.remove("/api/Spaces-1/environments/Environments-1").status == 400);
}

TEST_CASE("Targets and workers are listed by what they are and where they belong") {
  InfrastructureApi api;
  REQUIRE(api.target("A", tentacle("ab12"), {{"IsDisabled", true}}).status == 201);
  REQUIRE(api.target("B", {{"CommunicationStyle", "None"}}, {{"Roles", json::array{"db", "web"}}}).status == 201);
  const json::object worker{
      {"Name", "W"}, {"WorkerPoolIds", json::array{"WorkerPools-1"}}, {"Endpoint", tentacle("ab12")}};
  REQUIRE(api.post("/api/Spaces-1/workers", worker).status == 201);
  const std::string all = "/api/Spaces-1/machines";
  CHECK(api.count(all) == 2);
  CHECK(api.count(all + "?commStyles=None") == 1);
  CHECK(api.count(all + "?commStyles=Kubernetes") == 0);
  CHECK(api.count(all + "?roles=db") == 1);
  CHECK(api.count(all + "?isDisabled=true") == 1);
  CHECK(api.count(all + "?thumbprint=AB12&environmentIds=Environments-1") == 1);
  CHECK(api.count("/api/Spaces-1/environments/Environments-1/machines") == 2);
  CHECK(api.count("/api/Spaces-1/machinepolicies/MachinePolicies-1/machines") == 2);
  CHECK(api.count("/api/Spaces-1/machinepolicies/MachinePolicies-1/workers") == 1);
  CHECK(api.count("/api/Spaces-1/workerpools/WorkerPools-1/workers") == 1);
  CHECK(api.count(all + "/Machines-1/tasks") == 0);
  CHECK(api.get(all + "/Machines-1").str("Status") == "Disabled");
  CHECK(api.get(all + "/Machines-1/connection").str("MachineId") == "Machines-1");
  CHECK(api.get("/api/Spaces-1/machineroles/all").body == json::value(json::array{"db", "web"}));
  CHECK(api.get("/api/Spaces-1/workers/operatingsystem/names/all").body == json::value(json::array{"Unknown"}));
}

TEST_CASE("A dynamic pool takes no workers") {
  InfrastructureApi api;
  REQUIRE(api.post("/api/Spaces-1/workerpools",
                   json::object{{"Name", "Cloud"}, {"WorkerPoolType", "DynamicWorkerPool"}, {"WorkerType", "Ubuntu"}})
              .status == 201);
  const json::object worker{
      {"Name", "W"}, {"WorkerPoolIds", json::array{"WorkerPools-2"}}, {"Endpoint", tentacle("a1")}};
  CHECK(api.post("/api/Spaces-1/workers", worker).errors().find("dynamic pool") != std::string::npos);
}

TEST_CASE("A Git credential keeps its restrictions when they are null, and its password") {
  InfrastructureApi api;
  const json::object details{{"Type", "UsernamePassword"}, {"Username", "robot"}, {"Password", secret_of("s3cret")}};
  const json::object restrictions{{"Enabled", true}, {"AllowedRepositories", json::array{"https://git.test/*"}}};
  const Answer made =
      api.post("/api/Spaces-1/git-credentials",
               json::object{{"Name", "Git"}, {"Details", details}, {"RepositoryRestrictions", restrictions}});
  REQUIRE_MESSAGE(made.status == 201, made.text);
  CHECK(made.text.find("s3cret") == std::string::npos);
  const Answer kept =
      api.put("/api/Spaces-1/git-credentials/" + made.id(), with(made.body, "RepositoryRestrictions", nullptr));
  CHECK_MESSAGE(kept.status == 200, kept.text);
  CHECK(kept["RepositoryRestrictions"] == json::value(restrictions));
  CHECK(kept["Details"].at("Password").at("HasValue") == json::value(true));
  const Answer plain = api.post("/api/Spaces-1/git-credentials", json::object{{"Name", "Plain"}, {"Details", details}});
  CHECK(plain["RepositoryRestrictions"] ==
        json::value(json::object{{"Enabled", false}, {"AllowedRepositories", json::array()}}));
}

TEST_CASE("Every version of a step template stays readable, and one that is used can't be deleted") {
  InfrastructureApi api;
  const Answer made = api.post("/api/Spaces-1/actiontemplates",
                               json::object{{"Name", "Say"},
                                            {"ActionType", "Slipway.NoOp"},
                                            {"Parameters", json::array{json::object{{"Name", "Word"}}}}});
  REQUIRE_MESSAGE(made.status == 201, made.text);
  const std::string self = "/api/Spaces-1/actiontemplates/ActionTemplates-1";
  CHECK(api.put(self, with(made.body, "Description", "Again"))["Version"] == 1);
  CHECK(api.get(self + "/versions/0").str("Description").empty());
  CHECK(api.get(self + "/versions/1").text == api.get(self).text);
  CHECK(api.get(self + "/versions/2").status == 404);
  CHECK(api.get(self + "/versions/x").status == 404);
  CHECK(api.put(self, made.body).status == 409);

  api.make_project("Web");
  const std::string process = "/api/Spaces-1/deploymentprocesses/deploymentprocess-Projects-1";
  const json::object action{{"Name", "Say"},
                            {"ActionType", "Slipway.NoOp"},
                            {"Properties", json::object{{"Octopus.Action.Template.Id", "ActionTemplates-1"},
                                                        {"Octopus.Action.Template.Version", "1"}}}};
  const json::array steps{json::object{{"Name", "Say"}, {"Actions", json::array{action}}}};
  const Answer saved = api.put(process, with(api.get(process).body, "Steps", steps));
  REQUIRE_MESSAGE(saved.status == 200, saved.text);
  const Answer usage = api.get(self + "/usage");
  REQUIRE(usage.body.as_array().size() == 1);
  CHECK(usage.body.as_array()[0].at("ProjectName") == "Web");
  CHECK(api.remove(self).errors().find("project 'Web'") != std::string::npos);
  CHECK(api.get("/api/Spaces-1/actiontemplates/search?type=Slipway.NoOp").body.as_array().size() == 2);
}

TEST_CASE("Actions are brought to a version of their step template, with their own values for its parameters") {
  InfrastructureApi api;
  const auto parameters = [](std::string_view default_of_second) {
    const json::object sensitive{{"Octopus.ControlType", "Sensitive"}};
    return json::array{json::object{{"Name", "Word"}},
                       json::object{{"Name", "Times"}, {"DefaultValue", default_of_second}},
                       json::object{{"Name", "Token"}, {"DisplaySettings", sensitive}}};
  };
  const Answer made = api.post("/api/Spaces-1/actiontemplates", json::object{{"Name", "Say"},
                                                                             {"ActionType", "Slipway.NoOp"},
                                                                             {"Properties", {{"Custom.Text", "old"}}},
                                                                             {"Parameters", parameters("")}});
  REQUIRE_MESSAGE(made.status == 201, made.text);
  const std::string self = "/api/Spaces-1/actiontemplates/ActionTemplates-1";
  api.make_project("Web");
  const std::string process = "/api/Spaces-1/deploymentprocesses/deploymentprocess-Projects-1";
  const json::object properties{{"Octopus.Action.Template.Id", "ActionTemplates-1"}, {"Word", "hello"}};
  const json::object action{{"Name", "Say"}, {"ActionType", "Slipway.NoOp"}, {"Properties", properties}};
  const json::array steps{json::object{{"Name", "Say"}, {"Actions", json::array{action}}}};
  const Answer saved = api.put(process, with(api.get(process).body, "Steps", steps));
  REQUIRE_MESSAGE(saved.status == 200, saved.text);
  const json::value id = saved["Steps"].at(0).at("Actions").at(0).at("Id");
  const auto update = [&](std::int64_t version, json::value action_id) {
    return api.post(self + "/actionsUpdate",
                    json::object{{"Version", version},
                                 {"DefaultPropertyValues", json::object{{"Token", "open sesame"}}},
                                 {"ActionIdsByProcessId",
                                  json::object{{"deploymentprocess-Projects-1", json::array{std::move(action_id)}}}}});
  };
  CHECK(update(0, id).body.at(0).at("Outcome") == "DefaultParamterValueMissing");
  json::object changed = with(made.body, "Parameters", parameters("3"));
  changed["Properties"] = json::object{{"Custom.Text", "new"}};
  REQUIRE(api.put(self, changed).status == 200);
  CHECK(update(1, id).body.at(0).at("Outcome") == "Success");
  CHECK(api.get(process).text.find("sesame") == std::string::npos);
  CHECK(api.get("/api/events?take=50").text.find("sesame") == std::string::npos);
  const json::value now = api.get(process)["Steps"].at(0).at("Actions").at(0).at("Properties");
  CHECK(now.at("Token").at("HasValue") == json::value(true));
  CHECK(now.at("Word") == "hello");
  CHECK(now.at("Times") == "3");
  CHECK(now.at("Custom.Text") == "new");
  CHECK(now.at("Octopus.Action.Template.Version") == "1");
  CHECK(update(7, id).errors().find("no version 7") != std::string::npos);
  CHECK(update(1, "nobody").errors().find("no action 'nobody'") != std::string::npos);
}

TEST_CASE("The addresses that a Git credential is for hold no password") {
  InfrastructureApi api;
  const auto make = [&](std::string_view address) {
    return api.post("/api/Spaces-1/git-credentials",
                    json::object{{"Name", address},
                                 {"Details", json::object{{"Username", "u"}, {"Password", secret_of("p")}}},
                                 {"RepositoryRestrictions",
                                  json::object{{"Enabled", true}, {"AllowedRepositories", json::array{address}}}}});
  };
  for (const char* fine : {"https://git.test/shop/*", "https://me@git.test/shop", "git@git.test:shop.git"}) {
    CHECK_MESSAGE(make(fine).status == 201, fine);
  }
  const Answer refused = make("https://me:hush@git.test/shop");
  CHECK(refused.errors().find("AllowedRepositories[0] holds a password") != std::string::npos);
  CHECK(refused.text.find("hush") == std::string::npos);
}

TEST_CASE("There are three rate limiting policies, which keep their names") {
  InfrastructureApi api;
  const std::string all = "/api/ratelimitingpolicies", first = all + "/RateLimitingPolicies-1";
  CHECK(api.count(all) == 3);
  CHECK(api.get(all + "?take=1").items()[0].at("Id") == "RateLimitingPolicies-1");
  const Answer policy = api.get(first);
  CHECK(policy["IsBuiltIn"] == json::value(true));
  CHECK(api.put(first, with(policy.body, "RequestsPerMinute", 12))["RequestsPerMinute"] == 12);
  const Answer refused = api.put(first, with(policy.body, "Name", "New name"));
  CHECK(refused.status == 400);
  CHECK(refused["Errors"] ==
        json::value(json::array{"The name of a built-in rate limiting policy cannot be changed."}));
  CHECK(api.put(first, with(policy.body, "BurstLimit", 0)).status == 400);
  CHECK(api.remove(first).status == 405);
}

TEST_CASE("What has no effect yet says so where it is described") {
  TestApi api;
  const Answer description = api.get("/api/openapi.json");
  const json::object& schemas = description["components"].at("schemas").as_object();
  for (const model::Schema& schema : api.services().catalogue.all()) {
    const auto* component = schemas.if_contains(schema.type);
    REQUIRE(component != nullptr);
    CAPTURE(schema.type);
    CHECK(component->as_object().contains("x-slipway-effect") == !schema.no_effect.empty());
  }
}
