// Who may do what: signatures, sessions, trust policies.
#include <doctest/doctest.h>

#include "sim/core/test_driver.h"

namespace slipway::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::string_view describe = R"({"cluster":"prod","services":["web"]})";

std::string assume_form(std::string_view more, std::string_view account = "222222222222") {
  return fmt::format("Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::{}:role/slipway-deployer{}", account,
                     more);
}

bool names(const Answer& answer, std::string_view code) {
  return answer.text.find(fmt::format("<Code>{}</Code>", code)) != std::string::npos;
}

TEST_CASE("an access key speaks for its user") {
  Driver driver(scenario_file("demo.json"));
  const Answer answer = driver.sts(kHub, "Action=GetCallerIdentity&Version=2011-06-15");
  CHECK(answer.status == 200);
  CHECK(answer.text.find("<Arn>arn:aws:iam::111111111111:user/slipway</Arn>") != std::string::npos);
  CHECK(answer.text.find("<Account>111111111111</Account>") != std::string::npos);
}

TEST_CASE("a role session speaks for its role, under the session's name") {
  Driver driver(scenario_file("demo.json"));
  const Credentials session = driver.assume(kHub, "333333333333", "demo-external-id-laurel");
  const Answer answer = driver.sts(session, "Action=GetCallerIdentity&Version=2011-06-15");
  CHECK(answer.text.find("<Arn>arn:aws:sts::333333333333:assumed-role/slipway-deployer/test</Arn>") !=
        std::string::npos);
}

TEST_CASE("a role lets in only whom it trusts, with the external id that it demands") {
  Driver driver(scenario_file("demo.json"));
  for (std::string_view more : {"&RoleSessionName=test", "&RoleSessionName=test&ExternalId=demo-external-id-laurel"}) {
    const Answer refused = driver.sts(kHub, assume_form(more));
    CHECK(refused.status == 403);
    CHECK(names(refused, "AccessDenied"));
  }
  const Credentials fern = driver.assume(kHub, "222222222222", "demo-external-id-fern");
  const Answer stranger =
      driver.sts(fern, assume_form("&RoleSessionName=test&ExternalId=demo-external-id-laurel", "333333333333"));
  CHECK(names(stranger, "AccessDenied"));
}

TEST_CASE("a role that does not exist refuses like one that distrusts") {
  Driver driver(scenario_file("demo.json"));
  CHECK(names(driver.sts(kHub, assume_form("&RoleSessionName=test", "999999999999")), "AccessDenied"));
}

TEST_CASE("session names and lengths have AWS's limits") {
  Driver driver(scenario_file("demo.json"));
  const std::string_view trusted = "&ExternalId=demo-external-id-fern";
  const auto asks = [&](std::string_view more) {
    return driver.sts(kHub, assume_form(fmt::format("{}{}", trusted, more)));
  };
  CHECK(names(asks("&RoleSessionName=x"), "ValidationError"));
  CHECK(names(asks("&RoleSessionName=a%20b"), "ValidationError"));
  CHECK(names(asks("&RoleSessionName=test&DurationSeconds=899"), "ValidationError"));
  CHECK(names(asks("&RoleSessionName=test&DurationSeconds=3601"), "ValidationError"));
  CHECK(asks("&RoleSessionName=test&DurationSeconds=900").status == 200);
}

TEST_CASE("a session that assumes a further role gets an hour at most") {
  Driver driver(parse_object(R"({"accounts":[
      {"id":"222222222222","accessKeys":[{"user":"u","accessKeyId":"AKIAU","secretAccessKey":"s"}],
       "roles":[{"name":"first","trusts":["arn:aws:iam::222222222222:root"]},
                {"name":"slipway-deployer","trusts":["arn:aws:iam::222222222222:role/first"],"maxSessionSeconds":43200}]}]})"));
  const Answer first = driver.sts({"AKIAU", "s", ""},
                                  "Action=AssumeRole&Version=2011-06-15&RoleSessionName=test&"
                                  "RoleArn=arn:aws:iam::222222222222:role/first");
  const Credentials session{xml_text(first.text, "AccessKeyId"), xml_text(first.text, "SecretAccessKey"),
                            xml_text(first.text, "SessionToken")};
  CHECK(names(driver.sts(session, assume_form("&RoleSessionName=test&DurationSeconds=7200")), "ValidationError"));
  CHECK(driver.sts(session, assume_form("&RoleSessionName=test&DurationSeconds=3600")).status == 200);
}

TEST_CASE("a session ends after its time") {
  Driver driver(scenario_file("demo.json"));
  const Credentials session = driver.assume(kHub, "222222222222", "demo-external-id-fern");
  driver.pass(minutes(59));
  CHECK(driver.ecs(session, "DescribeServices", describe).status == 200);
  driver.pass(minutes(1));
  CHECK(driver.ecs(session, "DescribeServices", describe).code() == "ExpiredTokenException");
  CHECK(names(driver.sts(session, "Action=GetCallerIdentity&Version=2011-06-15"), "ExpiredToken"));
}

TEST_CASE("all sessions of an account can be made to expire now") {
  Driver driver(scenario_file("demo.json"));
  const Credentials fern = driver.assume(kHub, "222222222222", "demo-external-id-fern");
  const Credentials laurel = driver.assume(kHub, "333333333333", "demo-external-id-laurel");
  CHECK(driver.admin("credentials/expire", R"({"account":"222222222222"})").at("expired") == 1);
  CHECK(driver.ecs(fern, "DescribeServices", describe).code() == "ExpiredTokenException");
  CHECK(driver.ecs(laurel, "DescribeServices", describe).status == 200);
}

TEST_CASE("the sessions of a deleted role are void") {
  Driver driver(scenario_file("demo.json"));
  const Credentials session = driver.assume(kHub, "222222222222", "demo-external-id-fern");
  driver.admin("roles/delete", R"({"arn":"arn:aws:iam::222222222222:role/slipway-deployer"})");
  CHECK(driver.ecs(session, "DescribeServices", describe).code() == "UnrecognizedClientException");
}

TEST_CASE("unknown keys, wrong secrets and skewed clocks are told apart") {
  Driver driver(scenario_file("demo.json"));
  CHECK(driver.ecs({"AKIANOBODY", "x", ""}, "ListClusters", "{}").code() == "UnrecognizedClientException");
  CHECK(driver.ecs({kHub.access_key, "wrong", ""}, "ListClusters", "{}").code() == "InvalidSignatureException");
  CHECK(driver.ecs({kHub.access_key, kHub.secret, "token"}, "ListClusters", "{}").code() ==
        "UnrecognizedClientException");
  CHECK(names(driver.sts({kHub.access_key, "wrong", ""}, "Action=GetCallerIdentity"), "SignatureDoesNotMatch"));
  driver.simulator.advance_to(driver.clock.now() + minutes(6));
  CHECK(driver.ecs(kHub, "ListClusters", "{}").code() == "InvalidSignatureException");
}

TEST_CASE("a request without a signature is refused") {
  Driver driver(scenario_file("demo.json"));
  net::Request request;
  request.method = "POST";
  request.path = "/";
  request.headers = {{"x-amz-target", "AmazonEC2ContainerServiceV20141113.ListClusters"}};
  const net::Response response = driver.simulator.handle(std::move(request));
  CHECK(response.status == 400);
  CHECK(response.body.find("MissingAuthenticationTokenException") != std::string::npos);
}

TEST_CASE("an action that the role's policy lacks is denied") {
  Driver driver(parse_object(R"({"accounts":[
      {"id":"222222222222","accessKeys":[{"user":"u","accessKeyId":"AKIAU","secretAccessKey":"s"}],
       "roles":[{"name":"slipway-deployer","trusts":["arn:aws:iam::222222222222:user/u"],
                 "deniedActions":["ecs:ListClusters"]}]}]})"));
  const Credentials session = driver.assume({"AKIAU", "s", ""}, "222222222222", "any");
  CHECK(driver.ecs(session, "ListClusters", "{}").code() == "AccessDeniedException");
  CHECK(driver.ecs(session, "ListTaskDefinitions", "{}").status == 200);
}

}  // namespace
}  // namespace slipway::sim
