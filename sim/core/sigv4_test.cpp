#include "sim/core/sigv4.h"

#include <doctest/doctest.h>

namespace slipway::sim {
namespace {

constexpr std::string_view secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

TEST_CASE("the published get-vanilla request has its published signature") {
  net::Request request;
  request.method = "GET";
  request.path = "/";
  request.headers = {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", "20150830T123600Z"}};
  const auto claim = parse_authorization(
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
      "SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  REQUIRE(claim);
  CHECK(expected_signature(request, *claim, secret) == claim->signature);
}

TEST_CASE("an ECS call with a session token has the signature computed for it elsewhere") {
  net::Request request;
  request.method = "POST";
  request.path = "/";
  request.headers = {{"host", "ecs.eu-west-1.amazonaws.com"},
                     {"content-type", "application/x-amz-json-1.1"},
                     {"x-amz-date", "20150830T123600Z"},
                     {"x-amz-security-token", "tok/en+=="},
                     {"x-amz-target", "AmazonEC2ContainerServiceV20141113.DescribeServices"}};
  request.body = R"({"cluster":"prod","services":["web"]})";
  const SignatureClaim claim{"AKIDEXAMPLE",
                             "20150830",
                             "eu-west-1",
                             "ecs",
                             {"content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target"},
                             ""};
  CHECK(expected_signature(request, claim, secret) ==
        "6d8d13bb388f35a55efa490a43cbc943f0524a27c4d6ccaabd109d188473db46");
}

TEST_CASE("queries are sorted and headers are trimmed before they are signed") {
  net::Request sorted, unsorted;
  sorted.method = unsorted.method = "GET";
  sorted.path = unsorted.path = "/";
  sorted.query = "a=1&b=2";
  unsorted.query = "b=2&a=1";
  sorted.headers = {{"host", "x y"}};
  unsorted.headers = {{"host", "  x   y "}};
  const SignatureClaim claim{"A", "20150830", "r", "s", {"host"}, ""};
  CHECK(expected_signature(sorted, claim, secret) == expected_signature(unsorted, claim, secret));
}

TEST_CASE("a request without a header that it claims to have signed has no signature") {
  const SignatureClaim claim{"A", "20150830", "r", "s", {"host"}, ""};
  CHECK_FALSE(expected_signature({}, claim, secret));
}

TEST_CASE("other authorization headers are no claims") {
  CHECK_FALSE(parse_authorization(""));
  CHECK_FALSE(parse_authorization("Bearer x"));
  CHECK_FALSE(parse_authorization("AWS4-HMAC-SHA256 Credential=A/b/c, SignedHeaders=host, Signature=00"));
}

TEST_CASE("the signing time is read from x-amz-date") {
  net::Request request;
  request.headers = {{"X-Amz-Date", "20150830T123600Z"}};
  CHECK(signing_time(request) == parse_time("2015-08-30T12:36:00Z"));
  request.headers = {{"X-Amz-Date", "yesterday"}};
  CHECK_FALSE(signing_time(request));
}

}  // namespace
}  // namespace slipway::sim
