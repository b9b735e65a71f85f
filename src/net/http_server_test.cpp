#include "net/http_server.h"

#include <doctest/doctest.h>

#include <future>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "net/raw_client.h"

using namespace slipway;
using namespace slipway::net;
using namespace std::chrono_literals;

namespace {

Response text(std::string body) {
  Response response;
  response.headers.add("Content-Type", "text/plain");
  response.body = std::move(body);
  return response;
}

/// Answers with what it understood of the request.
Response echo(Request&& request) {
  return text(request.method + " " + request.path + "?" + request.query + " [" + request.body + "]");
}

struct Fixture {
  explicit Fixture(Handler handler = echo, ServerOptions options = {})
      : server(std::move(options), std::move(handler), log) {}

  std::string ask(std::string_view bytes) {
    RawClient client(server.port());
    client.send(bytes);
    return client.read_response();
  }

  SystemClock clock;
  std::vector<std::string> lines;
  Log log{clock, LogLevel::info, [this](std::string_view line) { lines.emplace_back(line); }};
  HttpServer server;
};

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("a request is answered with length and date, and the connection serves the next one") {
  Fixture f;
  RawClient client(f.server.port());
  for (const auto* path : {"/a", "/b"}) {
    client.send(std::string("GET ") + path + "?x=%20 HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto response = client.read_response();
    CHECK(response.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(response.ends_with(std::string("GET ") + path + "?x=%20 []"));
    CHECK(has(response, "\r\nContent-Length: "));
    CHECK(has(response, "\r\nDate: "));
    CHECK_FALSE(has(response, "Connection:"));
  }
}

TEST_CASE("pipelined requests are answered in order, one at a time") {
  std::atomic<int> running = 0;
  std::atomic<bool> overlapped = false;
  Fixture f([&](Request&& request) {
    if (++running > 1) overlapped = true;
    auto response = echo(std::move(request));
    --running;
    return response;
  });
  RawClient client(f.server.port());
  std::string all;
  for (int i = 0; i < 200; ++i)
    all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi";
  client.send(all);
  for (int i = 0; i < 200; ++i) CHECK(client.read_response().ends_with("POST /" + std::to_string(i) + "? [hi]"));
  CHECK_FALSE(overlapped);
}

TEST_CASE("bodies arrive whole, in one piece, in many, or chunked") {
  Fixture f;
  const std::string big(300'000, 'x');
  CHECK(f.ask("PUT /p HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n" + big).ends_with("[" + big + "]"));
  CHECK(f.ask("PUT /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-T: "
              "1\r\n\r\n")
            .ends_with("[abcde]"));
  RawClient client(f.server.port());
  for (const char c : std::string_view("POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"))
    client.send({&c, 1});
  CHECK(client.read_response().ends_with("POST /slow? [abc]"));
}

TEST_CASE("HEAD measures the body and does not send it") {
  Fixture f([](Request&&) { return text("hello"); });
  RawClient client(f.server.port());
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const auto response = client.read_to_end();
  CHECK(has(response, "Content-Length: 5\r\n"));
  CHECK(response.ends_with("\r\n\r\n"));
}

TEST_CASE("a status without body has no length either") {
  Fixture f([](Request&&) {
    Response response;
    response.status = 204;
    return response;
  });
  const auto response = f.ask("DELETE /x HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(response.starts_with("HTTP/1.1 204 No Content\r\n"));
  CHECK_FALSE(has(response, "Content-Length"));
}

TEST_CASE("a client that waits for leave to send its body gets it") {
  Fixture f;
  RawClient client(f.server.port());
  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  CHECK(client.read_response().ends_with("[ok]"));
}

TEST_CASE("Connection: close and HTTP/1.0 end the connection, keep-alive of HTTP/1.0 keeps it") {
  Fixture f;
  for (const auto* request : {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
    RawClient client(f.server.port());
    client.send(request);
    CHECK(has(client.read_to_end(), "Connection: close\r\n"));
  }
  RawClient client(f.server.port());
  for (int i = 0; i < 2; ++i) {
    client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(has(client.read_response(), "Connection: keep-alive\r\n"));
  }
}

TEST_CASE("a client that shuts its sending side still gets its answer") {
  Fixture f;
  RawClient client(f.server.port());
  client.send("GET /half HTTP/1.1\r\nHost: h\r\n\r\n");
  client.end_input();
  CHECK(client.read_to_end().ends_with("GET /half? []"));
}

TEST_CASE("the absolute form of proxies is understood, other targets are refused") {
  Fixture f;
  CHECK(f.ask("GET http://host/a?b HTTP/1.1\r\nHost: h\r\n\r\n").ends_with("GET /a?b []"));
  CHECK(f.ask("GET http://host HTTP/1.1\r\nHost: h\r\n\r\n").ends_with("GET /? []"));
  CHECK(f.ask("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").starts_with("HTTP/1.1 400 "));
}

TEST_CASE("what is not HTTP gets 400 in the error format of clients, and the connection ends") {
  Fixture f;
  for (const std::string_view bytes :
       {"hello\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/9.9\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nBad Name: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    CAPTURE(bytes);
    RawClient client(f.server.port());
    client.send(bytes);
    const auto response = client.read_to_end();
    CHECK(response.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    CHECK(has(response, "Content-Type: application/json"));
    CHECK(has(response, "{\"ErrorMessage\":\"The request "));
    CHECK(has(response, ",\"Errors\":[\"The request "));
  }
}

TEST_CASE("limits: 413 for a body, declared or chunked, and 431 for a head") {
  ServerOptions options;
  options.max_body_bytes = 1000;
  options.max_header_bytes = 2000;
  Fixture f(echo, options);
  const std::string many(5000, 'x');
  CHECK(f.ask("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n").starts_with("HTTP/1.1 413 "));
  CHECK(f.ask("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n" + many).starts_with("HTTP/1.1 413 "));
  CHECK(f.ask("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n" + many)
            .starts_with("HTTP/1.1 413 "));
  CHECK(f.ask("GET / HTTP/1.1\r\nHost: h\r\nX-Many: " + many + "\r\n\r\n").starts_with("HTTP/1.1 431 "));
  CHECK(f.ask("GET /" + many + " HTTP/1.1\r\nHost: h\r\n\r\n").starts_with("HTTP/1.1 431 "));
}

TEST_CASE("a slow head or body gets 408") {
  ServerOptions options;
  options.head_timeout = options.body_timeout = 40ms;
  Fixture f(echo, options);
  CHECK(f.ask("GET / HT").starts_with("HTTP/1.1 408 "));
  CHECK(f.ask("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab").starts_with("HTTP/1.1 408 "));
}

TEST_CASE("an idle connection is closed") {
  ServerOptions options;
  options.idle_timeout = 40ms;
  Fixture f(echo, options);
  RawClient idle(f.server.port());
  CHECK(idle.read_to_end().empty());
}

TEST_CASE("more waiting requests than allowed get 503") {
  ServerOptions options;
  options.handler_threads = 1;
  options.max_queued_requests = 1;
  std::promise<void> started, release;
  const auto released = release.get_future().share();
  std::atomic<bool> first = true;
  Fixture f(
      [&](Request&& request) {
        if (first.exchange(false)) {
          started.set_value();
          released.wait();
        }
        return echo(std::move(request));
      },
      options);
  RawClient running(f.server.port()), other(f.server.port()), another(f.server.port());
  running.send("GET /running HTTP/1.1\r\nHost: h\r\n\r\n");
  started.get_future().wait();
  other.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
  another.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
  // One of the two is queued; the other is refused at once, whichever it is.
  std::promise<std::string> refusal;
  std::thread a([&] {
    if (const auto r = other.read_response(); has(r, " 503 ")) refusal.set_value(r);
  });
  std::thread b([&] {
    if (const auto r = another.read_response(); has(r, " 503 ")) refusal.set_value(r);
  });
  const std::string refused = refusal.get_future().get();
  CHECK(refused.starts_with("HTTP/1.1 503 "));
  CHECK(has(refused, "\r\nRetry-After: 5\r\n"));
  release.set_value();
  CHECK(running.read_response().ends_with("GET /running? []"));
  a.join();
  b.join();
}

TEST_CASE("at the limit the connection that has been idle longest makes room") {
  ServerOptions options;
  options.max_connections = 2;
  Fixture f(echo, options);
  const auto serves = [](RawClient& client) {
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    return !client.read_response().empty();
  };
  RawClient idle(f.server.port()), used(f.server.port());
  CHECK(serves(idle));
  CHECK(serves(used));
  RawClient late(f.server.port());
  CHECK(serves(late));
  CHECK(serves(used));
  CHECK(idle.read_to_end().empty());
}

TEST_CASE("a connection that only begins requests makes room as well, one whose request runs does not") {
  ServerOptions options;
  options.max_connections = 1;
  std::promise<void> started, release;
  const auto released = release.get_future().share();
  Fixture f(
      [&](Request&& request) {
        started.set_value();
        released.wait();
        return echo(std::move(request));
      },
      options);
  RawClient slow(f.server.port());
  slow.send("GET / HTTP/1.1\r\nHo");
  RawClient running(f.server.port());
  running.send("GET /running HTTP/1.1\r\nHost: h\r\n\r\n");
  started.get_future().wait();
  CHECK(slow.read_to_end().empty());
  RawClient late(f.server.port());
  CHECK(late.read_to_end().empty());
  release.set_value();
  CHECK(running.read_response().ends_with("GET /running? []"));
}

TEST_CASE("a connection that never asks anything is closed before one that has") {
  ServerOptions options;
  options.head_timeout = 40ms;
  Fixture f(echo, options);
  RawClient silent(f.server.port());
  CHECK(silent.read_to_end().empty());
}

TEST_CASE("a large body is not read before the head has been judged") {
  ServerOptions options;
  options.authorize_head = [](const Request& head) -> std::optional<Response> {
    if (head.headers.find("Key")) return std::nullopt;
    Response refusal = text("no key");
    refusal.status = 401;
    return refusal;
  };
  Fixture f(echo, options);
  const std::string big(300'000, 'x');
  const std::string head = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n";
  const std::string chunked = "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n";
  SUBCASE("declared: refused at once") {
    CHECK(f.ask(head + "\r\n").starts_with("HTTP/1.1 401 "));
    CHECK(f.ask(head + "Expect: 100-continue\r\n\r\n").starts_with("HTTP/1.1 401 "));
  }
  SUBCASE("chunked: refused once it has grown") {
    CHECK(f.ask(chunked + "\r\n493E0\r\n" + big.substr(0, 100'000)).starts_with("HTTP/1.1 401 "));
  }
  SUBCASE("good ones are read") {
    CHECK(f.ask(head + "Key: k\r\n\r\n" + big).ends_with("[" + big + "]"));
    CHECK(f.ask(chunked + "Key: k\r\n\r\n493E0\r\n" + big + "\r\n0\r\n\r\n").ends_with("[" + big + "]"));
    RawClient client(f.server.port());
    client.send(head + "Key: k\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send(big);
    CHECK(client.read_response().ends_with("[" + big + "]"));
  }
  SUBCASE("small ones are the handler's to judge") {
    CHECK(f.ask("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi").ends_with("[hi]"));
  }
}

TEST_CASE("large bodies of all requests share a budget, and give it back") {
  ServerOptions options;
  options.max_bodies_in_flight_bytes = 150'000;
  Fixture f(echo, options);
  const std::string request = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x');
  for (int i = 0; i < 3; ++i) CHECK(f.ask(request).starts_with("HTTP/1.1 200 "));
  RawClient holder(f.server.port());
  holder.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\nExpect: 100-continue\r\n\r\n");
  holder.read_until("\r\n\r\n");
  holder.send(std::string(99'999, 'x'));
  while (f.server.load().body_bytes < 99'999) std::this_thread::yield();
  const auto refused = f.ask(request);
  CHECK(refused.starts_with("HTTP/1.1 503 "));
  CHECK(has(refused, "Retry-After: 5\r\n"));
  CHECK(f.ask("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi").ends_with("[hi]"));
  holder.send("x");
  CHECK(holder.read_response().starts_with("HTTP/1.1 200 "));
  CHECK(f.ask(request).starts_with("HTTP/1.1 200 "));
}

TEST_CASE("a quick answer comes also while every handler waits") {
  ServerOptions options;
  options.handler_threads = 1;
  options.answer_on_loop = [](const Request& request) -> std::optional<Response> {
    if (request.path == "/health") return text("fine");
    return std::nullopt;
  };
  std::promise<void> started, release;
  Fixture f(
      [&](Request&& request) {
        started.set_value();
        release.get_future().wait();
        return echo(std::move(request));
      },
      options);
  RawClient running(f.server.port()), health(f.server.port());
  running.send("GET /running HTTP/1.1\r\nHost: h\r\n\r\n");
  started.get_future().wait();
  std::string many;
  for (int i = 0; i < 2000; ++i) many += "GET /health HTTP/1.1\r\nHost: h\r\n\r\n";
  health.send(many);
  for (int i = 0; i < 2000; ++i) REQUIRE(health.read_response().ends_with("fine"));
  release.set_value();
  CHECK(running.read_response().ends_with("GET /running? []"));
}

TEST_CASE("stop tells handlers that outlast its grace to give up, and only then") {
  std::promise<void> started, told;
  std::atomic<bool> was_told = false;
  ServerOptions options;
  options.on_grace_over = [&] {
    was_told = true;
    told.set_value();
  };
  Fixture f(
      [&](Request&& request) {
        if (request.path == "/slow") {
          started.set_value();
          told.get_future().wait();
        }
        return echo(std::move(request));
      },
      options);
  SUBCASE("a handler hangs") {
    RawClient slow(f.server.port());
    slow.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    started.get_future().wait();
    f.server.stop(20ms);
    CHECK(was_told);
  }
  SUBCASE("none does") {
    f.ask("GET /quick HTTP/1.1\r\nHost: h\r\n\r\n");
    f.server.stop(10s);
    CHECK_FALSE(was_told);
  }
}

TEST_CASE("what a handler throws becomes a 500 without detail, and a line in the log") {
  Fixture f([](Request&&) -> Response { throw std::runtime_error("secret detail"); });
  const auto response = f.ask("GET /boom HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(response.starts_with("HTTP/1.1 500 "));
  CHECK_FALSE(has(response, "secret detail"));
  REQUIRE(f.lines.size() == 1);
  CHECK(has(f.lines[0], "GET /boom"));
  CHECK(has(f.lines[0], "secret detail"));
}

TEST_CASE("a handler can neither forge nor break the framing") {
  Fixture f([](Request&&) {
    auto response = text("body");
    response.headers.add("Content-Length", "99");
    response.headers.add("X-Note", "a\r\nSet-Cookie: b");
    return response;
  });
  const auto response = f.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(has(response, "X-Note: a  Set-Cookie: b\r\n"));
  CHECK(has(response, "Content-Length: 4\r\n"));
  CHECK_FALSE(has(response, "99"));
}

TEST_CASE("a response larger than the socket's buffers arrives whole") {
  const std::string big(20u << 20, 'y');
  Fixture f([&](Request&&) { return text(big); });
  CHECK(f.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n").ends_with(big));
}

TEST_CASE("a dropped response closes the connection without a byte") {
  Fixture f([](Request&&) {
    Response response;
    response.dropped = true;
    return response;
  });
  CHECK(f.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n").empty());
}

TEST_CASE("an event stream carries events and pings until its writer goes") {
  ServerOptions options;
  options.stream_ping = 20ms;
  std::promise<std::shared_ptr<EventWriter>> writers;
  Fixture f(
      [&](Request&&) {
        Response response;
        response.stream = [&](std::shared_ptr<EventWriter> writer) { writers.set_value(std::move(writer)); };
        return response;
      },
      options);
  RawClient client(f.server.port());
  client.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
  auto writer = writers.get_future().get();
  const auto head = client.read_until("\r\n\r\n");
  CHECK(has(head, "Content-Type: text/event-stream"));
  CHECK(has(head, "X-Accel-Buffering: no\r\n"));
  CHECK(has(head, "Connection: close\r\n"));
  CHECK(writer->send("7", "line", "one\ntwo"));
  const std::string ping = ": ping\n\n";
  std::string block = client.read_until("\n\n");
  while (block == ping) block = client.read_until("\n\n");
  CHECK(block == "id: 7\nevent: line\ndata: one\ndata: two\n\n");
  CHECK(client.read_until("\n\n") == ping);
  CHECK(writer->send("", "", "last"));
  writer.reset();
  CHECK(has(client.read_to_end(), "data: last\n\n"));
}

TEST_CASE("a stream ends when its reader leaves, or falls behind the bounded queue") {
  ServerOptions options;
  options.max_stream_backlog_bytes = 64u << 10;
  std::promise<std::shared_ptr<EventWriter>> writers;
  Fixture f(
      [&](Request&&) {
        Response response;
        response.stream = [&](std::shared_ptr<EventWriter> writer) { writers.set_value(std::move(writer)); };
        return response;
      },
      options);
  auto client = std::make_unique<RawClient>(f.server.port());
  client->send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto writer = writers.get_future().get();
  SUBCASE("leaves") {
    client.reset();
    while (writer->send("", "", "tick")) std::this_thread::yield();
  }
  SUBCASE("falls behind") {
    const std::string big(8000, 'z');
    while (writer->send("", "", big)) std::this_thread::yield();
    CHECK(has(client->read_to_end(), big));
  }
  CHECK_FALSE(writer->open());
}

TEST_CASE("stop lets the running request end, closes idle connections and ends streams") {
  std::promise<void> started, release;
  const auto released = release.get_future().share();
  std::shared_ptr<EventWriter> writer;
  Fixture f([&](Request&& request) {
    if (request.path == "/events") {
      Response response;
      response.stream = [&](std::shared_ptr<EventWriter> w) { writer = std::move(w); };
      return response;
    }
    started.set_value();
    released.wait();
    return echo(std::move(request));
  });
  RawClient idle(f.server.port()), running(f.server.port()), reader(f.server.port());
  reader.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
  reader.read_until("\r\n\r\n");
  running.send("GET /running HTTP/1.1\r\nHost: h\r\n\r\n");
  started.get_future().wait();
  std::thread stopper([&] { f.server.stop(10s); });
  CHECK(idle.read_to_end().empty());
  CHECK(reader.read_to_end().empty());
  release.set_value();
  const auto response = running.read_to_end();
  CHECK(response.ends_with("GET /running? []"));
  CHECK(has(response, "Connection: close\r\n"));
  stopper.join();
  f.server.stop(1s);
  CHECK_FALSE(writer->send("", "", "late"));
}

TEST_CASE("an address that cannot be listened on is named") {
  Fixture f;
  ServerOptions taken;
  taken.port = f.server.port();
  CHECK_THROWS_WITH_AS(HttpServer(taken, echo, f.log), doctest::Contains("Cannot listen on 127.0.0.1 port "), Error);
}
