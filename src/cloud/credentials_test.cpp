#include "cloud/credentials.h"

#include <doctest/doctest.h>

#include <optional>
#include <set>

#include "base/error.h"
#include "base/retry_later.h"
#include "cloud/fake_aws.h"

using namespace slipway;
using namespace slipway::aws;
using namespace std::chrono_literals;

namespace {

Deadline in_time(const Clock& clock) { return Deadline::after(clock, 1min); }

struct CountingSource final : CredentialSource {
  CountingSource(const Clock& c, int& n) : clock(c), fetched(n) {}
  std::string identity() const override { return "counting"; }
  CredentialsPtr fetch(const Deadline&) override {
    if (during) during();
    ++fetched;
    return std::make_shared<const Credentials>(Credentials{"id" + std::to_string(fetched), Secret("s"), {}, 1h});
  }
  const Clock& clock;
  int& fetched;
  std::function<void()> during;
};

struct Fixture {
  ManualClock clock;
  SeededRandom random{3};
  int fetched = 0;
  CountingSource* source = nullptr;
  CredentialProvider provider = make();

  CredentialProvider make() {
    auto owned = std::make_unique<CountingSource>(clock, fetched);
    source = owned.get();
    return CredentialProvider(std::move(owned), clock, random);
  }
};

std::string assume_role_answer(Time expires) {
  return "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>sk"
         "</SecretAccessKey><SessionToken>t&amp;t</SessionToken><Expiration>" +
         to_rfc3339(expires) + "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "an hour's session is renewed between 15 and 10 minutes before its end") {
  provider.get(in_time(clock));
  clock.advance(44min);
  provider.get(in_time(clock));
  CHECK(fetched == 1);
  clock.advance(6min + 1s);
  CHECK(provider.get(in_time(clock))->access_key_id == "id2");
}

TEST_CASE_FIXTURE(Fixture, "while one thread renews, the others use what is still valid, or park") {
  std::optional<RetryLater> parked;
  source->during = [&] {
    try {
      provider.get(in_time(clock));
    } catch (const RetryLater& park) {
      parked = park;
    }
  };
  provider.get(in_time(clock));
  CHECK(parked);
  CHECK(fetched == 1);

  source->during = [&] { CHECK(provider.get(in_time(clock))->access_key_id == "id1"); };
  clock.advance(51min);
  CHECK(provider.get(in_time(clock))->access_key_id == "id2");
}

TEST_CASE_FIXTURE(Fixture, "a renewal that fails is no failure before the session ends") {
  provider.get(in_time(clock));
  source->during = [] { fail(ErrorCode::unavailable, "STS is down"); };
  clock.advance(51min);
  CHECK(provider.get(in_time(clock))->access_key_id == "id1");
  CHECK(provider.get(in_time(clock))->access_key_id == "id1");
  clock.advance(9min);
  CHECK_THROWS_AS(provider.get(in_time(clock)), Error);
}

TEST_CASE_FIXTURE(Fixture, "rejected credentials are replaced at once; a late rejection of older ones is ignored") {
  const auto first = provider.get(in_time(clock));
  provider.reject(first);
  const auto second = provider.get(in_time(clock));
  CHECK(second->access_key_id == "id2");
  provider.reject(first);
  CHECK(provider.get(in_time(clock)) == second);
}

TEST_CASE_FIXTURE(FakeAws, "providers are shared by identity, and the least recently used one goes first") {
  CredentialCache cache(clock, random, 2);
  const auto keys_of = [](const char* id, const char* secret) { return static_keys(id, Secret(secret)); };
  const auto a = cache.provider(keys_of("A", "1"));
  CHECK(cache.provider(keys_of("A", "1")) == a);
  CHECK(cache.provider(keys_of(" A\n", "1\r\n")) == a);
  const auto rotated = cache.provider(keys_of("A", "2"));
  CHECK(rotated != a);
  cache.provider(keys_of("A", "1"));
  cache.provider(keys_of("B", "1"));
  CHECK(cache.provider(keys_of("A", "1")) == a);
  CHECK(cache.provider(keys_of("A", "2")) != rotated);
  CHECK(a->identity().find("secret") == std::string::npos);
}

TEST_CASE_FIXTURE(FakeAws, "a role is assumed with its external id, and its calls carry the session token") {
  http.then(200, assume_role_answer(clock.now() + 1h));
  http.then(200);
  const RoleToAssume role{"arn:aws:iam::222222222222:role/deploy", "ext/1", "deployments-7", {}};
  const auto provider = std::make_shared<CredentialProvider>(assumed_role(client(), role), clock, random);
  CHECK(provider->account() == "222222222222");
  Client(runtime, provider, "eu-west-1", kEachCall).call({kEcs, "DescribeServices"}, {});
  CHECK(http.requests[0].url == "https://sts.eu-west-1.amazonaws.com/");
  CHECK(http.requests[0].body ==
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%2Fdeploy"
        "&RoleSessionName=deployments-7&ExternalId=ext%2F1");
  CHECK(http.requests[1].headers.find("X-Amz-Security-Token") == "t&t");
}

TEST_CASE_FIXTURE(FakeAws, "a session that expires under a call is renewed within that call") {
  http.then(200, assume_role_answer(clock.now() + 1h));
  http.then(400, R"({"__type":"ExpiredTokenException"})");
  http.then(200, assume_role_answer(clock.now() + 1h));
  http.then(200);
  const RoleToAssume role{"arn:aws:iam::222222222222:role/deploy", "", "deployments-7", 3600};
  const auto provider = std::make_shared<CredentialProvider>(assumed_role(client(), role), clock, random);
  CHECK_NOTHROW(
      Client(runtime, provider, "eu-west-1", kEachCall).call({kEcs, "UpdateService", CallGroup::write, false}, {}));
  CHECK(http.requests.size() == 4);
}

TEST_CASE_FIXTURE(FakeAws, "a session's end is judged by AWS's clock, however wrong ours is") {
  for (const Duration ahead : {Duration(2h), Duration(-2h)}) {
    CAPTURE(ahead.count());
    runtime.skews.set("https://sts.eu-west-1.amazonaws.com/", ahead);
    int sessions = 0;
    http.otherwise = [&](const auto&) {
      ++sessions;
      return net::ClientResponse{200, {}, assume_role_answer(clock.now() + ahead + 1h)};
    };
    CredentialProvider provider(assumed_role(client(), {"arn:aws:iam::222222222222:role/deploy", "", "watch", {}}),
                                clock, random);
    provider.get(in_time(clock));
    clock.advance(44min);
    provider.get(in_time(clock));
    CHECK(sessions == 1);
    clock.advance(7min);
    provider.get(in_time(clock));
    CHECK(sessions == 2);
  }
}

TEST_CASE_FIXTURE(FakeAws, "a role that refuses says which role, and what its trust policy needs") {
  http.then(403,
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>User x is not authorized</Message></Error>"
            "</ErrorResponse>");
  const auto source = assumed_role(client(), {"arn:aws:iam::222222222222:role/deploy", "ext", "session", {}});
  CHECK_THROWS_WITH_AS(
      source->fetch(in_time(clock)),
      doctest::Contains("The role arn:aws:iam::222222222222:role/deploy could not be assumed; its trust "
                        "policy must name the identity that asks and the account's external id"),
      AwsError);
}

TEST_CASE_FIXTURE(FakeAws, "what can't be a role, session name or external id is refused before any call") {
  for (const auto& role : {RoleToAssume{"deploy", "", "ok", {}}, RoleToAssume{"arn:aws:iam::2:role/x", "", "ok", {}},
                           RoleToAssume{"arn:aws:iam::222222222222:user/x", "", "ok", {}},
                           RoleToAssume{"arn:aws:iam::222222222222:role/x", "", "no blanks", {}},
                           RoleToAssume{"arn:aws:iam::222222222222:role/x", "1", "ok", {}}}) {
    CHECK_THROWS_AS(assumed_role(client(), role), Error);
  }
  CHECK(make_session_name("Deployments-7 (käse)") == "Deployments-7--k--se-");
  CHECK(make_session_name("") == "--");
  CHECK(make_session_name(std::string(100, 'a')).size() == 64);
}

TEST_CASE_FIXTURE(FakeAws, "the account check names both accounts") {
  const auto* answer =
      "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/u</Arn><UserId>U</UserId>"
      "<Account>111111111111</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
  http.then(200, answer);
  http.then(200, answer);
  CHECK_NOTHROW(verify_account(client(), "111111111111"));
  CHECK_THROWS_WITH_AS(verify_account(client(), "222222222222"),
                       doctest::Contains("belong to AWS account 111111111111 (arn:aws:iam::1:user/u), but account "
                                         "222222222222 is configured"),
                       Error);
}

namespace {

struct OwnFixture : FakeAws {
  std::map<std::string, std::string> variables;
  MemoryDisk disk;
  std::unique_ptr<CredentialSource> source =
      own_credentials(http, disk, clock, [this](const char* name) -> std::optional<std::string> {
        const auto it = variables.find(name);
        return it == variables.end() ? std::nullopt : std::optional(it->second);
      });
  std::string document() const {
    return R"({"AccessKeyId":"AK","SecretAccessKey":"SK","Token":"T","Expiration":")" + to_rfc3339(clock.now() + 1h) +
           R"("})";
  }
};

}  // namespace

TEST_CASE_FIXTURE(OwnFixture, "own credentials: environment variables come first") {
  variables = {{"AWS_ACCESS_KEY_ID", "E"}, {"AWS_SECRET_ACCESS_KEY", "S"}, {"AWS_SESSION_TOKEN", "T"}};
  CHECK(source->fetch(in_time(clock))->access_key_id == "E");
  CHECK(http.requests.empty());
}

TEST_CASE_FIXTURE(OwnFixture, "own credentials: then the container endpoint, with a token read anew each time") {
  variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"},
               {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/token"}};
  disk.write("/token", "first\n", 0600);
  http.then(200, document());
  const auto keys = source->fetch(in_time(clock));
  CHECK(keys->access_key_id == "AK");
  CHECK(keys->session_token.reveal() == "T");
  CHECK(keys->valid_for == 1h);
  CHECK(http.requests[0].headers.find("Authorization") == "first");
  variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1.evil.example/";
  CHECK_THROWS_AS(source->fetch(in_time(clock)), Error);
}

TEST_CASE_FIXTURE(OwnFixture, "own credentials: then the instance metadata service, version 2 only") {
  http.then(200, "metadata-token");
  http.then(200, "my-role\n");
  http.then(200, document());
  CHECK(source->fetch(in_time(clock))->access_key_id == "AK");
  CHECK(http.requests[0].method == "PUT");
  CHECK(http.requests[2].url == "http://169.254.169.254/latest/meta-data/iam/security-credentials/my-role");
  CHECK(http.requests[2].headers.find("X-aws-ec2-metadata-token") == "metadata-token");

  http.then(403, "");
  CHECK_THROWS_WITH_AS(source->fetch(in_time(clock)), doctest::Contains("has no AWS credentials of its own"), Error);
  variables["AWS_EC2_METADATA_DISABLED"] = "true";
  CHECK_THROWS_AS(source->fetch(in_time(clock)), Error);
}

TEST_CASE_FIXTURE(OwnFixture, "own credentials: an error in place of keys is named") {
  variables = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x"}};
  http.then(200, R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"m"})");
  CHECK_THROWS_WITH_AS(source->fetch(in_time(clock)), doctest::Contains("AssumeRoleUnauthorizedAccess"), Error);
}
