#include "feeds/ecr_feed.h"

#include <doctest/doctest.h>

#include "cloud/fake_aws.h"

namespace slipway::feeds {
namespace {

using namespace std::chrono_literals;

struct EcrFixture : aws::FakeAws {
  aws::CredentialCache cache{clock, random};
  FeedTypes types;
  std::stop_source stop;

  EcrFixture() {
    types.add("AwsElasticContainerRegistry", ecr_feeds({runtime, cache,
                                                        []() -> std::unique_ptr<aws::CredentialSource> {
                                                          return aws::static_keys("AKIDMACHINE", Secret("machine"));
                                                        }},
                                                       stop.get_token()));
  }

  std::unique_ptr<Feed> open(std::string access_key = "AKIDFEED") {
    model::Feed feed;
    feed.Name = "Hub";
    feed.FeedType = "AwsElasticContainerRegistry";
    feed.Region = "eu-west-1";
    feed.AccessKey = std::move(access_key);
    return types.open(
        feed, [](const model::Value&) { return Secret("secret"); }, Deadline::after(clock, 20s));
  }
};

TEST_CASE_FIXTURE(EcrFixture, "every tag of a repository is a version with its digest and time of push") {
  http.then(200, R"({"imageDetails":[{"imageDigest":"sha256:1","imageTags":["1.0","latest"],"imagePushedAt":5},
                                     {"imageDigest":"sha256:2"}]})");
  const auto versions = open()->versions("team/web");
  REQUIRE(versions.size() == 2);
  CHECK(versions[0].version == "1.0");
  CHECK(versions[1].digest == "sha256:1");
  CHECK(versions[0].published == from_micros(5'000'000));
}

TEST_CASE_FIXTURE(EcrFixture, "PKG-4: a tag resolves to its digest, and a missing one to nothing") {
  http.then(200, R"({"imageDetails":[{"imageDigest":"sha256:1","imageTags":["1.0"]}]})");
  http.then(400, R"({"__type":"ImageNotFoundException","message":"no such tag"})");
  const auto feed = open();
  CHECK(feed->find("team/web", "1.0")->digest == "sha256:1");
  CHECK_FALSE(feed->find("team/web", "1.1"));
}

TEST_CASE_FIXTURE(EcrFixture, "what a feed asks ends with the server") {
  http.then(200, R"({"imageDetails":[]})");
  open()->versions("team/web");
  REQUIRE(http.requests.size() == 1);
  CHECK_FALSE(http.requests[0].stop.stop_requested());
  stop.request_stop();
  CHECK(http.requests[0].stop.stop_requested());
}

TEST_CASE_FIXTURE(EcrFixture, "the registry is the host of the feed's own account") {
  // base64 of "AWS:token"
  http.then(200, R"({"authorizationData":[{"authorizationToken":"QVdTOnRva2Vu",
                     "proxyEndpoint":"https://1234.dkr.ecr.eu-west-1.amazonaws.com"}]})");
  const auto feed = open();
  CHECK(feed->registry() == "1234.dkr.ecr.eu-west-1.amazonaws.com");
  CHECK(feed->registry() == "1234.dkr.ecr.eu-west-1.amazonaws.com");
  CHECK(open()->registry() == "1234.dkr.ecr.eu-west-1.amazonaws.com");
  CHECK(http.requests.size() == 1);
  clock.advance(2h);
  http.then(200, R"({"authorizationData":[{"authorizationToken":"QVdTOnRva2Vu","proxyEndpoint":"https://moved"}]})");
  CHECK(open()->registry() == "moved");
}

TEST_CASE_FIXTURE(EcrFixture, "while AWS's rate limit or other calls hold it back, a feed waits instead of failing") {
  http.otherwise = [](const auto&) {
    return net::ClientResponse{200, {}, R"({"imageDetails":[{"imageDigest":"sha256:1","imageTags":["1.0"]}]})"};
  };
  for (int i = 0; i < 100; ++i) CHECK(open()->find("team/web", "1.0"));

  const auto account = cache.provider(aws::static_keys("AKIDFEED", Secret("secret")))->account();
  auto one = runtime.limiter.enter(account);
  auto two = runtime.limiter.enter(account);
  runtime.pause = [&](Duration d) {
    clock.advance(d);
    one.reset();
  };
  CHECK(open()->find("team/web", "1.0"));
  CHECK_FALSE(one);
}

TEST_CASE_FIXTURE(EcrFixture, "a feed that AWS holds back gives up at once when the server stops") {
  const auto account = cache.provider(aws::static_keys("AKIDFEED", Secret("secret")))->account();
  const auto one = runtime.limiter.enter(account);
  const auto two = runtime.limiter.enter(account);
  runtime.pause = [&](Duration d) {
    clock.advance(d);
    stop.request_stop();
  };
  CHECK_THROWS_WITH_AS(open()->find("team/web", "1.0"), "The feed 'Hub' can't be asked: the server stops.", Error);
  CHECK(clock.steady() <= SteadyTime{1s});
}

TEST_CASE_FIXTURE(EcrFixture, "a feed that AWS holds back for 20 seconds can be asked again later") {
  http.otherwise = [](const auto&) {
    return net::ClientResponse{400, {}, R"({"__type":"ThrottlingException","message":"Rate exceeded"})"};
  };
  const auto feed = open();
  try {
    feed->find("team/web", "1.0");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::unavailable);
    CHECK(error.message().find("The feed 'Hub' can't be asked: AWS ECR DescribeImages") != std::string::npos);
  }
  CHECK(clock.steady() > SteadyTime{2s});
  CHECK(clock.steady() <= SteadyTime{20s});
}

TEST_CASE_FIXTURE(EcrFixture, "however a registry fails to answer, every question ends by the request's deadline") {
  using Ask = std::function<void(Feed&)>;
  using Answer = std::function<net::ClientResponse()>;
  const auto lose = [&](bool sent) -> net::ClientResponse {
    clock.advance(http.times.back());
    throw net::NetworkError("no answer came in time.", sent);
  };
  const auto page = [](const std::string& token) {
    return net::ClientResponse{200, {}, R"({"imageDetails":[],"repositories":[],"nextToken":")" + token + "\"}"};
  };
  int tokens = 0;
  const std::vector<std::pair<const char*, Ask>> questions{{"search", [](Feed& feed) { feed.search("", 10); }},
                                                           {"versions", [](Feed& feed) { feed.versions("team/web"); }},
                                                           {"find", [](Feed& feed) { feed.find("team/web", "1.0"); }},
                                                           {"registry", [](Feed& feed) { feed.registry(); }}};
  const std::vector<std::pair<const char*, Answer>> failures{
      {"silence", [&] { return lose(true); }},
      {"no connection", [&] { return lose(false); }},
      {"pages without end", [&] { return page(std::to_string(++tokens)); }},
      {"slow pages without end",
       [&] {
         clock.advance(1s);
         return page(std::to_string(++tokens));
       }},
      {"the same page again and again", [&] { return page("same"); }},
      {"throttling",
       [] {
         return net::ClientResponse{400, {}, R"({"__type":"ThrottlingException"})"};
       }},
      {"errors",
       [] {
         return net::ClientResponse{500, {}, ""};
       }},
      {"nonsense", [] {
         return net::ClientResponse{200, {}, "<html>"};
       }}};
  int tried = 0;
  for (const auto& [question, ask] : questions) {
    for (const auto& [failure, answer] : failures) {
      CAPTURE(question);
      CAPTURE(failure);
      clock.advance(1h);  // what the limiter remembers is over
      http.otherwise = [answer = answer](const auto&) { return answer(); };
      const SteadyTime began = clock.steady();
      CHECK_THROWS_AS(ask(*open()), Error);
      CHECK(clock.steady() - began <= 21s);
      for (const Duration time : http.times) CHECK(time <= 20s);
      http.requests.clear();
      http.times.clear();
      ++tried;
    }
  }
  MESSAGE("registries that don't answer: ", tried, " questions tried");
}

TEST_CASE_FIXTURE(EcrFixture, "repositories are searched by a part of their name") {
  http.otherwise = [](const auto&) {
    return net::ClientResponse{
        200, {}, R"({"repositories":[{"repositoryName":"team/Web"},{"repositoryName":"team/api"}]})"};
  };
  CHECK(open()->search("web", 10).size() == 1);
  CHECK(open()->search("", 1).size() == 1);
}

TEST_CASE_FIXTURE(EcrFixture, "what AWS refuses names the feed and is the caller's to mend") {
  http.then(400, R"({"__type":"RepositoryNotFoundException","message":"The repository 'x' does not exist"})");
  try {
    open()->versions("x");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid);
    CHECK(error.message().find("The feed 'Hub' can't be asked") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(EcrFixture, "a feed without keys acts as the machine itself") {
  http.then(200, R"({"repositories":[]})");
  open("")->search("", 1);
  CHECK(http.requests[0].headers.find("Authorization")->find("AKIDMACHINE") != std::string_view::npos);
}

TEST_CASE_FIXTURE(EcrFixture, "a feed of a type that can't be searched is named") {
  model::Feed feed;
  feed.Name = "Public";
  feed.FeedType = "Docker";
  CHECK_FALSE(types.knows("Docker"));
  CHECK_THROWS_WITH_AS(types.open(feed, {}, Deadline::after(clock, 20s)),
                       doctest::Contains("The feed 'Public' is of type 'Docker'"), Error);
}

}  // namespace
}  // namespace slipway::feeds
