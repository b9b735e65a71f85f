// Every call that the product makes to AWS, against peers that fail: what comes back is "the answer was lost", in time,
// never a wrong value.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/disk.h"
#include "base/guarded.h"
#include "base/retry_later.h"
#include "cloud/ecr.h"
#include "cloud/ecs.h"
#include "cloud/fake_aws.h"
#include "cloud/operations.h"
#include "cloud/sts.h"

using namespace slipway;
using namespace slipway::aws;
using namespace std::chrono_literals;

namespace {

/// One way in which the product makes a call, and an answer that it is content with.
struct Sample {
  const Operation* operation;
  std::function<void(const Client&)> call;
  std::string answer;
};

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = {
      {&ecs::kRegisterTaskDefinition,
       [](const Client& c) {
         ecs::register_task_definition(c, {{"family", "web"}});
       },
       R"({"taskDefinition":{"taskDefinitionArn":"arn:web:1","revision":1}})"},
      {&ecs::kDescribeTaskDefinition, [](const Client& c) { ecs::describe_task_definition(c, "web"); },
       R"({"taskDefinition":{"taskDefinitionArn":"arn:web:1"},"tags":[{"key":"a","value":"b"}]})"},
      {&ecs::kListTaskDefinitions,
       [](const Client& c) { ecs::each_task_definition(c, "web", [](const std::string&) { return true; }); },
       R"({"taskDefinitionArns":["arn:web:1"]})"},
      {&ecs::kDescribeClusters, [](const Client& c) { ecs::describe_clusters(c, {"prod"}); },
       R"({"clusters":[{"clusterName":"prod"}],"failures":[]})"},
      {&ecs::kDescribeServices, [](const Client& c) { ecs::describe_services(c, "prod", {"web"}); },
       R"({"services":[{"serviceName":"web","status":"ACTIVE"}],"failures":[]})"},
      {&ecs::kUpdateService,
       [](const Client& c) {
         ecs::update_service(c, {{"service", "web"}});
       },
       R"({"service":{"serviceName":"web","deployments":[{"id":"ecs-svc/1","status":"PRIMARY"}]}})"},
      {&ecs::kListServiceDeployments,
       [](const Client& c) { ecs::list_service_deployments(c, "prod", "web", from_micros(0)); },
       R"({"serviceDeployments":[{"serviceDeploymentArn":"arn:sd","createdAt":1}]})"},
      {&ecs::kDescribeServiceDeployments, [](const Client& c) { ecs::describe_service_deployments(c, {"arn:sd"}); },
       R"({"serviceDeployments":[{"serviceDeploymentArn":"arn:sd"}],"failures":[]})"},
      {&ecs::kDescribeServiceRevisions, [](const Client& c) { ecs::describe_service_revisions(c, {"arn:sr"}); },
       R"({"serviceRevisions":[{"serviceRevisionArn":"arn:sr"}],"failures":[]})"},
      {&ecs::kListTasks, [](const Client& c) { ecs::list_tasks(c, "prod", "web", ecs::DesiredStatus::running); },
       R"({"taskArns":["arn:task"]})"},
      {&ecs::kDescribeTasks, [](const Client& c) { ecs::describe_tasks(c, "prod", {"arn:task"}); },
       R"({"tasks":[{"taskArn":"arn:task"}],"failures":[]})"},
      {&ecr::kDescribeImages, [](const Client& c) { ecr::find_image(c, "", "web", "1.0"); },
       R"({"imageDetails":[{"imageDigest":"sha256:1","imageTags":["1.0"]}]})"},
      {&ecr::kDescribeImages, [](const Client& c) { ecr::list_images(c, "", "web"); },
       R"({"imageDetails":[{"imageDigest":"sha256:1","imageTags":["1.0"]}]})"},
      {&ecr::kDescribeRepositories, [](const Client& c) { ecr::describe_repositories(c, ""); },
       R"({"repositories":[{"repositoryName":"web"}]})"},
      {&ecr::kGetAuthorizationToken, [](const Client& c) { ecr::get_login(c); },
       R"({"authorizationData":[{"authorizationToken":"QVdTOnB3","proxyEndpoint":"https://r"}]})"},
      {&sts::kGetCallerIdentity, [](const Client& c) { get_caller_identity(c); },
       "<R><GetCallerIdentityResult><Account>1</Account><Arn>arn:me</Arn><UserId>u</UserId></GetCallerIdentityResult>"
       "</R>"},
      {&sts::kAssumeRole,
       [](const Client& c) {
         assume_role(c, {"arn:aws:iam::1:role/r", "", "s", {}});
       },
       "<R><AssumeRoleResult><Credentials><AccessKeyId>a</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
       "<SessionToken>t</SessionToken><Expiration>2026-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
       "</R>"}};
  return all;
}

enum class Ended { well, lost, surely_undone, refused };

/// How a call ends for those who made it: RetryLater that says whether it may have had an effect, or an error.
Ended end_of(const Sample& sample, const Client& client) {
  try {
    sample.call(client);
    return Ended::well;
  } catch (const RetryLater& park) {
    return park.nothing_happened() ? Ended::surely_undone : Ended::lost;
  } catch (const Error&) {
    return Ended::refused;
  }
}

Ended end_with(const Sample& sample, const std::string& body) {
  FakeAws aws;
  aws.http.otherwise = [&](const auto&) { return net::ClientResponse{200, {}, body}; };
  return end_of(sample, aws.client());
}

/// A read may be repeated; a change may have happened, and must be looked for.
Ended lost(const Sample& sample) { return sample.operation->repeatable ? Ended::surely_undone : Ended::lost; }

/// The answer without each member that it must have, and with one of another kind in its place.
std::vector<std::string> crippled(const Sample& sample) {
  std::vector<std::string> out;
  for (const auto& member : sample.operation->answer) {
    const std::string name(member.path.substr(member.path.rfind('/') + 1));
    for (const auto& [from, to] : {std::pair("\"" + name + "\":", std::string("\"other\":")),
                                   std::pair("<" + name + ">", "<" + name + "/><x>")}) {
      const auto at = sample.answer.find(from);
      if (at == std::string::npos) continue;
      std::string without = sample.answer;
      out.push_back(without.replace(at, from.size(), to));
      if (from[0] != '"') continue;
      for (const std::string_view wrong : {"null,\"x\":", "7,\"x\":", "{},\"x\":", "\"\",\"x\":"}) {
        if (member.kind == AnswerKind::text && wrong.starts_with("{")) continue;
        std::string other = sample.answer;
        out.push_back(other.insert(at + from.size(), wrong));
      }
    }
  }
  if (!sample.answer.starts_with('<')) return out;
  for (auto& text : out) text.insert(text.find("<x>") + 3, "</x><y>");
  return out;
}

/// What answers in AWS's stead.
const std::vector<std::string> strangers = {"",
                                            " ",
                                            "{}",
                                            "[]",
                                            "null",
                                            "0",
                                            "\"text\"",
                                            "{\"message\":null}",
                                            "<html><body>Sign in</body></html>",
                                            "<!DOCTYPE html><html><head></head></html>",
                                            "<?xml version=\"1.0\"?><R/>",
                                            "\xff\xfe",
                                            "{\"nextToken\":\"t\"}"};

/// A peer that reads requests and answers with bytes as they are.
class RawPeer {
 public:
  enum class Then { close, be_silent };

  RawPeer() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(listener_ >= 0);
    REQUIRE(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(listen(listener_, 64) == 0);
    socklen_t length = sizeof address;
    REQUIRE(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  ~RawPeer() {
    thread_ = {};
    hang_up();
    close(listener_);
  }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  void answer(std::string bytes, Then then) {
    answer_.with([&](Answer& next) { next = {std::move(bytes), then}; });
  }
  std::string url() const { return fmt::format("http://127.0.0.1:{}/", port_); }

 private:
  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd waiting{listener_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      const int peer = accept(listener_, nullptr, nullptr);
      if (peer >= 0) serve_one(peer);
    }
  }

  void serve_one(int peer) {
    std::string request;
    char buffer[4096];
    const timeval patience{2, 0};
    setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    while (!is_complete(request)) {
      const auto got = recv(peer, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      request.append(buffer, static_cast<std::size_t>(got));
    }
    const auto answer = answer_.lock();
    static_cast<void>(send(peer, answer->bytes.data(), answer->bytes.size(), MSG_NOSIGNAL));
    if (answer->then == Then::be_silent) {
      silent_.push_back(peer);
      if (silent_.size() > 200) hang_up();
    } else {
      close(peer);
    }
  }

  static bool is_complete(const std::string& request) {
    const auto head = request.find("\r\n\r\n");
    const auto length = request.find("Content-Length: ");
    if (head == std::string::npos) return false;
    const auto body = length == std::string::npos ? 0 : std::stoul(request.substr(length + 16));
    return request.size() >= head + 4 + body;
  }

  void hang_up() {
    for (const int peer : silent_) close(peer);
    silent_.clear();
  }

  const int listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
  struct Answer {
    std::string bytes;
    Then then = Then::close;
  };
  Guarded<Answer> answer_;
  std::vector<int> silent_;  // the thread's
  std::jthread thread_;
};

/// One call over real sockets, by a client of its own.
Ended end_at(RawPeer& peer, const Sample& sample, Duration time) {
  static const SystemClock clock;
  static const auto http = net::make_curl_client();
  SeededRandom random{1};
  Runtime runtime(*http, clock, random, Endpoints(EndpointOverrides{peer.url(), {}, {}}));
  runtime.pause = [](Duration) {};
  const auto keys = std::make_shared<CredentialProvider>(static_keys("AKID", Secret("secret")), clock, random);
  const auto began = clock.steady();
  const Ended ended = end_of(sample, Client(runtime, keys, "eu-west-1", CallTime::each(time)));
  CHECK(clock.steady() - began < time + 10s);
  return ended;
}

}  // namespace

TEST_CASE("every call of the product is listed with what its answers always have, and tried here") {
  for (const Operation* operation : kOperations) {
    CAPTURE(operation->name);
    CHECK_FALSE(operation->answer.empty());
    CHECK(std::ranges::any_of(samples(), [&](const Sample& s) { return s.operation == operation; }));
  }
  for (const auto& sample : samples()) {
    CAPTURE(sample.operation->name);
    FakeAws aws;
    aws.http.otherwise = [&](const auto&) { return net::ClientResponse{200, {}, sample.answer}; };
    CHECK(end_of(sample, aws.client()) == Ended::well);
    const auto& request = aws.http.requests.at(0);
    const std::string called = request.body + std::string(request.headers.find("X-Amz-Target").value_or(""));
    CHECK(called.find(sample.operation->name) != std::string::npos);
  }
}

TEST_CASE("an answer that is empty, cut at any byte, another's, or lacks a member is a lost answer") {
  int inputs = 0;
  for (const auto& sample : samples()) {
    std::vector<std::string> bodies = strangers;
    for (std::size_t length = 1; length < sample.answer.size(); ++length) {
      bodies.push_back(sample.answer.substr(0, length));
    }
    for (auto& body : crippled(sample)) bodies.push_back(std::move(body));
    for (const auto& body : bodies) {
      CAPTURE(sample.operation->name);
      CAPTURE(body);
      CHECK(end_with(sample, body) == lost(sample));
      ++inputs;
    }
  }
  MESSAGE(inputs, " answers tried");
}

TEST_CASE("a peer that closes or falls silent after any byte has lost the answer, within the deadline") {
  RawPeer peer;
  int inputs = 0;
  for (const auto& sample : samples()) {
    CAPTURE(sample.operation->name);
    const std::string whole = fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{}",
                                          sample.answer.size(), sample.answer);
    peer.answer(whole, RawPeer::Then::close);
    CHECK(end_at(peer, sample, 10s) == Ended::well);
    for (std::size_t length = 0; length < whole.size(); length += 1 + whole.size() / 40) {
      peer.answer(whole.substr(0, length), RawPeer::Then::close);
      CAPTURE(length);
      CHECK(end_at(peer, sample, 10s) == lost(sample));
      ++inputs;
    }
    for (const std::size_t length : {std::size_t{0}, std::size_t{9}, whole.find("\r\n\r\n") + 2, whole.size() - 1}) {
      peer.answer(whole.substr(0, length), RawPeer::Then::be_silent);
      CAPTURE(length);
      CHECK(end_at(peer, sample, 50ms) == lost(sample));
      ++inputs;
    }
  }
  MESSAGE(inputs, " peers tried");
}

TEST_CASE(
    "a list whose nextToken never ends, or comes back, is an error that says so, after a bounded number of pages") {
  int inputs = 0;
  for (const auto& sample : samples()) {
    if (sample.answer.starts_with('<')) continue;
    for (const int cycle : {1, 2, 7, 1'000'000}) {
      FakeAws aws;
      int page = 0;
      aws.http.otherwise = [&](const auto&) {
        const std::string token = fmt::format(R"({{"nextToken":"token-{}",)", page++ % cycle);
        return net::ClientResponse{200, {}, token + sample.answer.substr(1)};
      };
      CAPTURE(sample.operation->name);
      const Ended ended = end_of(sample, aws.client());
      if (aws.http.requests.size() == 1) continue;  // it has no pages
      CHECK(ended != Ended::well);
      CHECK(aws.http.requests.size() <= 200);
      ++inputs;
    }
  }
  CHECK(inputs == 6 * 4);
  MESSAGE(inputs, " endless lists tried");
}

TEST_CASE("all pages of a list share one deadline") {
  FakeAws aws;
  int page = 0;
  aws.http.otherwise = [&](const auto&) {
    aws.clock.advance(25s);
    return net::ClientResponse{200, {}, fmt::format(R"({{"taskArns":[],"nextToken":"{}"}})", page++)};
  };
  try {
    ecs::list_tasks(aws.client(), "prod", "web", ecs::DesiredStatus::running);
    FAIL("it ended");
  } catch (const RetryLater& park) {
    CHECK(park.why() == "AWS ECS ListTasks in eu-west-1 is too slow: 3 pages in time");
    CHECK(park.nothing_happened());
  }
  CHECK(aws.http.times[2] == 10s);
}

TEST_CASE("a host that DNS does not know is an error at once, but one that has answered before is waited for") {
  FakeAws aws;
  const auto no_host = [](const auto&) -> net::ClientResponse {
    throw net::NetworkError("there is no host x", false, true);
  };
  const Sample& sample = samples().front();
  aws.http.otherwise = no_host;
  CHECK(end_of(sample, aws.client()) == Ended::refused);
  CHECK(aws.http.requests.size() == 1);
  aws.http.otherwise = [&](const auto&) { return net::ClientResponse{200, {}, sample.answer}; };
  CHECK(end_of(sample, aws.client()) == Ended::well);
  aws.http.otherwise = no_host;
  CHECK(end_of(sample, aws.client()) == Ended::surely_undone);
}

TEST_CASE("credentials of the machine that come cut at any byte, or without a member, are asked for again") {
  const std::string whole =
      R"({"AccessKeyId":"AK","SecretAccessKey":"SK","Token":"T","Expiration":"2030-01-01T00:00:00Z"})";
  int inputs = 0;
  const auto fetched = [&](const std::string& body, int status = 200) {
    FakeAws aws;
    MemoryDisk disk;
    aws.http.otherwise = [&](const auto&) { return net::ClientResponse{status, {}, body}; };
    const auto source = own_credentials(aws.http, disk, aws.clock, [](std::string_view name) {
      return name == "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" ? std::optional<std::string>("/v2/x") : std::nullopt;
    });
    ++inputs;
    try {
      source->fetch(Deadline::after(aws.clock, 10s));
      return Ended::well;
    } catch (const RetryLater&) {
      return Ended::surely_undone;
    } catch (const Error&) {
      return Ended::refused;
    }
  };
  CHECK(fetched(whole) == Ended::well);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CHECK(fetched(whole.substr(0, length)) == Ended::surely_undone);
  }
  for (const auto& body : strangers) CHECK(fetched(body) == Ended::surely_undone);
  for (const std::string name : {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}) {
    auto without = whole;
    CHECK(fetched(without.replace(without.find(name), name.size(), "Other")) == Ended::surely_undone);
  }
  CHECK(fetched("busy", 503) == Ended::surely_undone);
  CHECK(fetched("no", 403) == Ended::refused);
  MESSAGE(inputs, " answers tried");
}
