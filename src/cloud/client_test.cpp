#include "cloud/client.h"

#include <doctest/doctest.h>

#include "base/retry_later.h"
#include "cloud/fake_aws.h"
#include "net/http_date.h"

using namespace slipway;
using namespace slipway::aws;
using namespace std::chrono_literals;

namespace {

const Operation kRead{kEcs, "DescribeServices"};
const Operation kWrite{kEcs, "UpdateService", CallGroup::write, false};

template <class E>
std::optional<E> caught(auto&& f) {
  try {
    f();
  } catch (const E& e) {
    return e;
  }
  return std::nullopt;
}

std::string error_body(std::string code) { return R"({"__type":")" + code + R"(","message":"why"})"; }

}  // namespace

TEST_CASE_FIXTURE(FakeAws, "a call of the JSON protocol is signed, addressed, and free of nulls") {
  http.then(200, R"({"services":[]})");
  const auto output = client().call(kRead, {{"cluster", "prod"}, {"include", nullptr}});
  CHECK(output.contains("services"));
  const auto& request = http.requests.at(0);
  CHECK(request.method == "POST");
  CHECK(request.url == "https://ecs.eu-west-1.amazonaws.com/");
  CHECK(request.body == R"({"cluster":"prod"})");
  CHECK(request.repeatable);
  CHECK(request.headers.find("X-Amz-Target") == "AmazonEC2ContainerServiceV20141113.DescribeServices");
  CHECK(request.headers.find("Content-Type") == "application/x-amz-json-1.1");
  CHECK(request.headers.find("Authorization")->find("/eu-west-1/ecs/aws4_request") != std::string::npos);
}

TEST_CASE_FIXTURE(FakeAws, "a call of the Query protocol escapes its parameters") {
  http.then(200, "<R><A>1</A></R>");
  CHECK(client().query({kSts, "AssumeRole"}, {{"RoleArn", "arn:aws:iam::1:role/a b"}}).text_at("A") == "1");
  CHECK(http.requests.at(0).body ==
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa%20b");
}

TEST_CASE_FIXTURE(FakeAws, "reads try three times within milliseconds, then park") {
  http.then(500, error_body("ServerException"));
  http.then_lost(true);
  http.then(200);
  CHECK_NOTHROW(client().call(kRead, {}));
  CHECK(clock.steady() < SteadyTime{200ms});

  for (int i = 0; i < 3; ++i) http.then(503, "");
  const auto park = caught<RetryLater>([&] { client().call(kRead, {}); });
  REQUIRE(park);
  CHECK(park->nothing_happened());
  CHECK(park->delay() <= 20s);
  CHECK(park->why().starts_with("AWS ECS DescribeServices in eu-west-1 failed: HTTP status 503."));
}

TEST_CASE_FIXTURE(FakeAws, "AWS's wish for when to come again is granted, within seconds of our own time") {
  http.then(503, "", {{"x-amz-retry-after", "4000"}});
  CHECK(caught<RetryLater>([&] { client().call(kRead, {}); })->delay() == 4s);
  http.then(400, error_body("ThrottlingException"), {{"x-amz-retry-after", "3600000"}});
  CHECK(caught<RetryLater>([&] { client().call(kRead, {}); })->delay() < 10s);
  http.then(503, "", {{"x-amz-retry-after", "soon"}});
  http.then(200);
  CHECK_NOTHROW(client().call(kRead, {}));
}

TEST_CASE_FIXTURE(FakeAws, "calls are tried again at once only as long as most succeed") {
  bool healthy = false;
  http.otherwise = [&](const auto&) { return net::ClientResponse{healthy ? 200 : 503, {}, "{}"}; };
  const auto requests_of = [&](int calls) {
    http.requests.clear();
    for (int i = 0; i < calls; ++i) {
      clock.advance(10s);
      caught<RetryLater>([&] { client().call(kRead, {}); });
    }
    return http.requests.size();
  };
  CHECK(requests_of(100) <= 100 + 36);
  CHECK(requests_of(10) == 10);
  healthy = true;
  requests_of(500);
  healthy = false;
  CHECK(requests_of(1) == 3);
}

TEST_CASE_FIXTURE(FakeAws, "a write whose answer is lost is not repeated; one that was never sent is") {
  http.then_lost(false);
  http.then_lost(true);
  const auto lost = caught<RetryLater>([&] { client().call(kWrite, {}); });
  REQUIRE(lost);
  CHECK_FALSE(lost->nothing_happened());
  CHECK(http.requests.size() == 2);

  http.then(500, error_body("ServerException"));
  CHECK_FALSE(caught<RetryLater>([&] { client().call(kWrite, {}); })->nothing_happened());
  http.then(200, "<html>");
  CHECK_FALSE(caught<RetryLater>([&] { client().call(kWrite, {}); })->nothing_happened());
  CHECK_FALSE(http.requests.back().repeatable);
}

TEST_CASE_FIXTURE(FakeAws, "an emulator's bare 500 for what it may lack is a refusal, an outage of AWS is not") {
  const Operation optional{kEcs, "ListServiceDeployments", CallGroup::read, true, true};
  http.then(500, "<html>");
  CHECK(caught<AwsError>([&] { client().call(optional, {}); })->kind() == FailureKind::client);
  for (int i = 0; i < 3; ++i) http.then(500, "", {{"x-amzn-RequestId", "r"}});
  CHECK(caught<RetryLater>([&] { client().call(optional, {}); }));
}

TEST_CASE_FIXTURE(FakeAws, "throttling parks, and surely did nothing") {
  http.otherwise = [](const auto&) { return net::ClientResponse{400, {}, error_body("ThrottlingException")}; };
  const auto park = caught<RetryLater>([&] { client().call(kWrite, {}); });
  REQUIRE(park);
  CHECK(park->nothing_happened());
}

TEST_CASE_FIXTURE(FakeAws, "our own limiter parks before anything is sent") {
  http.otherwise = [](const auto&) { return net::ClientResponse{200, {}, "{}"}; };
  std::optional<RetryLater> park;
  while (!park)
    park = caught<RetryLater>([&] {
      client().call({kEcs, "RegisterTaskDefinition", CallGroup::task_definition_write, false}, {});
    });
  CHECK(http.requests.size() == 20);
  CHECK(park->nothing_happened());
  CHECK(park->delay() > 900ms);
}

TEST_CASE_FIXTURE(FakeAws, "a call that is turned away because others are under way costs no turn of the rate limit") {
  http.otherwise = [](const auto&) { return net::ClientResponse{200, {}, "{}"}; };
  {
    const auto one = runtime.limiter.enter(keys->account());
    const auto two = runtime.limiter.enter(keys->account());
    for (int i = 0; i < 60; ++i) {
      const auto park = caught<RetryLater>([&] { client().call(kRead, {}); });
      REQUIRE(park);
      CHECK(park->nothing_happened());
    }
  }
  for (int i = 0; i < 50; ++i) CHECK_NOTHROW(client().call(kRead, {}));
  CHECK(clock.steady() == SteadyTime{0s});
}

TEST_CASE_FIXTURE(FakeAws, "refusals are errors at once, with AWS's code and request id") {
  http.then(400, error_body("AccessDeniedException"), {{"x-amzn-RequestId", "r-7"}});
  const auto error = caught<AwsError>([&] { client().call(kWrite, {}); });
  REQUIRE(error);
  CHECK(error->kind() == FailureKind::denied);
  CHECK(error->aws_code() == "AccessDeniedException");
  CHECK(error->failure().request_id == "r-7");
  CHECK_FALSE(error->failure().maybe_done);
  CHECK(http.requests.size() == 1);
}

TEST_CASE_FIXTURE(FakeAws,
                  "what a call was signed with stands in nothing that its answer says, however it is written there") {
  keys = std::make_shared<CredentialProvider>(
      static_keys("AKIDEXAMPLE", Secret("secret/access+key"), Secret("session/token+1==")), clock, random);
  const auto tells = [](const std::string& text) {
    return text.find("access+key") != std::string::npos || text.find("token+1") != std::string::npos;
  };
  const auto with = [](std::string body, const std::string& secret) {
    return body.replace(body.find("SECRET"), 6, secret);
  };
  int tried = 0;
  for (const char* secret : {"secret/access+key", "session/token+1==", R"(secret\/access\u002bkey)",
                             R"(session\/token\u002B1\u003d=)", "secret/access+keysession/token+1=="}) {
    for (const char* body :
         {R"({"__type":"ClientException","message":"no: SECRET"})", R"({"__type":"SECRET","message":"no"})"}) {
      http.then(400, with(body, secret), {{"x-amzn-RequestId", "id session/token+1=="}});
      const auto error = caught<AwsError>([&] { client().call(kWrite, {}); });
      REQUIRE(error);
      CHECK_FALSE(tells(error->message() + error->failure().message + error->failure().code));
      ++tried;
    }
  }
  http.then(200, R"({"services":[{"events":[{"message":"saw session/token+1== and secret/access+key"}]}]})");
  CHECK_FALSE(tells(json::to_text(client().call(kRead, {}))));
  MESSAGE(tried << " answers");
}

TEST_CASE_FIXTURE(FakeAws, "a wrong clock is corrected by the answer's date, once, for that endpoint") {
  const auto aws_time = clock.now() + 20min;
  http.then(403, error_body("SignatureDoesNotMatch"), {{"Date", net::http_date(aws_time)}});
  http.then(200);
  http.then(200);
  client().call(kWrite, {});
  client().call(kRead, {});
  CHECK(http.requests.size() == 3);
  CHECK(runtime.skews.of("https://ecs.eu-west-1.amazonaws.com/") > 19min);
  CHECK(http.requests[0].headers.find("X-Amz-Date") != http.requests[1].headers.find("X-Amz-Date"));
  CHECK(http.requests[1].headers.find("X-Amz-Date") == http.requests[2].headers.find("X-Amz-Date"));

  http.then(403, error_body("SignatureDoesNotMatch"), {{"Date", net::http_date(aws_time)}});
  CHECK(caught<AwsError>([&] { client().call(kRead, {}); })->kind() == FailureKind::denied);
}

TEST_CASE_FIXTURE(FakeAws, "calls that find out together that the clock is wrong all repeat") {
  const auto refused = [aws_time = clock.now() + 20min](const auto&) {
    return net::ClientResponse{403, {{"Date", net::http_date(aws_time)}}, error_body("InvalidSignatureException")};
  };
  http.then([&](const auto& request) {
    http.then(refused);  // the other call was signed before this one's answer came, and learns first
    http.then(200);
    client().call(kRead, {});
    http.then(200);
    return refused(request);
  });
  CHECK_NOTHROW(client().call(kRead, {}));
  CHECK(http.requests.size() == 4);
}

TEST_CASE_FIXTURE(FakeAws, "a sequence of reads that has begun overdraws the rate limit instead of starting over") {
  http.otherwise = [](const auto&) { return net::ClientResponse{200, {}, "{}"}; };
  const Client sequence = client().in_sequence();
  for (int i = 0; i < 50; ++i) client().call(kRead, {});  // the burst
  CHECK_NOTHROW(sequence.call(kRead, {}));                // waits for its turn
  for (int i = 0; i < 20; ++i) CHECK_NOTHROW(sequence.call(kRead, {}));
  const auto park = caught<RetryLater>([&] { client().call(kRead, {}); });
  REQUIRE(park);
  CHECK(park->delay() > 2s);
  CHECK(caught<RetryLater>([&] { client().in_sequence().call(kRead, {}); }));
}

TEST_CASE_FIXTURE(FakeAws, "keys that stay expired are an error after one renewal") {
  http.then(400, error_body("ExpiredTokenException"));
  http.then(400, error_body("ExpiredTokenException"));
  CHECK(caught<AwsError>([&] { client().call(kRead, {}); })->kind() == FailureKind::expired_credentials);
  CHECK(http.requests.size() == 2);
}

TEST_CASE_FIXTURE(FakeAws,
                  "a session that AWS does not know any more is renewed once; keys that it does not know are not") {
  for (const auto* code : {"InvalidClientTokenId", "UnrecognizedClientException"}) {
    CAPTURE(code);
    keys = std::make_shared<CredentialProvider>(static_keys("AKIDEXAMPLE", Secret("secret"), Secret("session")), clock,
                                                random);
    http.requests.clear();
    http.then(403, error_body(code));
    http.then(200);
    CHECK_NOTHROW(client().call(kRead, {}));
    CHECK(http.requests.size() == 2);

    http.then(403, error_body(code));
    http.then(403, error_body(code));
    CHECK(caught<AwsError>([&] { client().call(kRead, {}); })->kind() == FailureKind::expired_credentials);

    keys = std::make_shared<CredentialProvider>(static_keys("AKIDEXAMPLE", Secret("secret")), clock, random);
    http.then(403, error_body(code));
    CHECK(caught<AwsError>([&] { client().call(kRead, {}); })->kind() == FailureKind::denied);
  }
}
