// One client's connection: requests come in, responses and event streams go out. Internal to this room.
//
// It changes hands between the loop and the pool by `Connection::turn_`: whoever has the turn may touch its request and
// response. While a handler has it, the loop reads ahead, so that the next request on a kept-alive connection costs no
// extra wake-up, but it parses nothing before the turn comes back.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/event_queue.h"
#include "net/request_parser.h"
#include "net/server_state.h"
#include "net/transport.h"

namespace slipway::net {

/// Bytes on their way out: a head and a body that is not copied behind it.
struct Outgoing {
  std::string head;
  std::string body;
  std::size_t sent = 0;

  bool done() const { return sent >= head.size() + body.size(); }
  std::array<boost::asio::const_buffer, 2> rest() const {
    const auto from_body = sent - std::min(sent, head.size());
    return {boost::asio::buffer(head) + std::min(sent, head.size()), boost::asio::buffer(body) + from_body};
  }
};

/// How fast a body comes lately, so that one which began fast and then drips is seen as well.
class Pace {
 public:
  explicit Pace(SteadyTime now = {}) : since_(now) {}
  void add(SteadyTime now, std::size_t bytes) {
    bytes_ += bytes;
    if (now - since_ < std::chrono::seconds(1)) return;
    before_ = rate_at(now);
    since_ = now;
    bytes_ = 0;
  }
  /// Bytes a second; nothing before there is a second, or `patience`, to judge by.
  std::optional<double> rate(SteadyTime now, Duration patience) const {
    return now - since_ >= patience ? std::optional(rate_at(now)) : before_;
  }

 private:
  double rate_at(SteadyTime now) const {
    return static_cast<double>(bytes_) / (static_cast<double>((now - since_).count() + 1) * 1e-6);
  }

  SteadyTime since_;
  std::size_t bytes_ = 0;
  std::optional<double> before_;
};

/// Threads: but for what `turn_` says, the loop's.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  Connection(ServerState& server, Socket socket);

  void start();
  /// Ends what takes too long, and pings quiet streams.
  void check(SteadyTime now);
  /// Closes at once when no request is under way.
  void close_if_idle();
  /// The last moment it had a request, while it waits for one that nobody has vouched for yet; nothing otherwise.
  std::optional<SteadyTime> waiting_since() const;
  void close();

  /// How long its answer has been waiting for its reader to take more of it; nothing for small answers.
  std::optional<Duration> answer_stalled_for(SteadyTime now) const;
  /// Bytes a second of a large body that has been coming for a while; nothing for others.
  std::optional<double> body_rate(SteadyTime now) const;
  /// Refuses the request whose body comes so slowly that others need its room.
  void give_way();

 private:
  enum class Turn {
    reading,            ///< the loop's: between requests, or inside one
    authorizer,         ///< the authorizer's, who looks at the head; nothing is read meanwhile
    handler,            ///< the handler's, which may give it back by itself
    handler_then_loop,  ///< the handler's, but the loop has input and wants to be told
    writing,            ///< the loop's: a response goes out piece by piece
    streaming,          ///< the loop's: events go out
    lingering           ///< the loop's: what still comes in is thrown away, so that the peer gets to read the response
  };

  void read();
  void on_read(boost::system::error_code error, std::size_t bytes);
  void on_input_while_handled();
  void on_input();
  void parse();
  void accept_head();
  void invite_body();
  std::size_t body_size() const;
  bool is_body_admitted();
  void ask_authorizer();
  void on_authorized(std::optional<Response>&& refusal);
  void dispatch();
  bool hand_over(Turn turn, std::function<void()> job);
  bool hand_outward(std::function<void()> job);
  bool calls_out(const Request& request) const;
  std::optional<Response> quick_answer(const Request& request) const;
  void answer_now(Response&& response);
  void handle(Request& request);
  bool is_with_pool() const;
  void start_stream(const std::function<void(std::shared_ptr<EventWriter>)>& stream, const Response&);
  void compose(Response&& response);
  void refuse(Response&& response);
  void refuse_as_busy(std::string_view message);
  void send_now();
  bool hold_answer();
  void send_when_there_is_room();
  void send_later(Duration);
  Duration penalty_of(const Response&);
  void after_response();
  void send_rest();
  void on_sent();
  void next_request();
  void flush_stream();
  void linger();
  std::size_t bytes_wanted() const;
  void allow(Duration time) { deadline_ = server_.clock.steady() + time; }
  void await_request(Duration time);
  void allow_transfer(std::size_t bytes_so_far);
  void allow_sending();

  ServerState& server_;
  std::string peer_;
  const std::unique_ptr<Transport> transport_;
  std::atomic<Turn> turn_ = Turn::reading;
  std::atomic<SteadyTime> deadline_ = SteadyTime{};
  std::atomic<SteadyTime> waiting_since_ = SteadyTime{};
  SteadyTime transfer_began_;
  Pace pace_;            // of the body that comes in
  SteadyTime progress_;  // when the peer last took a byte of the answer

  // The loop's alone.
  boost::beast::flat_buffer buffer_;
  std::optional<RequestParser> parser_;
  bool head_accepted_ = false;
  bool head_judged_ = false;
  bool owes_invitation_ = false;  ///< the peer waits for leave to send its body
  bool ready_ = false;            ///< past the handshake, if there is one
  bool read_pending_ = false;
  bool input_ended_ = false;
  bool timed_out_ = false;
  bool closed_ = false;
  bool stream_ends_ = false;
  bool sending_ = false;
  std::shared_ptr<EventQueue> events_;
  std::optional<boost::asio::steady_timer> penalty_;

  // Whoever has the turn.
  ByteHold body_hold_;
  ByteHold answer_hold_;
  unsigned wrong_keys_ = 0;
  Outgoing out_;
  bool keep_alive_ = true;
  bool is_http_1_0_ = false;
  bool head_only_ = false;
  bool dropped_ = false;
};

}  // namespace slipway::net
