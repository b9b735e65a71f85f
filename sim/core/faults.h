// Injected trouble: what happens to the next calls that match.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace slipway::sim {

enum class FaultKind {
  throttle,      ///< ThrottlingException, nothing done
  server_error,  ///< 500, nothing done
  lose_request,  ///< the connection closes, nothing done
  lose_reply,    ///< done, but the connection closes without an answer
  empty_reply,   ///< done, and answered by a 200 without a body
  delay,         ///< done and answered, `delay` later
};

struct Fault {
  FaultKind kind = FaultKind::throttle;
  std::string operation;  ///< "ecs:UpdateService"; empty for every one
  std::string account;    ///< of the caller; empty for every one
  std::string region;     ///< of the call; empty for every one
  int count = 1;          ///< how many calls it meets
  Duration delay{0};
};

class Faults {
 public:
  void add(Fault fault) { faults_.push_back(std::move(fault)); }
  /// The oldest fault that matches the call, used up by one.
  std::optional<Fault> take(std::string_view operation, std::string_view account, std::string_view region);
  const std::vector<Fault>& pending() const { return faults_; }

 private:
  std::vector<Fault> faults_;
};

}  // namespace slipway::sim
