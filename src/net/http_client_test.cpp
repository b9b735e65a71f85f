#include "net/http_client.h"

#include <doctest/doctest.h>

#include <atomic>
#include <set>

#include "base/error.h"
#include "net/http_server.h"

using namespace slipway;
using namespace slipway::net;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  explicit Fixture(Handler handler) : server({}, std::move(handler), log) {}

  ClientRequest request(std::string path = "/") const {
    ClientRequest r;
    r.url = "http://127.0.0.1:" + std::to_string(server.port()) + path;
    return r;
  }

  ClientResponse send(const ClientRequest& request, Duration time = 20s) {
    return client->send(request, Deadline::after(clock, time));
  }

  SystemClock clock;
  Log log{clock, LogLevel::error};
  HttpServer server;
  std::unique_ptr<HttpClient> client = make_curl_client();
};

Response text(std::string body) {
  Response response;
  response.headers.add("X-Test", "yes");
  response.body = std::move(body);
  return response;
}

Deadline in_time() {
  static const SystemClock clock;
  return Deadline::after(clock, 20s);
}

template <class F>
std::optional<NetworkError> network_error(F&& f) {
  try {
    f();
  } catch (const NetworkError& error) {
    return error;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("method, path, headers and body arrive as they were given, and so does the answer") {
  Request seen;
  Fixture f([&](Request&& request) {
    seen = std::move(request);
    auto response = text("answer");
    response.status = 404;
    return response;
  });
  auto request = f.request("/a/../b%2F?x=%20");
  request.method = "PUT";
  request.headers = {{"X-One", "1"}, {"X-Empty", ""}};
  request.body = std::string("bytes\0more", 10);
  const auto response = f.send(request);
  CHECK(response.status == 404);
  CHECK(response.body == "answer");
  CHECK(response.headers.find("x-test") == "yes");
  CHECK(seen.method == "PUT");
  CHECK(seen.path == "/a/../b%2F");
  CHECK(seen.query == "x=%20");
  CHECK(seen.headers.find("X-One") == "1");
  CHECK(seen.headers.find("X-Empty") == "");
  CHECK(seen.headers.find("User-Agent")->starts_with("slipway/"));
  CHECK(seen.body == request.body);
  request.method = "HEAD";
  CHECK(f.send(request).body.empty());
  CHECK(seen.method == "HEAD");
}

TEST_CASE("large bodies travel both ways") {
  Fixture f([](Request&& request) { return text(std::move(request.body)); });
  auto request = f.request();
  request.method = "POST";
  request.body = std::string(3u << 20, 'b');
  CHECK(f.send(request).body == request.body);
}

TEST_CASE("a repeatable request whose kept-alive connection was closed is sent again; any other never is") {
  std::atomic<int> calls = 0;
  Fixture f([&](Request&& request) {
    ++calls;
    auto response = text("");
    response.dropped = request.path == "/drop";
    return response;
  });
  auto warm = f.request();
  warm.repeatable = true;
  f.send(warm);
  calls = 0;
  auto request = f.request("/drop");
  request.method = "POST";
  request.body = "effect";
  SUBCASE("effect") {
    const auto error = network_error([&] { f.send(request); });
    REQUIRE(error);
    CHECK(error->maybe_sent());
    CHECK(calls == 1);
  }
  SUBCASE("read") {
    request.repeatable = true;
    CHECK(network_error([&] { f.send(request); }));
    CHECK(calls == 2);
  }
}

TEST_CASE("no connection means surely not sent") {
  std::uint16_t port;
  {
    Fixture f([](Request&&) { return text(""); });
    port = f.server.port();
  }
  ClientRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(port) + "/";
  const auto error = network_error([&] { make_curl_client()->send(request, in_time()); });
  REQUIRE(error);
  CHECK_FALSE(error->maybe_sent());
  CHECK(std::string(error->what()).starts_with("GET http://127.0.0.1:"));
}

TEST_CASE("an answer over the size limit or the time limit is an error after sending") {
  std::atomic<bool> release = false;
  Fixture f([&](Request&& request) {
    if (request.path == "/slow") release.wait(false);
    return text(std::string(5000, 'x'));
  });
  auto big = f.request();
  big.max_response_bytes = 4999;
  const auto too_large = network_error([&] { f.send(big); });
  REQUIRE(too_large);
  CHECK(std::string(too_large->what()).ends_with("the answer is larger than 4999 bytes."));
  CHECK(too_large->maybe_sent());

  auto slow = f.request("/slow");
  const auto timed_out = network_error([&] { f.send(slow, 400ms); });
  REQUIRE(timed_out);
  CHECK(timed_out->maybe_sent());
  const auto too_late = network_error([&] { f.send(slow, 0s); });
  REQUIRE(too_late);
  CHECK_FALSE(too_late->maybe_sent());

  std::stop_source stop;
  stop.request_stop();
  slow.stop = stop.get_token();
  const auto cancelled = network_error([&] { f.send(slow); });
  REQUIRE(cancelled);
  CHECK(std::string(cancelled->what()).ends_with("cancelled."));
  release = true;
  release.notify_all();
}

TEST_CASE("redirects are answers, not orders") {
  Fixture f([](Request&& request) {
    auto response = text("moved");
    response.status = request.path == "/" ? 302 : 200;
    response.headers.add("Location", "/elsewhere");
    return response;
  });
  CHECK(f.send(f.request()).status == 302);
}

TEST_CASE("the guard judges the address that is connected to, also on warm connections") {
  Fixture f([](Request&&) { return text("inside"); });
  auto request = f.request();
  request.repeatable = true;
  CHECK(f.send(request).body == "inside");
  request.guard = AddressPolicy{};
  const auto error = network_error([&] { f.send(request); });
  REQUIRE(error);
  CHECK_FALSE(error->maybe_sent());
  CHECK(std::string(error->what()).find("127.0.0.1 is this server itself") != std::string::npos);
  request.guard->allow_loopback = true;
  CHECK(f.send(request).body == "inside");
}

TEST_CASE("other schemes and forged headers are refused before anything is sent") {
  const auto client = make_curl_client();
  ClientRequest request;
  for (const auto* url : {"file:///etc/passwd", "ftp://host/", "not a url", ""}) {
    request.url = url;
    CHECK_THROWS_AS(client->send(request, in_time()), Error);
  }
  request.url = "http://127.0.0.1:1/";
  request.headers.add("X", "a\r\nY: b");
  CHECK_THROWS_WITH_AS(client->send(request, in_time()), "The header X holds a line break.", Error);
}

TEST_CASE("a name that DNS can't know is told apart from a peer that is not there") {
  const auto client = make_curl_client();
  ClientRequest request;
  request.url = "http://" + std::string(70, 'a') + ".invalid/";  // a label has 63 letters at most, so nobody is asked
  const auto unknown = network_error([&] { client->send(request, in_time()); });
  REQUIRE(unknown);
  CHECK(unknown->no_such_host());
  CHECK_FALSE(unknown->maybe_sent());
  request.url = "http://127.0.0.1:1/";
  const auto nobody = network_error([&] { client->send(request, in_time()); });
  REQUIRE(nobody);
  CHECK_FALSE(nobody->no_such_host());
}
