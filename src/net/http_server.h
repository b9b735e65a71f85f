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
  std::uint16_t port = 0;       ///< 0 picks a free one
  unsigned handler_threads = 4;
  std::size_t max_body_bytes = 32u << 20;  ///< over it: 413
  std::size_t max_header_bytes = 16u << 10;
  unsigned max_connections = 4096;         ///< over it: new ones are closed
  std::size_t max_queued_requests = 1024;  ///< over it: 503
  Duration head_timeout = std::chrono::seconds(15);
  Duration body_timeout = std::chrono::seconds(60);
  Duration idle_timeout = std::chrono::seconds(120);
};

class HttpServer {
 public:
  /// Listens at once; throws Error{unavailable} naming the address when it can't.
  HttpServer(ServerOptions, Handler, const Log&);
  ~HttpServer();
  std::uint16_t port() const;
  /// Stops accepting, lets running requests end up to `grace`, then closes. Idempotent.
  void stop(Duration grace);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace slipway::net
