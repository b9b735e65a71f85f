#include "api/resources/feed_routes.h"

#include <doctest/doctest.h>

#include "api/delivery/delivery_testing.h"

namespace slipway::api {
namespace {

using testing::Answer;
using testing::DeliveryApi;

class TableFeed final : public feeds::Feed {
 public:
  std::vector<feeds::Repository> search(std::string_view term, std::size_t) override {
    return term == "web" ? std::vector<feeds::Repository>{{"team/web", ""}} : std::vector<feeds::Repository>{};
  }
  std::vector<feeds::PackageVersion> versions(std::string_view) override {
    return {{"1.0.0", "sha256:10", std::nullopt, 0},
            {"1.1.0", "sha256:11", std::nullopt, 0},
            {"2.0.0-beta", "sha256:20", std::nullopt, 0}};
  }
  std::optional<feeds::PackageVersion> find(std::string_view, std::string_view version) override {
    for (const auto& known : versions("")) {
      if (known.version == version) return known;
    }
    return std::nullopt;
  }
  std::string registry() override { return "registry.test"; }
};

/// With an ECR feed whose answers come from a table.
struct FeedApi : DeliveryApi {
  std::string feed;
  FeedApi() {
    services().feed_types.add(
        "AwsElasticContainerRegistry",
        [](const model::Feed&, const feeds::RevealSecret&, const Deadline&) { return std::make_unique<TableFeed>(); });
    const Answer made =
        post("/api/Spaces-1/feeds", json::object{{"Name", "Hub"},
                                                 {"FeedType", "AwsElasticContainerRegistry"},
                                                 {"Region", "eu-west-1"},
                                                 {"AccessKey", "AKIA"},
                                                 {"SecretKey", json::object{{"HasValue", true}, {"NewValue", "s"}}}});
    REQUIRE_MESSAGE(made.status == 201, made.text);
    feed = "/api/Spaces-1/feeds/" + made.id();
  }
  std::string first_version(const std::string& query) {
    const Answer found = get(feed + "/packages/versions?packageId=team/web" + query);
    REQUIRE_MESSAGE(found.status == 200, found.text);
    return found.items().empty() ? ""
                                 : std::string(json::view(found.items().at(0).as_object().at("Version").as_string()));
  }
};

TEST_CASE_FIXTURE(FeedApi, "a feed's versions come newest first, within the range and tag that were asked for") {
  CHECK(first_version("&take=1") == "2.0.0-beta");
  CHECK(first_version("&preReleaseTag=%5E%24") == "1.1.0");
  CHECK(first_version("&versionRange=%5B1.0,1.1)") == "1.0.0");
  CHECK(first_version("&includePreRelease=false") == "1.1.0");
  CHECK(first_version("&versionRange=%5B9,)").empty());
  CHECK(get(feed + "/packages?packageId=team/web").body.as_array().size() == 3);
  CHECK(get(feed + "/packages/search?term=web").items().at(0).as_object().at("Id") == json::value("team/web"));
  CHECK(get(feed + "/packages/versions?packageId=x&versionRange=%5B1").status == 400);
}

TEST_CASE_FIXTURE(FeedApi, "a release freezes the digest of its image, and tells when the image is gone") {
  Answer process = get("/api/Spaces-1/projects/Web/deploymentprocesses");
  const std::string id = feed.substr(feed.rfind('/') + 1);
  const json::value steps =
      json::parse(R"([{"Name":"Web","Actions":[{"Name":"Web","ActionType":"Slipway.NoOp","Packages":[
      {"Name":"web","PackageId":"team/web","FeedId":")" +
                  id + R"(","AcquisitionLocation":"NotAcquired"}]}]}])");
  REQUIRE(put("/api/Spaces-1/projects/Web/deploymentprocesses", testing::with(process.body, "Steps", steps)).status ==
          200);
  const auto release = [&](std::string version) {
    return post("/api/Spaces-1/releases/create/v1",
                json::object{{"projectName", "Web"}, {"packages", json::array{json::value("Web:web:" + version)}}});
  };
  CHECK(release("3.0.0").errors().find("has no image 'team/web:3.0.0'") != std::string::npos);
  const Answer made = release("1.0.0");
  REQUIRE_MESSAGE(made.status == 201, made.text);
  const std::string path = "/api/Spaces-1/releases/" + made.str("ReleaseId");
  CHECK(get(path)["SelectedPackages"].as_array().at(0).as_object().at("Digest") == json::value("sha256:10"));
  CHECK(get(path + "/missingpackages")["Packages"].as_array().empty());
}

}  // namespace
}  // namespace slipway::api
