// The web server: Boost.Beast behind one function. It parses, bounds sizes and times, and hands owned requests to a
// handler on a bounded pool; event streams stay on its loop. Also serves sim/.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/time.h"
#include "net/http.h"

namespace slipway::net {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0 picks a free one
  unsigned handler_threads = 4;
  std::size_t max_body_bytes = 32u << 20;  ///< over it: 413
  std::size_t max_header_bytes =
      64u << 10;                    ///< over it: 431. Clients that wait for many tasks name them all in one address
  unsigned max_connections = 4096;  ///< over it: new ones are closed
  std::size_t max_queued_requests = 1024;            ///< over it: 503
  std::size_t max_stream_backlog_bytes = 1 << 20;    ///< over it: the event stream ends, and its reader may resume
  Duration head_timeout = std::chrono::seconds(15);  ///< from a request's first byte to the end of its head: 408
  /// For a body, and for a response to be taken; each 64 KiB that move allow one more second.
  Duration body_timeout = std::chrono::seconds(60);
  Duration idle_timeout = std::chrono::seconds(120);  ///< between requests: closed
  Duration stream_ping = std::chrono::seconds(20);    ///< a comment line keeps proxies from ending quiet event streams
};

class HttpServer {
 public:
  /// Listens at once; throws Error{unavailable} naming the address when it can't.
  HttpServer(ServerOptions, Handler, const Log&);
  ~HttpServer();
  std::uint16_t port() const;
  /// Stops accepting, ends event streams, lets requests end for up to `grace`, then closes. A handler that runs longer
  /// is still waited for. Idempotent; not to be called by a handler.
  void stop(Duration grace);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace slipway::net
