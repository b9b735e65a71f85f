// Drives a simulator in this room's tests: signs calls with the room's own SigV4 and moves virtual time.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "base/disk.h"
#include "base/executor.h"
#include "base/json.h"
#include "sim/core/call.h"
#include "sim/core/sigv4.h"
#include "sim/core/simulator.h"

namespace slipway::sim {

struct Credentials {
  std::string access_key;
  std::string secret;
  std::string session_token;
};

struct Answer {
  int status = 0;
  json::object body;  ///< of the JSON protocol
  std::string text;   ///< of the Query protocol
  bool dropped = false;

  /// The error code, empty for a success.
  std::string code() const { return text_or(body, "__type"); }
};

inline json::object parse_object(std::string_view text) { return std::move(json::parse(text).as_object()); }

/// A scenario file of sim/scenarios.
inline json::object scenario_file(std::string_view name) {
  const char* root = std::getenv("SLIPWAY_SOURCE_DIR");
  SystemDisk disk;
  return parse_object(*disk.read(fmt::format("{}/sim/scenarios/{}", root == nullptr ? "." : root, name)));
}

/// The text of the first element of that name, empty when there is none.
inline std::string xml_text(std::string_view xml, std::string_view name) {
  const auto from = xml.find(fmt::format("<{}>", name));
  if (from == xml.npos) return "";
  const auto begin = from + name.size() + 2;
  return std::string(xml.substr(begin, xml.find("</", begin) - begin));
}

class Driver {
 public:
  explicit Driver(const json::object& scenario, Rules rules = {}) : simulator(clock, {Pace{}, rules, 7}) {
    simulator.load(scenario);
  }

  Answer json_call(const Credentials& who, std::string_view service, std::string_view operation,
                   std::string_view input) {
    net::Request request;
    request.body = input;
    const std::string_view prefix =
        service == "ecs" ? "AmazonEC2ContainerServiceV20141113" : "AmazonEC2ContainerRegistry_V20150921";
    request.headers = {{"content-type", "application/x-amz-json-1.1"},
                       {"x-amz-target", fmt::format("{}.{}", prefix, operation)}};
    return send(who, service, std::move(request));
  }

  Answer ecs(const Credentials& who, std::string_view operation, std::string_view input) {
    return json_call(who, "ecs", operation, input);
  }

  Answer sts(const Credentials& who, std::string_view form) {
    net::Request request;
    request.body = form;
    request.headers = {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"}};
    return send(who, "sts", std::move(request));
  }

  json::object admin(std::string_view path, std::string_view body = "") {
    net::Request request;
    request.method = body.empty() ? "GET" : "POST";
    request.path = fmt::format("/_sim/{}", path);
    request.body = body;
    return parse_object(simulator.handle(std::move(request)).body);
  }

  /// The session that the role grants, as far as the answer holds one.
  Credentials assume(const Credentials& who, std::string_view account, std::string_view external_id) {
    const Answer answer =
        sts(who, fmt::format("Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A{}%3Arole%2Fslipway-"
                             "deployer&RoleSessionName=test&ExternalId={}",
                             account, external_id));
    return {xml_text(answer.text, "AccessKeyId"), xml_text(answer.text, "SecretAccessKey"),
            xml_text(answer.text, "SessionToken")};
  }

  void pass(std::chrono::seconds time) { clock.advance(time); }

  ManualClock clock;
  Simulator simulator;

  /// The request as `who` would send it now.
  net::Request sign(const Credentials& who, std::string_view service, net::Request request) const {
    const std::string now = to_rfc3339(clock.now());
    const std::string date = now.substr(0, 4) + now.substr(5, 2) + now.substr(8, 2);
    const std::string time = now.substr(11, 2) + now.substr(14, 2) + now.substr(17, 2);
    request.method = "POST";
    request.path = "/";
    request.headers.add("host", "localhost");
    request.headers.add("x-amz-date", fmt::format("{}T{}Z", date, time));
    request.headers.add("x-amz-security-token", who.session_token);
    const SignatureClaim claim{
        who.access_key, date, "eu-west-1", std::string(service), {"host", "x-amz-date", "x-amz-security-token"}, ""};
    request.headers.add("Authorization",
                        fmt::format("AWS4-HMAC-SHA256 Credential={}/{}/eu-west-1/{}/aws4_request, "
                                    "SignedHeaders=host;x-amz-date;x-amz-security-token, Signature={}",
                                    who.access_key, date, service, *expected_signature(request, claim, who.secret)));
    return request;
  }

 private:
  Answer send(const Credentials& who, std::string_view service, net::Request request) {
    const net::Response response = simulator.handle(sign(who, service, std::move(request)));
    Answer answer{response.status, {}, response.body, response.dropped};
    if (service != "sts" && !response.dropped) answer.body = parse_object(response.body);
    return answer;
  }
};

/// The hub's key in demo.json.
inline const Credentials kHub{"AKIADEMOHUB000000001", "demo-secret-that-opens-nothing-but-awssim", ""};

}  // namespace slipway::sim
