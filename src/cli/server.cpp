// The server process: builds the house from the ground up, and takes it down in the opposite order.
#include <fmt/format.h>
#include <malloc.h>
#include <signal.h>

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "api/server.h"
#include "base/disk.h"
#include "base/log.h"
#include "base/random.h"
#include "cli/server_options.h"
#include "cloud/client.h"
#include "cloud/credential_sources.h"
#include "cloud/poller.h"
#include "engine/deployment_source.h"
#include "engine/engine.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "steps/ecs_service/ecs_service_step.h"
#include "steps/no_op/no_op_step.h"
#include "storage/database.h"

namespace slipway::cli {
namespace {

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

Duration seconds(double s) { return Duration(static_cast<std::int64_t>(s * 1e6)); }

/// "127.0.0.1:8080", "[::1]:8080".
net::ServerOptions listen_options(const ServerOptions& options) {
  const std::string& text = options.listen;
  const auto colon = text.rfind(':');
  net::ServerOptions listen;
  unsigned port = 0;
  const char* end = text.data() + text.size();
  const bool good = colon != std::string::npos && colon > 0 &&
                    std::from_chars(text.data() + colon + 1, end, port).ptr == end && port <= 65'535;
  if (!good) fail_invalid(fmt::format("--listen must be ADDRESS:PORT, such as 127.0.0.1:8080, not \"{}\".", text));
  listen.address = text.substr(0, colon);
  if (listen.address.starts_with('[') && listen.address.ends_with(']')) {
    listen.address = listen.address.substr(1, listen.address.size() - 2);
  }
  listen.port = static_cast<std::uint16_t>(port);
  listen.handler_threads = options.handler_threads;
  return listen;
}

/// Everything that a server is made of. Members are in the order of the house: each stands on those above it.
class Server {
 public:
  explicit Server(const ServerOptions& options)
      : options_(options),
        data_(std::filesystem::absolute(options.data).string()),
        vault_(master_key(), random_, ids_),
        database_(open_database()),
        pool_("slipway-engine", options.threads, clock_),
        http_(net::make_curl_client()),
        aws_(*http_, clock_, random_, aws::Endpoints(aws::EndpointOverrides::from_environment(environment))),
        credentials_(clock_, random_),
        poller_(aws_, pool_, {seconds(options.ecs_poll_seconds)}),
        source_(*database_, ids_, vault_, clock_),
        engine_({*database_, pool_, clock_, log_, catalogue(), source_, engine_options()}),
        api_({*database_, ids_, vault_, random_, clock_, log_, aws_, *http_, disk_}, options.admin_api_key),
        web_(
            listen_options(options), [this](net::Request&& request) { return answer(std::move(request)); }, log_) {}

  int run() {
    engine_.start();
    ready_ = true;
    log_.info("listening", {{"address", fmt::format("http://{}:{}", listen_options(options_).address, web_.port())},
                            {"version", SLIPWAY_VERSION}});
    wait_for_signal();
    log_.info("stopping");
    ready_ = false;
    web_.stop(seconds(options_.shutdown_seconds));
    engine_.stop();
    pool_.stop();
    log_.info("stopped");
    return EXIT_SUCCESS;
  }

 private:
  storage::MasterKey master_key() {
    disk_.make_directories(data_, 0700);
    const std::string file = options_.master_key_file.empty() ? data_ + "/master.key" : options_.master_key_file;
    const bool fresh = !std::filesystem::exists(data_ + "/slipway.db");
    return storage::MasterKey::load(disk_, random_, file, fresh);
  }

  std::unique_ptr<storage::Database> open_database() {
    storage::DatabaseOptions options;
    options.path = data_ + "/slipway.db";
    return storage::open_sqlite(options, log_);
  }

  const steps::StepCatalogue& catalogue() {
    const steps::AwsAccess access{aws_, credentials_,
                                  [this] { return aws::own_credentials(*http_, disk_, clock_, environment); }};
    steps_.add(std::make_unique<steps::NoOpStep>());
    steps_.add(std::make_unique<steps::EcsServiceStep>(access, poller_));
    return steps_;
  }

  engine::EngineOptions engine_options() const {
    engine::EngineOptions engine;
    engine.node = options_.node;
    engine.task_cap = options_.task_cap;
    engine.settle_time = seconds(options_.settle_seconds);
    return engine;
  }

  net::Response answer(net::Request&& request) {
    if (request.path == "/health/live") return health(true);
    if (request.path == "/health/ready") return health(ready_);
    return api_.handle(std::move(request));
  }

  static net::Response health(bool good) {
    net::Response response;
    response.status = good ? 200 : 503;
    response.headers.add("Content-Type", "application/json; charset=utf-8");
    response.body = good ? R"({"Status":"Healthy"})" : R"({"Status":"Starting or stopping"})";
    return response;
  }

  static void wait_for_signal() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    int received = 0;
    sigwait(&signals, &received);
  }

  const ServerOptions& options_;
  const std::string data_;
  SystemClock clock_;
  SystemRandom random_;
  SystemDisk disk_;
  Log log_{clock_};
  storage::Ids ids_;
  storage::Vault vault_;
  std::unique_ptr<storage::Database> database_;
  ThreadPool pool_;
  std::unique_ptr<net::HttpClient> http_;
  aws::Runtime aws_;
  aws::CredentialCache credentials_;
  aws::ServicePoller poller_;
  steps::StepCatalogue steps_;
  engine::DeploymentSource source_;
  engine::Engine engine_;
  api::Server api_;
  std::atomic<bool> ready_{false};
  net::HttpServer web_;
};

/// Signals are for the main thread alone, so every thread that is started later has them blocked.
void block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

}  // namespace

int run_server(const ServerOptions& options) {
  mallopt(M_ARENA_MAX, 2);  // an arena a thread would cost more memory than it saves time
  block_signals();
  Server server(options);
  return server.run();
}

}  // namespace slipway::cli
