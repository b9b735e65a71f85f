// What the server (http_server.cpp) and its connections (connection.cpp) share. Internal to this room.
//
// One thread runs the loop; handlers run on the pool.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <memory>
#include <optional>
#include <unordered_set>
#include <utility>

#include "base/executor.h"
#include "base/guarded.h"
#include "base/log.h"
#include "net/http_server.h"

namespace slipway::net {

class Connection;

/// How much of a budget that all share one of them holds.
class ByteHold {
 public:
  ByteHold(std::atomic<std::size_t>& in_flight, std::size_t budget) : in_flight_(in_flight), budget_(budget) {}
  ~ByteHold() { release(); }
  ByteHold(const ByteHold&) = delete;
  ByteHold& operator=(const ByteHold&) = delete;

  /// False, and nothing more is held, when all together would hold more than the budget.
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
  std::size_t held() const { return held_; }
  void release() { in_flight_ -= std::exchange(held_, 0); }

 private:
  std::atomic<std::size_t>& in_flight_;
  const std::size_t budget_;
  std::size_t held_ = 0;
};

struct ServerState {
  ServerState(ServerOptions o, Handler h, const Log& l)
      : options(std::move(o)),
        handler(std::move(h)),
        log(l),
        handlers("http-handler", options.handler_threads, clock, [this](const Error& error) { tell(error); }) {
    if (options.calls_out) {
      outward.emplace("http-outward", options.outward_threads, clock, [this](const Error& error) { tell(error); });
    }
  }

  void tell(const Error& error) const { log.error("answering a request failed", {{"error", error.message()}}); }

  /// A connection that has closed calls this on the loop.
  void forget(const std::shared_ptr<Connection>&);
  /// Ends answers whose readers take nothing, those first that have stood still longest, until half the budget is free.
  void end_stalled_answers();
  /// Refuses the slowest of the large bodies that come too slowly; false when there is none.
  bool refuse_slowest_body();

  const ServerOptions options;
  const Handler handler;
  const Log& log;
  const SystemClock clock;
  std::atomic<std::size_t> queued = 0;  ///< for the handlers
  std::atomic<std::size_t> queued_outward = 0;
  std::atomic<std::size_t> body_bytes_in_flight = 0;
  std::atomic<std::size_t> answer_bytes_in_flight = 0;
  boost::asio::io_context loop{1};
  std::unordered_set<std::shared_ptr<Connection>> connections;  // the loop's
  std::atomic<bool> stopping = false;
  Guarded<bool> is_empty{true};  ///< no connection is left, for whoever waits for that on another thread
  std::condition_variable all_closed;
  ThreadPool handlers;
  std::optional<ThreadPool> outward;  ///< for requests that wait for others
};

}  // namespace slipway::net
