// A network between the server and the simulated clouds, in one process: calls take virtual time, and some are lost.
#pragma once

#include <functional>
#include <utility>

#include "base/executor.h"
#include "base/random.h"
#include "event_log.h"
#include "net/http_client.h"
#include "sim/core/simulator.h"

namespace slipway::simulate {

/// Thrown out of a call at the instant at which the server crashes. Its disk is gone by then, so that whatever handles
/// this on the way up leaves no trace.
struct Crash {};

/// Chances of each mishap, per call.
struct Mishaps {
  double refused = 0;       ///< no connection: the call surely did nothing
  double lost_request = 0;  ///< a time-out before the clouds saw it
  double lost_reply = 0;    ///< a time-out after they acted
  double crash_before = 0;
  double crash_after = 0;
};

class Network final : public net::HttpClient {
 public:
  /// `die`: takes the server's disk away.
  Network(sim::Simulator& clouds, ManualClock& clock, Random& random, EventLog& events, std::function<void()> die)
      : clouds_(clouds), clock_(clock), random_(random), events_(events), die_(std::move(die)) {}

  net::ClientResponse send(const net::ClientRequest&, const Deadline&) override;
  void set(Mishaps mishaps) { mishaps_ = mishaps; }

 private:
  bool happens(double chance) { return chance > 0 && random_.fraction() < chance; }
  [[noreturn]] void crash(const std::string& what);
  [[noreturn]] void time_out(const Deadline&, const std::string& what);

  sim::Simulator& clouds_;
  ManualClock& clock_;
  Random& random_;
  EventLog& events_;
  const std::function<void()> die_;
  Mishaps mishaps_;
};

}  // namespace slipway::simulate
