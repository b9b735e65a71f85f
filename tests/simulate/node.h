// One server node, whole but for its sockets: database, engine, poller and API on one thread under a virtual clock.
#pragma once

#include <memory>
#include <string>

#include "api/server.h"
#include "base/disk.h"
#include "base/executor.h"
#include "base/log.h"
#include "base/random.h"
#include "cloud/client.h"
#include "cloud/poller.h"
#include "engine/deployment_source.h"
#include "engine/engine.h"
#include "net/http_client.h"

namespace slipway::simulate {

/// What outlives a crash of the node, or is shared by nodes.
struct Ground {
  ManualClock& clock;
  Random& random;
  SimulatedExecutor& executor;
  net::HttpClient& network;
  Disk& disk;
  const Log& log;
  std::string database_path;
  std::string vfs;
};

inline constexpr auto admin_key = "API-SIMULATEDADMINISTRATOR0000000";

class Node {
 public:
  explicit Node(const Ground&);
  ~Node();

  /// Throws Error{internal} naming the call unless the answer is a success.
  json::value call(const std::string& method, const std::string& path, const json::value& body = nullptr);
  storage::Database& database() { return *database_; }

 private:
  const Ground& ground_;
  storage::Ids ids_;
  storage::Vault vault_;
  std::unique_ptr<storage::Database> database_;
  aws::Runtime aws_;
  aws::CredentialCache credentials_;
  aws::ServicePoller poller_;
  steps::StepCatalogue steps_;
  engine::DeploymentSource source_;
  engine::Engine engine_;
  api::Server api_;
};

}  // namespace slipway::simulate
