// For tests: a client that sends exactly the bytes it is told to.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace slipway::net {

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    const timeval patience{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~RawClient() { ::close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  void end_input() { ::shutdown(fd_, SHUT_WR); }

  /// Up to and including `mark`.
  std::string read_until(std::string_view mark) {
    std::size_t at;
    while ((at = unread_.find(mark)) == std::string::npos) {
      if (!receive()) return std::exchange(unread_, {});
    }
    return take(at + mark.size());
  }
  std::string read_to_end() {
    while (receive()) {
    }
    return std::exchange(unread_, {});
  }
  /// One response with its body.
  std::string read_response() {
    const std::string head = read_until("\r\n\r\n");
    const auto at = head.find("Content-Length: ");
    const std::size_t length = at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
    while (unread_.size() < length && receive()) {
    }
    return head + take(length);
  }

 private:
  bool receive() {
    char bytes[4096];
    const auto n = ::recv(fd_, bytes, sizeof bytes, 0);
    if (n > 0) unread_.append(bytes, static_cast<std::size_t>(n));
    return n > 0;
  }
  std::string take(std::size_t n) {
    std::string out = unread_.substr(0, n);
    unread_.erase(0, out.size());
    return out;
  }

  int fd_;
  std::string unread_;
};

}  // namespace slipway::net
