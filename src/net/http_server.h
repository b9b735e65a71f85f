// The web server: Boost.Beast behind one function. It parses, bounds sizes and times, and hands owned requests to a
// handler on a bounded pool; event streams stay on its loop. Also serves sim/.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/log.h"
#include "base/time.h"
#include "net/http.h"
#include "net/tls.h"

namespace slipway::net {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0 picks a free one
  unsigned handler_threads = 4;
  std::size_t max_body_bytes = 8u << 20;  ///< over it: 413
  /// Over it: 431. Clients that wait for a thousand tasks name them all in one address.
  std::size_t max_header_bytes = 64u << 10;
  /// At it, the connection that has waited longest for a request to come is closed for a new one.
  unsigned max_connections = 4096;
  std::size_t max_queued_requests = 1024;            ///< over it: 503
  std::size_t max_stream_backlog_bytes = 1 << 20;    ///< over it: the event stream ends, and its reader may resume
  Duration head_timeout = std::chrono::seconds(15);  ///< until a new connection's, or a begun, head is there: 408
  /// For a body, and for a response to be taken; each 64 KiB that move allow one more second.
  Duration body_timeout = std::chrono::seconds(60);
  Duration idle_timeout = std::chrono::seconds(120);  ///< between requests: closed
  Duration stream_ping = std::chrono::seconds(20);    ///< a comment line keeps proxies from ending quiet event streams

  /// Judges a request by its head, on the pool, before more than a few KiB of its body are read: a response refuses it.
  std::function<std::optional<Response>(const Request& head)> authorize_head;
  std::size_t max_unjudged_body_bytes = 16u << 10;
  /// What has arrived of larger bodies, in all requests under way. Over it a body that comes slowly gives way, else the
  /// request gets 503.
  std::size_t max_bodies_in_flight_bytes = 64u << 20;
  /// Larger answers that their readers have yet to take, in all. Over it those end whose readers take nothing, else the
  /// request gets 503.
  std::size_t max_answers_in_flight_bytes = 128u << 20;
  std::size_t max_uncounted_answer_bytes = 64u << 10;
  /// The slowest transfer, in bytes a second, that is not taken for an attack.
  std::size_t slowest_transfer = 64u << 10;
  Duration stall_timeout = std::chrono::seconds(20);      ///< for a reader to take the next byte of its answer: closed
  Duration patience_when_full = std::chrono::seconds(1);  ///< with who stands still or is slow while a budget is spent
  /// What the first wrong key of a connection (Response::wrong_key) is answered after; each further one after twice the
  /// time, up to max_penalty. Counted for connections, never for addresses: one proxy may carry everybody.
  Duration first_penalty = std::chrono::milliseconds(100);
  Duration max_penalty = std::chrono::seconds(5);
  /// With it the server speaks HTTPS alone. Outlives the server.
  const TlsIdentity* tls = nullptr;
  /// Answers, on the loop, what must have an answer also while all handlers wait. Must not block.
  std::function<std::optional<Response>(const Request&)> answer_on_loop;
  /// Says, on the loop, which requests wait for others outside; must not block. They are handled on threads of their
  /// own: whoever they wait for may hang, and the rest goes on.
  std::function<bool(const Request&)> calls_out;
  unsigned outward_threads = 48;
  /// How many of them one peer that does not answer may hold. Whoever calls out sees to it: the server knows no peers.
  unsigned outward_share = 10;
  std::size_t max_queued_outward = 96;  ///< over it: 503
  /// stop() calls it when its grace is over and handlers still run: whatever they wait for should end.
  std::function<void()> on_grace_over;
};

/// What the server holds at the moment, within its options' bounds.
struct ServerLoad {
  std::size_t answer_bytes = 0;  ///< of larger answers that their readers have yet to take
  std::size_t body_bytes = 0;    ///< of larger bodies that have arrived
  std::size_t queued = 0;        ///< requests that wait for a handler
  std::size_t queued_outward = 0;
};

class HttpServer {
 public:
  /// Listens at once; throws Error{unavailable} naming the address when it can't.
  HttpServer(ServerOptions, Handler, const Log&);
  ~HttpServer();
  std::uint16_t port() const;
  /// Threads: any.
  ServerLoad load() const;
  /// Stops accepting, ends event streams, lets requests end for up to `grace`, then closes. A handler that runs longer
  /// is still waited for, after on_grace_over(). Idempotent; not to be called by a handler.
  void stop(Duration grace);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace slipway::net
