// The AWS that the restart is measured against: a simulator in this process, in which rollouts never settle because
// their clusters have no room, and which notes when each service was read.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/log.h"
#include "base/time.h"
#include "bench/load.h"
#include "bench/process.h"
#include "net/http_server.h"
#include "sim/core/simulator.h"

namespace slipway::bench {

class RolloutPeer {
 public:
  static constexpr int kAccounts = 10;
  static std::string account_id(int number);
  static std::string role_arn_of(const std::string& account);
  static constexpr const char* kRegion = "eu-west-1";
  static constexpr const char* kCluster = "prod";
  static constexpr const char* kAccessKey = "AKIABENCH00000000001";
  static constexpr const char* kSecretKey = "opens-nothing-but-this-simulator";
  static constexpr const char* kExternalId = "bench-external-id";

  /// Services are spread over the accounts in turn: the n-th lies in account_id(n % kAccounts).
  explicit RolloutPeer(const std::vector<std::string>& services);

  /// What a server must have in its environment to talk to it.
  Process::Environment environment() const;
  /// An exchange that changes nothing.
  Requests requests() const { return {server_.port(), {"/_sim/calls"}, ""}; }

  /// How many services were updated and then read again.
  int followed() const;
  /// When each of `services` had been read at least once after `start`, as now_ms(); 0 while one has not.
  double all_read_since(double start) const;

 private:
  net::Response handle(net::Request&&);
  void note(std::string_view operation, const std::string& body);

  struct Times {
    double updated = 0;
    std::vector<double> reads;
  };
  SystemClock clock_;
  Log log_{clock_, LogLevel::error};
  Guarded<std::map<std::string, Times>> services_;
  sim::Simulator simulator_;
  net::HttpServer server_;
};

}  // namespace slipway::bench
