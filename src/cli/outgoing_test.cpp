#include "cli/outgoing.h"

#include <doctest/doctest.h>

#include <functional>
#include <vector>

#include "base/executor.h"

using namespace slipway;
using namespace slipway::cli;

namespace {

struct ScriptedClient final : net::HttpClient {
  std::function<net::ClientResponse()> answer;
  net::ClientResponse send(const net::ClientRequest&, const Deadline&) override { return answer(); }
};

struct Scene {
  ManualClock clock;
  Metrics metrics;
  std::vector<std::string> lines;
  Log log{clock, LogLevel::info, [this](std::string_view line) { lines.emplace_back(line); }};
  ScriptedClient peer;
  WatchedClient client{peer, metrics, clock, log};

  void call(int status, const char* body) {
    peer.answer = [=] { return net::ClientResponse{status, {}, body}; };
    client.send(request(), soon());
  }
  Deadline soon() const { return Deadline::after(clock, std::chrono::seconds(30)); }
  static net::ClientRequest request() {
    net::ClientRequest request;
    request.method = "POST";
    request.url = "https://ecs.eu-west-1.amazonaws.com/";
    request.headers.add("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.UpdateService");
    request.headers.add("Authorization",
                        "AWS4-HMAC-SHA256 Credential=AKIA/20260102/eu-west-1/ecs/aws4_request, SignedHeaders=host");
    return request;
  }
  std::uint64_t calls(std::string_view outcome) {
    return metrics.counter("slipway_outgoing_calls_total", "", {{"service", "ecs"}, {"outcome", outcome}}).value();
  }
};

}  // namespace

TEST_CASE("calls outward are counted by what became of them, and only trouble is logged") {
  Scene scene;
  scene.call(200, "{}");
  scene.call(400, R"({"__type":"ClusterNotFoundException","message":"no"})");
  CHECK(scene.lines.empty());
  scene.call(400, R"({"__type":"ThrottlingException","message":"Rate exceeded"})");
  scene.call(400, R"({"__type":"AccessDeniedException","message":"no"})");
  scene.call(503, "");
  scene.peer.answer = []() -> net::ClientResponse { throw net::NetworkError("it fell silent", true); };
  CHECK_THROWS_AS(scene.client.send(Scene::request(), scene.soon()), net::NetworkError);
  for (const char* outcome : {"ok", "refused", "throttled", "denied", "failed", "unanswered"}) {
    CHECK_MESSAGE(scene.calls(outcome) == 1, outcome);
  }
  REQUIRE(scene.lines.size() == 4);
  CHECK(scene.lines[0].find(
            R"("operation":"UpdateService","host":"ecs.eu-west-1.amazonaws.com","outcome":"throttled")") !=
        std::string::npos);
  CHECK(scene.lines[3].find("it fell silent") != std::string::npos);
}

TEST_CASE("trouble that lasts is told once a minute, with how often it was seen") {
  Scene scene;
  for (int i = 0; i < 100; ++i) scene.call(503, "");
  CHECK(scene.lines.size() == 1);
  scene.clock.advance(std::chrono::seconds(61));
  scene.call(503, "");
  REQUIRE(scene.lines.size() == 2);
  CHECK(scene.lines[1].find("\"not told since the last such line\":99") != std::string::npos);
}
