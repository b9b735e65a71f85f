// The client against peers that fall silent, drip or never stop, at each stage of an exchange: every request ends by
// its deadline.
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "net/http_client.h"

using namespace slipway;
using namespace slipway::net;
using namespace std::chrono_literals;

namespace {

/// What a peer does with a connection: sends `first` once it has been asked, then `drip` again and again.
struct Behaviour {
  const char* name;
  bool accepts = true;
  std::string first = {};
  std::string drip = {};
  Duration pause = 20ms;
};

const std::vector<Behaviour> kBehaviours{
    {"takes no connection", false},
    {"accepts and says nothing"},
    {"sends half a status line", true, "HTTP/1."},
    {"sends half a head", true, "HTTP/1.1 200 OK\r\nContent-Type: text/p"},
    {"sends a head without its body", true, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"},
    {"stops inside the body", true, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"},
    {"stops inside a chunk", true, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf"},
    {"stops between chunks", true, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"},
    {"drips a head", true, "HTTP/1.1 200 OK\r\nX-Long: ", "x"},
    {"drips header fields", true, "HTTP/1.1 200 OK\r\n", "X: y\r\n"},
    {"drips a body", true, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", "x"},
    {"drips chunks", true, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"},
    {"drips interim answers", true, "", "HTTP/1.1 100 Continue\r\n\r\n"},
    {"drips a body without end", true, "HTTP/1.1 200 OK\r\n\r\n", "x"},
};

/// Listens on loopback with a thread of its own, and serves one connection after the other by one behaviour.
class Peer {
 public:
  explicit Peer(const Behaviour& behaviour) : behaviour_(behaviour), fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&at), size) == 0);
    REQUIRE(::listen(fd_, behaviour.accepts ? 8 : 0) == 0);
    REQUIRE(::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size) == 0);
    port_ = ntohs(at.sin_port);
    if (behaviour.accepts) {
      thread_ = std::thread([this] { serve(); });
    } else {
      fill_backlog(at);
    }
  }
  ~Peer() {
    ended_ = true;
    if (thread_.joinable()) thread_.join();
    for (const int fd : fillers_) ::close(fd);
    ::close(fd_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  std::string url(std::string_view scheme) const {
    return std::string(scheme) + "://127.0.0.1:" + std::to_string(port_) + "/";
  }

 private:
  /// Once the queue of a listener that accepts nothing is full, the kernel drops what else wants to connect.
  void fill_backlog(const sockaddr_in& at) {
    for (int i = 0; i < 4; ++i) {
      fillers_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
      static_cast<void>(::connect(fillers_.back(), reinterpret_cast<const sockaddr*>(&at), sizeof at));
    }
  }
  void serve() {
    while (!ended_) {
      pollfd wanted{fd_, POLLIN, 0};
      if (::poll(&wanted, 1, 10) <= 0) continue;
      const int fd = ::accept(fd_, nullptr, nullptr);
      converse(fd);
      ::close(fd);
    }
  }
  void converse(int fd) {
    send(fd, behaviour_.first);
    while (!ended_) {
      char bytes[4096];
      pollfd wanted{fd, POLLIN, 0};
      const auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(behaviour_.pause);
      if (::poll(&wanted, 1, static_cast<int>(pause.count())) > 0 && ::recv(fd, bytes, sizeof bytes, 0) <= 0) return;
      send(fd, behaviour_.drip);
    }
  }
  static void send(int fd, const std::string& bytes) {
    [[maybe_unused]] const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  const Behaviour behaviour_;
  const int fd_;
  std::uint16_t port_ = 0;
  std::vector<int> fillers_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace

TEST_CASE("whatever a peer leaves out or draws out, a request ends by its deadline") {
  constexpr Duration kTime = 150ms;
  constexpr Duration kGenerous = 5s;  // of a busy machine; without a deadline it would be a minute and more
  const SystemClock clock;
  const auto client = make_curl_client();
  int tried = 0;
  for (const Behaviour& behaviour : kBehaviours) {
    const Peer peer(behaviour);
    for (const std::string_view scheme : {"http", "https"}) {
      for (const bool is_read : {true, false}) {
        CAPTURE(behaviour.name);
        CAPTURE(scheme);
        CAPTURE(is_read);
        ClientRequest request;
        request.url = peer.url(scheme);
        request.method = is_read ? "GET" : "POST";
        request.body = is_read ? "" : "effect";
        request.repeatable = is_read;
        const SteadyTime began = clock.steady();
        CHECK_THROWS_AS(client->send(request, Deadline::after(clock, kTime)), NetworkError);
        CHECK(clock.steady() - began < kGenerous);
        ++tried;
      }
    }
  }
  MESSAGE("silent peers: ", tried, " exchanges tried");
}

TEST_CASE("a peer that sends header fields without end is stopped by their size") {
  const Peer peer({"floods", true, "HTTP/1.1 200 OK\r\n", "X: " + std::string(60'000, 'y') + "\r\n", 1ms});
  const SystemClock clock;
  ClientRequest request;
  request.url = peer.url("http");
  CHECK_THROWS_AS(make_curl_client()->send(request, Deadline::after(clock, 20s)), NetworkError);
}
