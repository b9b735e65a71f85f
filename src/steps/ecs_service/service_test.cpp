#include "steps/ecs_service/service.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "cloud/fake_aws.h"

using namespace slipway;
using namespace slipway::steps::ecs;
using namespace std::chrono_literals;

namespace {

/// A family whose revisions 1, 2, 3 … were registered at second 1, 2, 3 …, by the units "u1", "u2", "u3" ….
struct FakeFamily : aws::FakeAws {
  explicit FakeFamily(int count = 30) {
    http.otherwise = [this, count](const net::ClientRequest& request) {
      const json::object input = json::parse(request.body).as_object();
      if (input.contains("familyPrefix")) {
        json::array arns;
        for (int i = count; i > 0; --i) arns.emplace_back(fmt::format("web:{}", i));
        return net::ClientResponse{200, {}, json::to_text(json::object{{"taskDefinitionArns", std::move(arns)}})};
      }
      ++described;
      const std::string arn(json::text_at(input, "taskDefinition").value_or(""));
      const std::string number = arn.substr(arn.find(':') + 1);
      return net::ClientResponse{200,
                                 {},
                                 fmt::format(R"({{"taskDefinition":{{"taskDefinitionArn":"{}",
        "registeredAt":{}}},"tags":[{{"key":"slipway:unit","value":"u{}"}}]}})",
                                             arn, number, number)};
    };
  }
  int described = 0;
};

/// What a service shows that somebody else has updated since our rollout, which has ended.
constexpr auto kService = R"({"services":[{"status":"ACTIVE","deployments":[
  {"id":"ecs-svc/3","status":"PRIMARY","taskDefinition":"td:9"}]}]})";
constexpr auto kBriefs = R"({"serviceDeployments":[
  {"serviceDeploymentArn":"sd:2","createdAt":130,"targetServiceRevisionArn":"rev:2"}]})";
constexpr auto kRevisions = R"({"serviceRevisions":[{"serviceRevisionArn":"rev:2","taskDefinition":"td:2"}]})";

}  // namespace

TEST_CASE("a revision of ours is found however many others registered after it") {
  FakeFamily aws;
  CHECK(find_registered(aws.client(), "web", "u8", from_micros(5'000'000)) == "web:8");
}

TEST_CASE("revisions older than the intent are not looked at") {
  FakeFamily aws;
  CHECK_FALSE(find_registered(aws.client(), "web", "u2", from_micros(28'000'000)));
  CHECK(aws.described == 4);
}

TEST_CASE_FIXTURE(aws::FakeAws, "an ended rollout is searched for by AWS's clock, whatever ours says") {
  http.then(200, kService);
  http.then(200, kBriefs);
  http.then(200, kRevisions);
  ServiceFacts before;
  before.Deployment = "ecs-svc/1";
  before.DeployedAt = from_micros(100'000'000);
  const auto found = find_deployment(client(), "prod", "web", "td:2", before, from_micros(900'000'000));
  REQUIRE(found);
  CHECK(found->id.empty());
  CHECK(found->created_at == from_micros(130'000'000));
  CHECK(json::parse(http.requests[1].body).at("createdAt").at("after").to_number<double>() == 101);
}

TEST_CASE("a service tells how far its PRIMARY deployment is, and when AWS made it") {
  const auto facts = facts_of(json::parse(R"({"deployments":[
    {"id":"ecs-svc/1","status":"ACTIVE","rolloutState":"FAILED","createdAt":1},
    {"id":"ecs-svc/2","status":"PRIMARY","rolloutState":"COMPLETED","createdAt":2.5}]})")
                                  .as_object());
  CHECK(facts.Deployment == "ecs-svc/2");
  CHECK(facts.RolloutState == "COMPLETED");
  CHECK(facts.DeployedAt == from_micros(2'500'000));
}
