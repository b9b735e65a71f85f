// What the server (http_server.cpp) and its connections (connection.cpp) share. Internal to this room.
//
// One thread runs the loop; handlers run on the pool.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_set>

#include "base/executor.h"
#include "base/log.h"
#include "net/http_server.h"

namespace slipway::net {

class Connection;

struct ServerState {
  ServerState(ServerOptions o, Handler h, const Log& l)
      : options(std::move(o)), handler(std::move(h)), log(l), pool("http-handler", options.handler_threads, clock) {}

  /// A connection that has closed calls this on the loop.
  void forget(const std::shared_ptr<Connection>&);

  const ServerOptions options;
  const Handler handler;
  const Log& log;
  const SystemClock clock;
  boost::asio::io_context loop{1};
  std::unordered_set<std::shared_ptr<Connection>> connections;  // the loop's
  std::atomic<std::size_t> queued = 0;
  std::atomic<bool> stopping = false;
  std::mutex mutex;
  std::condition_variable all_closed;
  bool is_empty = true;  // guarded by mutex
  ThreadPool pool;
};

}  // namespace slipway::net
