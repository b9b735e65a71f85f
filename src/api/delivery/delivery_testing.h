// For tests of releases, deployments and tasks: an API with a project, its process and three environments.
#pragma once

#include <string>

#include "api/testing.h"

namespace slipway::api::testing {

class DeliveryApi : public TestApi {
 public:
  std::string dev = make_environment("Dev").id();
  std::string prod = make_environment("Prod").id();
  std::string project = make_project("Web").id();

  DeliveryApi() {
    const Answer process = get("/api/Spaces-1/projects/Web/deploymentprocesses");
    const json::value steps =
        json::parse(R"([{"Name":"Migrate","Actions":[{"Name":"Migrate","ActionType":"Slipway.NoOp"}]},
      {"Name":"Deploy web","Actions":[{"Name":"Deploy web","ActionType":"Slipway.NoOp","Packages":[
        {"Name":"","PackageId":"Fern.Web","FeedId":"feeds-builtin"}]}]}])");
    const Answer saved = put("/api/Spaces-1/projects/Web/deploymentprocesses", with(process.body, "Steps", steps));
    REQUIRE_MESSAGE(saved.status == 200, saved.text);
  }

  Answer make_release(std::string_view version) {
    return post("/api/Spaces-1/releases/create/v1",
                json::object{{"projectName", "Web"}, {"releaseVersion", version}, {"packageVersion", "1.0"}});
  }
  Answer deploy(std::string_view version, std::string_view environment) {
    return post(
        "/api/Spaces-1/deployments/create/untenanted/v1",
        json::object{
            {"projectName", "Web"}, {"releaseVersion", version}, {"environmentNames", json::array{environment}}});
  }
};

/// The first deployment and task of an executions answer.
inline std::string first(const Answer& answer, std::string_view member) {
  const auto& tasks = answer["DeploymentServerTasks"].as_array();
  return std::string(json::view(tasks.at(0).as_object().at(member).as_string()));
}

}  // namespace slipway::api::testing
