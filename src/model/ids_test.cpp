#include "model/ids.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace slipway::model {
namespace {

TEST_CASE("an id has one spelling, however it is written") {
  for (const auto& [written, stored] : {
           std::pair("projects-1", "Projects-1"),
           std::pair("LIBRARYVARIABLESETS-12", "LibraryVariableSets-12"),
           std::pair("servertasks-3", "ServerTasks-3"),
           std::pair("apikeys-3", "APIKeys-3"),
           std::pair("Feeds-Builtin", "feeds-builtin"),
           std::pair("TEAMS-2", "Teams-2"),
           std::pair("UserRoles-ProjectDeployer", "userroles-projectdeployer"),
           std::pair("Teams-Administrators", "teams-administrators"),
           std::pair("teams-spacemanagers-spaces-1", "teams-spacemanagers-Spaces-1"),
           std::pair("DeploymentProcess-projects-1", "deploymentprocess-Projects-1"),
           std::pair("variableset-libraryvariablesets-1", "variableset-LibraryVariableSets-1"),
           std::pair("deploymentprocess-projects-1-S-3-abcde", "deploymentprocess-Projects-1-s-3-ABCDE"),
       }) {
    CHECK(canonical_id(written) == stored);
    CHECK(canonical_id(stored) == stored);
  }
}

TEST_CASE("what is no id stays as it is") {
  for (const char* text : {"", "-", "-1", "Web", "my-project", "projects", "projects-", "projects-x", "Fern-1", "a/b",
                           "projects-1x", "Prod-2"}) {
    CHECK(canonical_id(text) == text);
  }
}

}  // namespace
}  // namespace slipway::model
