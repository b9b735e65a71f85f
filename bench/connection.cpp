#include "bench/connection.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>

#include "base/text.h"

namespace slipway::bench {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

int status_of(std::string_view head) {
  int status = 0;
  if (head.size() > 12) std::from_chars(head.data() + 9, head.data() + 12, status);
  return status;
}

std::size_t length_of(std::string_view head) {
  const std::string lower = to_lower_ascii(head);
  constexpr std::string_view name = "content-length:";
  const std::size_t at = lower.find(name);
  std::size_t length = 0;
  if (at != std::string::npos) {
    const std::string_view value = trim(std::string_view(lower).substr(at + name.size()));
    std::from_chars(value.data(), value.data() + value.size(), length);
  }
  return length;
}

}  // namespace

Connection::Connection(std::uint16_t port) : port_(port) {}

Connection::~Connection() { close(); }

bool Connection::connect() {
  if (socket_ >= 0) return true;
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port_);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close();
    return false;
  }
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return true;
}

void Connection::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

bool Connection::send_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

Connection::Answer Connection::receive() {
  received_.clear();
  std::size_t head = std::string::npos;
  std::size_t expected = 0;
  std::array<char, 64 << 10> buffer;
  while (head == std::string::npos || received_.size() < expected) {
    const ssize_t count = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (count <= 0) return {};
    received_.append(buffer.data(), static_cast<std::size_t>(count));
    if (head != std::string::npos) continue;
    head = received_.find(kHeadEnd);
    if (head != std::string::npos) {
      expected = head + kHeadEnd.size() + length_of(std::string_view(received_).substr(0, head));
    }
  }
  const std::string_view all = received_;
  return {status_of(all), all.substr(head + kHeadEnd.size())};
}

Connection::Answer Connection::get(std::string_view path, std::string_view api_key) {
  if (!connect()) return {};
  Answer answer;
  if (send_all(fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\nX-Octopus-ApiKey: {}\r\n\r\n", path, api_key))) {
    answer = receive();
  }
  if (answer.status == 0) close();
  return answer;
}

}  // namespace slipway::bench
