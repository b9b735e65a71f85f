// The simulated clouds behind one function: HTTP request in, HTTP response out. `awssim` serves it over a socket;
// tests and simulations call it in process, on one thread under a virtual clock.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "net/http.h"
#include "sim/core/pace.h"

namespace slipway::sim {

/// The response header by which a fault asks the carrier to answer so many milliseconds later. A lost reply is
/// net::Response::dropped.
inline constexpr std::string_view kDelayHeader = "x-sim-delay-ms";

/// Threads: any. Every call first plays what is due at the clock's present time, so the model needs no thread of its
/// own. Same seed, scenario and calls at the same times: same answers.
class Simulator {
 public:
  struct Options {
    Pace pace;
    Rules rules;
    std::uint64_t seed = 1;
  };

  Simulator(const Clock&, Options);
  ~Simulator();

  /// Adds a scenario's accounts, keys, roles, repositories, clusters and services (scenario.h). Throws Error{invalid}
  /// naming the member.
  void load(const json::object& scenario);
  /// Answers AWS calls, and the admin API below /_sim/ (admin_api.h).
  net::Response handle(net::Request&&);
  /// Plays everything due until `to`, which may be ahead of the clock.
  void advance_to(Time to);
  /// When the model will next change by itself; none when it has come to rest.
  std::optional<Time> next_event() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace slipway::sim
