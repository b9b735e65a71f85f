#include "api/delivery/release_routes.h"

#include <doctest/doctest.h>

#include "api/delivery/delivery_testing.h"

namespace slipway::api {
namespace {

using testing::Answer;
using testing::DeliveryApi;

TEST_CASE_FIXTURE(DeliveryApi, "a release made by the executions API is equal in create, list and get") {
  const Answer made = make_release("1.0.0");
  REQUIRE_MESSAGE(made.status == 201, made.text);
  CHECK(made.str("ReleaseVersion") == "1.0.0");
  const Answer shown = get("/api/Spaces-1/releases/" + made.str("ReleaseId"));
  REQUIRE(shown.status == 200);
  CHECK(shown["SelectedPackages"].as_array().at(0).as_object().at("Version") == json::value("1.0"));
  CHECK(get("/api/Spaces-1/projects/Web/releases").items().at(0) == shown.body);
  CHECK(get("/api/Spaces-1/projects/Web/releases/1.0").body == shown.body);
  CHECK(get("/api/releases?ids=" + shown.id()).items().at(0) == shown.body);
}

TEST_CASE_FIXTURE(DeliveryApi, "the version is the server's to choose when the caller gives none, and unique") {
  CHECK(make_release("").str("ReleaseVersion") == "0.0.1");
  const Answer again = make_release("0.0.1.0");
  CHECK(again.status == 400);
  CHECK(again["Errors"].as_array().at(0).as_string().find("already exists") != std::string::npos);
}

TEST_CASE_FIXTURE(DeliveryApi, "REL-10: a create tells which environments the release is deployed to automatically") {
  CHECK(make_release("1.0.0").str("AutomaticallyDeployedEnvironments") == "");
  const Answer lifecycle = get("/api/Spaces-1/lifecycles/Lifecycles-1");
  const json::array phases{json::object{{"Name", "First"}, {"AutomaticDeploymentTargets", json::array{dev, prod}}}};
  REQUIRE(put("/api/Spaces-1/lifecycles/Lifecycles-1", testing::with(lifecycle.body, "Phases", phases)).status == 200);
  CHECK(make_release("1.0.1").str("AutomaticallyDeployedEnvironments") == "Dev, Prod");
  CHECK(get("/api/Spaces-1/releases/Releases-2/deployments").items().size() == 2);
}

TEST_CASE_FIXTURE(DeliveryApi, "JEN-6: a repeated create answers as the first time and makes nothing") {
  const std::string body = R"({"projectName":"Web","packageVersion":"1.0"})";
  const net::Headers key{{"Idempotency-Key", "build-42"}};
  const Answer first = send("POST", "/api/Spaces-1/releases/create/v1", body, key);
  const Answer second = send("POST", "/api/Spaces-1/releases/create/v1", body, key);
  CHECK(first.status == 201);
  CHECK(second.text == first.text);
  CHECK(get("/api/Spaces-1/projects/Web/releases").items().size() == 1);
  CHECK(send("POST", "/api/Spaces-1/releases/create/v1", R"({"projectName":"Web"})", key).status == 409);
}

TEST_CASE_FIXTURE(DeliveryApi, "the classic POST wants every version, and takes the oldest client's spelling") {
  const net::Headers form{{"Content-Type", "application/x-www-form-urlencoded"}};
  const Answer bare = send("POST", "/api/releases", R"({ProjectId:")" + project + R"(",Version:"1.0"})", form);
  CHECK(bare.status == 400);
  CHECK(bare.errors().find("No version was selected for the package 'Fern.Web'") != std::string::npos);
  const Answer made =
      send("POST", "/api/releases",
           R"({ProjectId:")" + project + R"(",Version:"1.0",SelectedPackages:[{StepName:"Deploy web",)" +
               R"(ActionName:"Deploy web",PackageReferenceName:"null",Version:"1.0"}]})",
           form);
  REQUIRE_MESSAGE(made.status == 201, made.text);
  CHECK(made["Links"].as_object().contains("Web"));
  CHECK(made.body == get("/api/releases/" + made.id()).body);
}

TEST_CASE_FIXTURE(DeliveryApi, "a version for a package that is not there is refused, at creation and in an edit") {
  const auto selected = [](const char* step) {
    return json::array{json::object{{"ActionName", "Deploy web"}, {"Version", "1.0"}},
                       json::object{{"ActionName", step}, {"Version", "2.0"}}};
  };
  const auto create = [&](const char* step) {
    return post("/api/Spaces-1/releases",
                json::object{{"ProjectId", project}, {"Version", "1.0"}, {"SelectedPackages", selected(step)}});
  };
  const Answer refused = create("Deploy wbe");
  CHECK(refused.status == 400);
  CHECK_MESSAGE(refused.text.find("SelectedPackages[1] names the package without a name of step 'Deploy wbe'") !=
                    std::string::npos,
                refused.text);
  CHECK(refused.text.find("Did you mean \\\"Deploy web\\\"?") != std::string::npos);
  CHECK(create("Migrate").status == 400);  // which has no packages
  REQUIRE(create("deploy web").status == 201);
  const auto edit = [&](const char* step) {
    return put("/api/Spaces-1/releases/Releases-1", json::object{{"SelectedPackages", selected(step)}});
  };
  const Answer unknown = edit("Deploy wbe");
  CHECK(unknown.status == 400);
  CHECK_MESSAGE(unknown.text.find("SelectedPackages[1] names the package '' of step 'Deploy wbe'") != std::string::npos,
                unknown.text);
  CHECK(edit("DEPLOY WEB").status == 200);
  const Answer to_v1 =
      send("POST", "/api/Spaces-1/releases/create/v1",
           R"({"ProjectName":"Web","SelectedPackages":[{"ActionName":"Deploy web","Version":"1.0"}]})");
  CHECK_MESSAGE(to_v1.text.find("Did you mean Packages?") != std::string::npos, to_v1.text);
}

TEST_CASE_FIXTURE(DeliveryApi, "a release can be edited, blocked, unblocked and deleted") {
  make_release("1.0.0");
  const std::string path = "/api/Spaces-1/releases/Releases-1";
  CHECK(put(path, json::object{{"ReleaseNotes", "fixed"}}).str("ReleaseNotes") == "fixed");
  CHECK(get(path).str("Version") == "1.0.0");
  CHECK(post(path + "/defects", json::object{{"Description", ""}}).status == 400);
  CHECK(post(path + "/defects", json::object{{"Description", "data loss"}}).status == 201);
  CHECK(get(path + "/defects").items().at(0).as_object().at("Status") == json::value("Unresolved"));
  CHECK(post(path + "/defects/resolve", json::object()).status == 200);
  CHECK(get(path + "/defects").items().at(0).as_object().at("Status") == json::value("Resolved"));
  CHECK(remove(path).status == 200);
  const Answer gone = get(path);
  CHECK(gone.status == 404);
  CHECK_FALSE(gone.body.as_object().contains("Errors"));
}

TEST_CASE_FIXTURE(DeliveryApi, "progression shows a phase for each environment of a lifecycle without phases") {
  make_release("1.0.0");
  const Answer progression = get("/api/Spaces-1/releases/Releases-1/progression");
  const auto& phases = progression["Phases"].as_array();
  REQUIRE(phases.size() == 2);
  CHECK(phases[0].as_object().at("Name") == json::value("Dev"));
  CHECK(phases[0].as_object().at("Progress") == json::value("Current"));
  CHECK(phases[1].as_object().at("Progress") == json::value("Pending"));
  CHECK(progression["NextDeployments"] == json::value(json::array{json::value(dev)}));
}

TEST_CASE_FIXTURE(DeliveryApi, "what a release of the process needs is told with the next number") {
  make_release("2.0.0");
  for (const std::string path : {"/api/Spaces-1/projects/Web/deploymentprocesses/template",
                                 "/api/deploymentprocesses/deploymentprocess-Projects-1/template?channel=Channels-1"}) {
    CAPTURE(path);
    const Answer needed = get(path);
    REQUIRE_MESSAGE(needed.status == 200, needed.text);
    CHECK(needed.str("NextVersionIncrement") == "2.0.1");
    CHECK(needed.str("LastReleaseVersion") == "2.0.0");
    const auto& package = needed["Packages"].as_array().at(0).as_object();
    CHECK(package.at("PackageId") == json::value("Fern.Web"));
    CHECK(package.at("VersionSelectedLastRelease") == json::value("1.0"));
  }
}

TEST_CASE_FIXTURE(DeliveryApi, "VER-8: the next number that is told is the one that a release gets") {
  make_release("1.0.5");
  make_release("1.0.4");
  const Answer needed = get("/api/Spaces-1/projects/Web/deploymentprocesses/template");
  CHECK(needed.str("NextVersionIncrement") == "1.0.6");
  CHECK(make_release("").str("ReleaseVersion") == "1.0.6");
}

TEST_CASE_FIXTURE(DeliveryApi, "what a release needs is told even where the project's template gives no number") {
  const auto next_by = [&](const char* text) {
    const Answer before = get("/api/Spaces-1/projects/Web");
    const Answer changed = put("/api/Spaces-1/projects/Web",
                               testing::with(before.body, "VersioningStrategy", json::object{{"Template", text}}));
    REQUIRE_MESSAGE(changed.status == 200, changed.text);
    const Answer needed = get("/api/Spaces-1/projects/Web/deploymentprocesses/template");
    REQUIRE_MESSAGE(needed.status == 200, needed.text);
    return needed["NextVersionIncrement"];
  };
  CHECK(next_by("") == json::value("0.0.1"));
  CHECK(next_by("#{Nope}").is_null());
}

TEST_CASE_FIXTURE(DeliveryApi, "templates of one request share a budget, and end with an error that says so") {
  const Answer variables = get("/api/Spaces-1/variables/variableset-Projects-1");
  put("/api/Spaces-1/variables/variableset-Projects-1",
      testing::with(variables.body, "Variables",
                    json::array{json::object{{"Name", "S"}, {"Value", std::string(200'000, 'a')}}}));
  const Answer process = get("/api/Spaces-1/projects/Web/deploymentprocesses");
  json::array packages;
  for (int i = 0; i < 20; ++i) {
    packages.push_back(json::object{{"Name", "p" + std::to_string(i)},
                                    {"PackageId", R"(#{S | Replace "a[^c]*b|a" x})"},
                                    {"FeedId", "feeds-builtin"}});
  }
  const json::array actions{json::object{{"Name", "A"}, {"ActionType", "Slipway.NoOp"}, {"Packages", packages}}};
  const Answer saved =
      put("/api/Spaces-1/projects/Web/deploymentprocesses",
          testing::with(process.body, "Steps", json::array{json::object{{"Name", "A"}, {"Actions", actions}}}));
  REQUIRE_MESSAGE(saved.status == 200, saved.text);
  const Answer needed = get("/api/Spaces-1/projects/Web/deploymentprocesses/template");
  CHECK(needed.status == 413);
  CHECK_MESSAGE(needed.text.find("Evaluating takes") != std::string::npos, needed.text);
}

TEST_CASE_FIXTURE(DeliveryApi, "a release's frozen process can be read by its snapshot's id") {
  make_release("1.0.0");
  const std::string id = get("/api/releases/Releases-1").str("ProjectDeploymentProcessSnapshotId");
  const Answer frozen = get("/api/Spaces-1/deploymentprocesses/" + id);
  CHECK(frozen.status == 200);
  CHECK(frozen["Steps"].as_array().size() == 2);
}

TEST_CASE_FIXTURE(DeliveryApi,
                  "what a release needs is told by its frozen process, under the snapshot's id or the release's") {
  make_release("1.0.0");
  const std::string live = "/api/Spaces-1/projects/Web/deploymentprocesses";
  REQUIRE(put(live, testing::with(get(live).body, "Steps", json::array())).status == 200);
  const std::string snapshot = get("/api/releases/Releases-1").str("ProjectDeploymentProcessSnapshotId");
  const std::string own =
      get("/api/Spaces-1/deploymentprocesses/" + snapshot).body.at("Links").at("Template").as_string().c_str();
  CHECK(own == "/api/Spaces-1/deploymentprocesses/" + snapshot + "/template{?channel,releaseId}");
  for (const std::string& path :
       {"/api/Spaces-1/deploymentprocesses/" + snapshot + "/template", live + "/template?releaseId=Releases-1"}) {
    CAPTURE(path);
    const Answer needed = get(path);
    REQUIRE_MESSAGE(needed.status == 200, needed.text);
    CHECK(needed.str("DeploymentProcessId") == snapshot);
    CHECK(needed["Packages"].as_array().size() == 1);
  }
  CHECK(get(live + "/template")["Packages"].as_array().empty());
  CHECK(get(live + "/template?releaseId=Releases-9").status == 404);
  CHECK(get("/api/Spaces-1/deploymentprocesses/deploymentprocess-Projects-1-s-9-AAAAA/template").status == 404);
}

TEST_CASE_FIXTURE(DeliveryApi, "a release's variables are those that it froze") {
  make_release("1.0.0");
  const std::string snapshot = get("/api/releases/Releases-1").str("ProjectVariableSetSnapshotId");
  const Answer frozen = get("/api/Spaces-1/releases/Releases-1/variables");
  CHECK(frozen.id() == snapshot);
  CHECK(frozen.body == get("/api/Spaces-1/variables/" + snapshot).body);
}

TEST_CASE_FIXTURE(DeliveryApi, "a channel rule can be tried on a version") {
  const Answer tried = post("/api/Spaces-1/channels/rule-test", json::object{{"version", "1.5.0-beta"},
                                                                             {"versionRange", "[1.0,2.0)"},
                                                                             {"preReleaseTag", "^$"},
                                                                             {"feedId", "feeds-builtin"}});
  CHECK(tried["SatisfiesVersionRange"] == json::value(true));
  CHECK(tried["SatisfiesPreReleaseTag"] == json::value(false));
  CHECK(get("/api/Spaces-1/channels/rule-test?version=1.0&versionRange=%5B1")
            .body.as_object()
            .at("Errors")
            .as_array()
            .size() == 1);
}

TEST_CASE_FIXTURE(DeliveryApi, "wrong types and unknown names are answered with what is wrong") {
  CHECK(send("POST", "/api/Spaces-1/releases/create/v1", R"({"projectName":7})")
            .errors()
            .find("ProjectName must be a text") != std::string::npos);
  CHECK(send("POST", "/api/Spaces-1/releases/create/v1", "[1]").status == 400);
  CHECK(send("POST", "/api/Spaces-1/releases/create/v1", R"({"projectName":"Nope"})").errors().find("'Nope'") !=
        std::string::npos);
  CHECK(get("/api/Spaces-1/releases?ids=Releases-99").items().empty());
  CHECK(get("/api/Spaces-1/projects/Nope/releases").status == 404);
  CHECK(get("/api/Spaces-1/projects/Web/releases/9.9").status == 404);
}

TEST_CASE_FIXTURE(DeliveryApi,
                  "Git resources are refused wherever a release takes them, and a Git reference is kept as an object") {
  const auto refused = [](const Answer& answer) {
    CHECK(answer.status == 400);
    CHECK(answer.errors().find("GitResources: no step of this server takes files from Git") != std::string::npos);
  };
  json::object modern{{"projectName", "Web"}, {"releaseVersion", "1.0.0"}, {"packageVersion", "1.0"}};
  refused(
      post("/api/Spaces-1/releases/create/v1", testing::with(modern, "gitResources", json::array{"Manifests:main"})));
  modern["gitResources"] = json::array{""};
  modern["gitRef"] = "refs/heads/main";
  const Answer made = post("/api/Spaces-1/releases/create/v1", modern);
  REQUIRE_MESSAGE(made.status == 201, made.text);
  const Answer release = get("/api/Spaces-1/releases/" + made.str("ReleaseId"));
  CHECK(release["VersionControlReference"] ==
        json::value(json::object{{"GitRef", "refs/heads/main"}, {"GitCommit", ""}}));
  const json::array resources{json::object{{"ActionName", "Manifests"}}};
  refused(
      put("/api/Spaces-1/releases/" + release.id(), testing::with(release.body, "SelectedGitResources", resources)));
  const json::object classic{{"ProjectId", project}, {"Version", "1.1.0"}, {"SelectedGitResources", resources}};
  refused(post("/api/Spaces-1/releases", classic));
}

}  // namespace
}  // namespace slipway::api
