// What holds when many clients are slow at once: bodies that drip, readers that don't read, peers that hang, keys that
// are guessed.
#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <thread>

#include "net/http_server.h"
#include "net/raw_client.h"

using namespace slipway;
using namespace slipway::net;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kLarge = 20u << 20;  // more than sockets take by themselves

struct Fixture {
  explicit Fixture(Handler handler, ServerOptions options = {}) : server(std::move(options), std::move(handler), log) {}

  std::unique_ptr<RawClient> ask_later(std::string_view bytes) {
    auto client = std::make_unique<RawClient>(server.port());
    client->send(bytes);
    return client;
  }
  std::string ask(std::string_view bytes) { return ask_later(bytes)->read_response(); }
  void wait_for(const std::function<bool(const ServerLoad&)>& pleases) {
    while (!pleases(server.load())) std::this_thread::yield();
  }

  SystemClock clock;
  Log log{clock, LogLevel::error};
  HttpServer server;
};

Response with_body(std::string body) {
  Response response;
  response.body = std::move(body);
  return response;
}

std::string get(std::string_view path) { return "GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n\r\n"; }
std::string put(std::size_t announced, std::size_t sent) {
  return "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(announced) + "\r\n\r\n" +
         std::string(sent, 'x');
}
bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

Response large(Request&&) { return with_body(std::string(kLarge, 'y')); }
ServerOptions room_for_two_answers() {
  ServerOptions options;
  options.max_answers_in_flight_bytes = 2 * kLarge;
  return options;
}

}  // namespace

TEST_CASE("a body that is only announced takes no room from others") {
  ServerOptions options;
  options.max_bodies_in_flight_bytes = 250'000;
  Fixture f([](Request&& request) { return with_body(std::to_string(request.body.size())); }, options);
  std::vector<std::unique_ptr<RawClient>> announcers;
  for (int i = 0; i < 8; ++i) announcers.push_back(f.ask_later(put(200'000, 1'000)));
  for (int i = 0; i < 3; ++i) CHECK(f.ask(put(200'000, 200'000)).ends_with("200000"));
}

TEST_CASE("a body that comes too slowly gives way to one that comes faster") {
  ServerOptions options;
  options.max_bodies_in_flight_bytes = 250'000;
  options.slowest_transfer = std::size_t{1} << 50;  // whatever comes is slow
  options.patience_when_full = 0s;
  Fixture f([](Request&& request) { return with_body(std::to_string(request.body.size())); }, options);
  const auto slow = f.ask_later(put(200'000, 150'000));
  f.wait_for([](const ServerLoad& load) { return load.body_bytes >= 150'000; });
  CHECK(f.ask(put(200'000, 200'000)).ends_with("200000"));
  const std::string refused = slow->read_response();
  CHECK(refused.starts_with("HTTP/1.1 408 "));
  CHECK(has(refused, "others needed its room"));
}

TEST_CASE("answers that nobody reads hold no more than their budget, and further ones are refused meanwhile") {
  ServerOptions options = room_for_two_answers();
  options.patience_when_full = 1h;
  Fixture f(large, options);
  std::vector<std::unique_ptr<RawClient>> readers;
  for (int i = 0; i < 2; ++i) readers.push_back(f.ask_later(get("/")));
  f.wait_for([](const ServerLoad& load) { return load.answer_bytes == 2 * kLarge; });
  for (int i = 0; i < 20; ++i) {
    const std::string refused = f.ask(get("/"));
    CHECK(refused.starts_with("HTTP/1.1 503 "));
    CHECK(has(refused, "Retry-After: 5\r\n"));
    CHECK(f.server.load().answer_bytes <= 2 * kLarge);
  }
  CHECK(readers[0]->read_response().size() > kLarge);
  f.wait_for([](const ServerLoad& load) { return load.answer_bytes == kLarge; });
  CHECK(f.ask(get("/")).size() > kLarge);
}

TEST_CASE("a hundred readers that never read end so that one that reads gets its answer") {
  ServerOptions options = room_for_two_answers();
  options.patience_when_full = 0s;
  Fixture f(large, options);
  std::vector<std::unique_ptr<RawClient>> readers;
  for (int i = 0; i < 100; ++i) {
    readers.push_back(f.ask_later(get("/")));
    CHECK(f.server.load().answer_bytes <= 2 * kLarge);
  }
  // While others still come, this one may stand for a moment longer than they do, and be ended in their place.
  std::string answer;
  while (answer.size() <= kLarge) answer = f.ask(get("/"));
  CHECK(answer.starts_with("HTTP/1.1 200 "));
}

TEST_CASE("an answer that went at once takes no room while its connection waits for the next request") {
  ServerOptions options;
  options.max_uncounted_answer_bytes = 1'000;
  Fixture f([](Request&&) { return with_body(std::string(10'000, 'y')); }, options);
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 8; ++i) {
    idle.push_back(f.ask_later(get("/")));
    CHECK(idle.back()->read_response().size() > 10'000);
  }
  f.wait_for([](const ServerLoad& load) { return load.answer_bytes == 0; });
}

TEST_CASE("a reader that stands still is closed") {
  ServerOptions options;
  options.stall_timeout = 30ms;
  Fixture f(large, options);
  const auto reader = f.ask_later(get("/"));
  f.wait_for([](const ServerLoad& load) { return load.answer_bytes > 0; });
  f.wait_for([](const ServerLoad& load) { return load.answer_bytes == 0; });
  CHECK(reader->read_to_end().size() < kLarge);
}

TEST_CASE("an answer larger than all answers may be is refused") {
  ServerOptions options;
  options.max_answers_in_flight_bytes = kLarge / 2;
  Fixture f(large, options);
  const std::string refused = f.ask(get("/"));
  CHECK(refused.starts_with("HTTP/1.1 503 "));
  CHECK(has(refused, "Ask for less at once"));
}

TEST_CASE("requests that wait for others outside hold up nobody else, and more of them than fit are told why") {
  std::promise<void> release;
  const auto released = release.get_future().share();
  ServerOptions options;
  options.handler_threads = 1;
  options.outward_threads = 1;
  options.max_queued_outward = 1;
  options.calls_out = [](const Request& request) { return request.path == "/feed"; };
  std::atomic<int> under_way = 0;
  Fixture f(
      [&](Request&& request) {
        if (request.path == "/feed") {
          ++under_way;
          released.wait();
        }
        return with_body(request.path);
      },
      options);
  const auto first = f.ask_later(get("/feed"));
  while (under_way == 0) std::this_thread::yield();
  const auto second = f.ask_later(get("/feed"));
  f.wait_for([](const ServerLoad& load) { return load.queued_outward == 1; });
  const std::string refused = f.ask(get("/feed"));
  CHECK(refused.starts_with("HTTP/1.1 503 "));
  CHECK(has(refused, "Retry-After: 5\r\n"));
  CHECK(has(refused, "ask feeds"));
  for (int i = 0; i < 10; ++i) CHECK(f.ask(get("/other")).ends_with("/other"));
  release.set_value();
  CHECK(first->read_response().ends_with("/feed"));
  CHECK(second->read_response().ends_with("/feed"));
}

TEST_CASE("a wrong key delays its own connection, without a thread") {
  ServerOptions options;
  options.handler_threads = 1;
  options.first_penalty = options.max_penalty = 1h;
  Fixture f(
      [](Request&& request) {
        Response response = with_body(request.path);
        response.wrong_key = request.path == "/guess";
        return response;
      },
      options);
  std::vector<std::unique_ptr<RawClient>> guessers;
  for (int i = 0; i < 10; ++i) guessers.push_back(f.ask_later(get("/guess")));
  for (int i = 0; i < 10; ++i) CHECK(f.ask(get("/good")).ends_with("/good"));
}

TEST_CASE("a connection that guesses on and on ends") {
  ServerOptions options;
  options.first_penalty = options.max_penalty = 1us;
  Fixture f(
      [](Request&&) {
        Response response = with_body("no");
        response.wrong_key = true;
        return response;
      },
      options);
  RawClient guesser(f.server.port());
  int answers = 0;
  for (; answers < 100; ++answers) {
    guesser.send(get("/"));
    if (guesser.read_response().empty()) break;
  }
  CHECK(answers == 20);
}
