// What carries a connection's bytes: TCP as it is, or TLS over it. Internal to this room.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <functional>
#include <memory>

namespace slipway::net {

/// Threads: the loop's, but for try_send. Reads and writes may be under way at once, one of each.
class Transport {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using ErrorCondition = boost::system::error_code;
  using Ready = std::function<void(ErrorCondition)>;
  using Moved = std::function<void(ErrorCondition, std::size_t)>;
  using Pieces = std::array<boost::asio::const_buffer, 2>;

  virtual ~Transport() = default;
  /// Calls back once bytes can flow, at once or from the loop.
  virtual void start(Ready) = 0;
  virtual void read_some(boost::asio::mutable_buffer, Moved) = 0;
  virtual void write_some(const Pieces&, Moved) = 0;
  /// What goes out at once, beside a pending read and from whoever has the connection's turn. Sets the error when the
  /// peer is gone; 0 without one: the loop must write.
  virtual std::size_t try_send(const Pieces&, ErrorCondition&) = 0;
  /// Ends a pending read with an error.
  virtual void cancel() = 0;
  /// Tells the peer that nothing more comes; holds on to `owner`, which owns this, meanwhile.
  virtual void end_output(std::shared_ptr<void> owner) = 0;
  virtual void close() = 0;
};

std::unique_ptr<Transport> make_plain_transport(Transport::Socket);

}  // namespace slipway::net
