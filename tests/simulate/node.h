// One server node, whole but for its sockets: database, engine, poller and API on one thread under a virtual clock.
#pragma once

#include <string>

#include "base/executor.h"
#include "cli/core.h"

namespace slipway::simulate {

inline constexpr auto kAdminKey = "API-SIMULATEDADMINISTRATOR0000000";

class Node {
 public:
  /// `clock` is the world's, which moves where the server would wait. `vfs`: the disk of the database.
  Node(const cli::World&, ManualClock& clock, const std::string& vfs);

  /// Throws Error{internal} naming the call unless the answer is a success.
  json::value call(const std::string& method, const std::string& path, const json::value& body = nullptr);
  storage::Database& database() { return core_.database(); }

 private:
  cli::Core core_;
};

}  // namespace slipway::simulate
