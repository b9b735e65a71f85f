#include "cloud/sigv4.h"

#include <doctest/doctest.h>

using namespace slipway;
using namespace slipway::aws;

namespace {

const Time kThatDay = *parse_time("2015-08-30T12:36:00Z");

Credentials example_keys(std::string token = {}) {
  return {"AKIDEXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), Secret(std::move(token)), {}};
}

std::string signature(const net::ClientRequest& request) {
  const auto header = std::string(request.headers.find("Authorization").value_or(""));
  return header.substr(header.rfind('=') + 1);
}

}  // namespace

TEST_CASE("AWS's published get-vanilla case") {
  net::ClientRequest request;
  request.url = "https://example.amazonaws.com/";
  sign(request, example_keys(), "us-east-1", "service", kThatDay);
  CHECK(request.headers.find("Authorization") ==
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, "
        "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST_CASE("a call of the JSON protocol with session credentials") {
  net::ClientRequest request;
  request.method = "POST";
  request.url = "https://ecs.eu-west-1.amazonaws.com/";
  request.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                     {"X-Amz-Target", "AmazonEC2ContainerServiceV20141113.DescribeServices"},
                     {"User-Agent", "not signed"}};
  request.body = R"({"cluster":"prod","services":["web"]})";
  sign(request, example_keys("tok/en+=="), "eu-west-1", "ecs", kThatDay);
  CHECK(request.headers.find("X-Amz-Security-Token") == "tok/en+==");
  CHECK(signature(request) == "6d8d13bb388f35a55efa490a43cbc943f0524a27c4d6ccaabd109d188473db46");
}

TEST_CASE("AWS's published get-vanilla-query-order case: parameters are sorted and escaped") {
  net::ClientRequest request;
  request.url = "https://example.amazonaws.com/?Param2=value2&Param1=value1";
  sign(request, example_keys(), "us-east-1", "service", kThatDay);
  CHECK(signature(request) == "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
}

TEST_CASE("signing again replaces what the first signature set") {
  net::ClientRequest request;
  request.url = "https://example.amazonaws.com";
  sign(request, example_keys(), "us-east-1", "service", kThatDay + std::chrono::hours(1));
  sign(request, example_keys(), "us-east-1", "service", kThatDay);
  CHECK(signature(request) == "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  CHECK(std::distance(request.headers.begin(), request.headers.end()) == 2);
}
