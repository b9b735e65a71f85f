// What the server (http_server.cpp) and its connections (connection.cpp) share. Internal to this room.
//
// One thread runs the loop; handlers run on the pool.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <utility>

#include "base/executor.h"
#include "base/log.h"
#include "net/http_server.h"

namespace slipway::net {

class Connection;

/// How much of the bodies' budget one request holds.
class BodyHold {
 public:
  BodyHold(std::atomic<std::size_t>& in_flight, std::size_t budget) : in_flight_(in_flight), budget_(budget) {}
  ~BodyHold() { release(); }
  BodyHold(const BodyHold&) = delete;
  BodyHold& operator=(const BodyHold&) = delete;

  /// False, and nothing more is held, when all requests together would hold more than the budget.
  bool grow_to(std::size_t bytes) {
    if (bytes <= held_) return true;
    const std::size_t more = bytes - held_;
    if (in_flight_.fetch_add(more) + more > budget_) {
      in_flight_ -= more;
      return false;
    }
    held_ = bytes;
    return true;
  }
  void release() { in_flight_ -= std::exchange(held_, 0); }

 private:
  std::atomic<std::size_t>& in_flight_;
  const std::size_t budget_;
  std::size_t held_ = 0;
};

struct ServerState {
  ServerState(ServerOptions o, Handler h, const Log& l)
      : options(std::move(o)), handler(std::move(h)), log(l), handlers("http-handler", options.handler_threads, clock) {
    if (options.calls_out) outward.emplace("http-outward", options.outward_threads, clock);
  }

  /// A connection that has closed calls this on the loop.
  void forget(const std::shared_ptr<Connection>&);

  const ServerOptions options;
  const Handler handler;
  const Log& log;
  const SystemClock clock;
  std::atomic<std::size_t> queued = 0;  ///< for the handlers
  std::atomic<std::size_t> queued_outward = 0;
  std::atomic<std::size_t> body_bytes_in_flight = 0;
  boost::asio::io_context loop{1};
  std::unordered_set<std::shared_ptr<Connection>> connections;  // the loop's
  std::atomic<bool> stopping = false;
  std::mutex mutex;
  std::condition_variable all_closed;
  bool is_empty = true;  // guarded by mutex
  ThreadPool handlers;
  std::optional<ThreadPool> outward;  ///< for requests that wait for others
};

}  // namespace slipway::net
