#include "cloud/error.h"

#include <doctest/doctest.h>

using namespace slipway;
using namespace slipway::aws;

namespace {
net::ClientResponse answer(int status, std::string body, net::Headers headers = {}) {
  return {status, std::move(headers), std::move(body)};
}
}  // namespace

TEST_CASE("codes are found wherever the JSON protocol puts them") {
  CHECK(read_json_error(answer(400, R"({"__type":"com.amazonaws.ecs#ClientException","message":"m"})")).code ==
        "ClientException");
  const auto other = read_json_error(answer(400, R"({"__type":"X:http://ns/","Message":"M"})"));
  CHECK(other.code == "X");
  CHECK(other.message == "M");
  CHECK(read_json_error(answer(400, "{}", {{"x-amzn-ErrorType", "Y:"}})).code == "Y");
  CHECK(read_json_error(answer(502, "<html>")).code.empty());
  CHECK(read_json_error(answer(400, "[1]")).code.empty());
}

TEST_CASE("codes of the Query protocol") {
  const auto body = read_xml_error(answer(
      403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>a &amp; b</Message></Error></ErrorResponse>"));
  CHECK(body.code == "AccessDenied");
  CHECK(body.message == "a & b");
  CHECK(read_xml_error(answer(500, "oops")).code.empty());
}

TEST_CASE("kinds follow the standard tables") {
  const auto kind = [](int status, std::string code, std::string message = {}, std::string_view service = "ecs") {
    return classify(service, status, {std::move(code), std::move(message)});
  };
  CHECK(kind(400, "ThrottlingException") == FailureKind::throttled);
  CHECK(kind(429, "") == FailureKind::throttled);
  CHECK(kind(400, "LimitExceededException") == FailureKind::client);
  CHECK(kind(400, "LimitExceededException", "", "ecr") == FailureKind::throttled);
  CHECK(
      kind(400, "ClientException", "Too many concurrent attempts to create a new revision of the specified family.") ==
      FailureKind::throttled);
  CHECK(kind(400, "ClientException", "Unable to describe task definition.") == FailureKind::client);
  CHECK(kind(503, "") == FailureKind::transient);
  CHECK(kind(500, "ServerException") == FailureKind::transient);
  CHECK(kind(501, "NotImplemented") == FailureKind::client);
  CHECK(kind(400, "ExpiredTokenException") == FailureKind::expired_credentials);
  CHECK(kind(400, "AccessDeniedException") == FailureKind::denied);
  CHECK(kind(403, "Whatever") == FailureKind::denied);
  CHECK(kind(400, "ClusterNotFoundException") == FailureKind::not_found);
  CHECK(kind(400, "InvalidParameterException") == FailureKind::client);
}

TEST_CASE("the sentence says what, where, why and what to do, and quotes no signed request") {
  const AwsError error(Failure{.service = "ECS",
                               .signing_name = "ecs",
                               .operation = "UpdateService",
                               .region = "eu-west-1",
                               .kind = FailureKind::denied,
                               .code = "SignatureDoesNotMatch",
                               .message = "It does not match.\n\nThe Canonical String … x-amz-security-token:SECRET",
                               .request_id = "r-1",
                               .status = 403,
                               .maybe_done = false});
  CHECK(error.message() ==
        "AWS ECS UpdateService in eu-west-1 failed: SignatureDoesNotMatch: It does not match. Allow ecs:UpdateService "
        "to the identity that the deployment uses, and check its keys or role. (AWS request r-1)");
  CHECK(error.code() == ErrorCode::denied);
  CHECK(error.failure().message.find("SECRET") == std::string::npos);
  Failure elsewhere = error.failure();
  elsewhere.account = "123456789012";
  CHECK(
      AwsError(elsewhere).message().starts_with("AWS ECS UpdateService in eu-west-1 of account 123456789012 failed: "));
}
