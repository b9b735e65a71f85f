#include "net/transport.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace slipway::net {
namespace {

namespace asio = boost::asio;

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(Socket socket) : socket_(std::move(socket)), fd_(socket_.native_handle()) {}

  void start(Ready ready) override { ready({}); }
  void read_some(asio::mutable_buffer to, Moved moved) override { socket_.async_read_some(to, std::move(moved)); }
  void write_some(const Pieces& from, Moved moved) override { socket_.async_write_some(from, std::move(moved)); }
  void cancel() override {
    ErrorCondition ignored;
    socket_.cancel(ignored);
  }
  void end_output(std::shared_ptr<void>) override {
    ErrorCondition ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }
  void close() override {
    ErrorCondition ignored;
    socket_.close(ignored);
  }

  /// Leaves the asio object alone, and so is safe beside a pending read.
  std::size_t try_send(const Pieces& from, ErrorCondition& error) override {
    std::array<iovec, 2> pieces;
    std::ranges::transform(from, pieces.begin(), [](const asio::const_buffer& b) {
      return iovec{const_cast<void*>(b.data()), b.size()};  // sendmsg reads only, its struct serves both directions
    });
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    while (true) {
      const auto sent = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent >= 0) return static_cast<std::size_t>(sent);
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) error = ErrorCondition(errno, boost::system::system_category());
      return 0;
    }
  }

 private:
  Socket socket_;
  const int fd_;
};

}  // namespace

std::unique_ptr<Transport> make_plain_transport(Transport::Socket socket) {
  return std::make_unique<PlainTransport>(std::move(socket));
}

}  // namespace slipway::net
