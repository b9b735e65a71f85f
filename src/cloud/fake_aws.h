// For tests of this room: an HTTP client that answers from a script and keeps what it was asked, and the parts that a
// client needs around it.
#pragma once

#include <doctest/doctest.h>

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/random.h"
#include "base/text.h"
#include "cloud/client.h"
#include "cloud/credential_sources.h"
#include "cloud/operations.h"

namespace slipway::aws {

class FakeHttp final : public net::HttpClient {
 public:
  using Answer = std::function<net::ClientResponse(const net::ClientRequest&)>;

  /// Answered in order; when the script is over, by `otherwise`.
  void then(Answer answer) { script_.push_back(std::move(answer)); }
  void then(int status, std::string body = "{}", net::Headers headers = {}) {
    then([=](const auto&) { return net::ClientResponse{status, headers, body}; });
  }
  void then_lost(bool maybe_sent) {
    then([=](const auto&) -> net::ClientResponse { throw net::NetworkError("connection reset", maybe_sent); });
  }
  Answer otherwise;

  net::ClientResponse send(const net::ClientRequest& request, const Deadline& deadline) override {
    requests.push_back(request);
    times.push_back(deadline.left());
    Answer answer = otherwise;
    if (!script_.empty()) {
      answer = std::move(script_.front());
      script_.pop_front();
    }
    REQUIRE_MESSAGE(answer, "unexpected request to ", request.url, ": ", request.body);
    return answer(request);
  }

  std::vector<net::ClientRequest> requests;
  std::vector<Duration> times;  ///< that each of them had

 private:
  std::deque<Answer> script_;
};

/// The least that AWS answers to a call of the JSON protocol, by the operation's name: empty lists, and "x" for texts.
inline std::string least_answer(std::string_view operation) {
  json::object answer;
  for (const Operation* known : kOperations) {
    if (known->name != operation) continue;
    for (const auto& [path, kind] : known->answer) {
      json::value* here = nullptr;
      for (const auto name : split(path, '/')) {
        json::object& parent = here == nullptr     ? answer
                               : here->is_object() ? here->get_object()
                                                   : here->emplace_object();
        here = &parent[name];
      }
      *here = kind == AnswerKind::list ? json::value(json::array()) : json::value("x");
    }
  }
  return json::to_text(answer);
}

struct FakeAws {
  FakeAws() {
    runtime.pause = [this](Duration d) { clock.advance(d); };
  }
  Client client(std::string region = "eu-west-1") { return {runtime, keys, std::move(region), kEachCall}; }

  ManualClock clock;
  SeededRandom random{1};
  FakeHttp http;
  Runtime runtime{http, clock, random};
  ProviderPtr keys =
      std::make_shared<CredentialProvider>(static_keys("AKIDEXAMPLE", Secret("secret-access-key")), clock, random);
};

}  // namespace slipway::aws
