// The server without its threads and sockets: database, engine, API and what they stand on. The process (server.cpp)
// gives it a thread pool and the real world; the simulation gives it one thread and a world of its own.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "api/live/live_streams.h"
#include "api/people/space_and_user_cache.h"
#include "api/server.h"
#include "base/disk.h"
#include "base/executor.h"
#include "base/log.h"
#include "base/random.h"
#include "base/secret.h"
#include "cli/observation.h"
#include "cloud/client.h"
#include "cloud/credentials.h"
#include "cloud/poller.h"
#include "documents/erasure_sweep.h"
#include "documents/seed.h"
#include "engine/deployment_source.h"
#include "engine/engine.h"
#include "net/http_client.h"
#include "steps/aws_login.h"
#include "storage/database.h"

namespace slipway::cli {

/// The outside world. The references outlive the core.
struct World {
  const Clock& clock;
  Random& random;
  Executor& executor;
  net::HttpClient& network;
  Disk& disk;
  const Log& log;
  aws::Environment environment;  ///< for AWS: endpoint overrides and the server's own credentials
};

struct CoreOptions {
  storage::DatabaseOptions database;
  std::string master_key_file;
  bool new_database = false;  ///< beside a master key too
  std::optional<Secret> admin_api_key;
  engine::EngineOptions engine;
  aws::PollerOptions poller;
  Executor* live_executor = nullptr;   ///< writes event streams; none: the world's
  Observation* observation = nullptr;  ///< outlives the core; none measures nothing
};

/// Threads: any, once made.
class Core {
 public:
  /// Opens the database, migrates and seeds it. Nothing runs yet.
  Core(const World&, CoreOptions);

  /// Takes over what an earlier process left executing, and begins to work.
  void start() {
    engine_.start(services_.installation_id);
    sweep_.start();
  }
  void stop() {
    sweep_.stop();
    engine_.stop();
  }
  net::Response handle(net::Request&& request) const { return api_.handle(std::move(request)); }
  std::optional<net::Response> authorize_head(const net::Request& head) const { return api_.authorize_head(head); }
  std::size_t live_readers() const { return live_.count(); }
  std::uint64_t refused_sign_ins() const { return api_.refused_sign_ins(); }
  bool calls_out(const net::Request& head) const { return api_.calls_out(head); }
  /// Ends what requests ask of others, so that the requests end.
  void hang_up() { hang_up_.request_stop(); }
  storage::Database& database() { return *database_; }
  const std::string& installation_id() const { return services_.installation_id; }
  aws::Runtime& aws() { return aws_; }
  /// The key that was made up on the first start, to be shown once.
  const std::optional<Secret>& new_admin_key() const { return new_admin_key_; }

 private:
  api::Services services(const World&, Observation*);
  steps::StepCatalogue all_steps();

  storage::Ids ids_;
  aws::Runtime aws_;
  aws::CredentialCache credentials_;
  aws::Access access_;
  std::stop_source hang_up_;
  aws::ServicePoller poller_;
  steps::StepCatalogue steps_;
  model::Catalogue resources_;
  std::unique_ptr<storage::Database> database_;
  storage::Vault vault_;
  documents::WriteTools tools_;
  engine::DeploymentSource source_;
  engine::Engine engine_;
  documents::ErasureSweep sweep_;
  api::SpaceAndUserCache spaces_and_users_;
  api::LiveStreams live_;
  std::optional<Secret> new_admin_key_;
  api::Services services_;
  api::ApiServer api_;
};

}  // namespace slipway::cli
