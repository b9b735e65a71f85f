// The server process: the core in the real world, with threads, sockets and signals.
#include <fmt/format.h>
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <iostream>

#include "base/disk.h"
#include "base/executor.h"
#include "base/failure.h"
#include "base/json.h"
#include "base/name.h"
#include "cli/core.h"
#include "cli/observation.h"
#include "cli/outgoing.h"
#include "cli/process.h"
#include "cli/safety.h"
#include "cli/server_options.h"
#include "cli/start_mark.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "net/listen_address.h"
#include "net/tls.h"
#include "net/trusted_proxies.h"
#include "storage/health.h"

namespace slipway::cli {
namespace {

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

Duration seconds(double s) { return Duration(static_cast<std::int64_t>(s * 1e6)); }

/// Calls outward would all fail, and only then, if the file of their certificate authorities made no sense.
void check_authorities() {
  for (const char* name : {"AWS_CA_BUNDLE", "SSL_CERT_FILE"}) {
    const std::string file = environment(name).value_or("");
    if (file.empty()) continue;
    const auto text = SystemDisk().read(file);
    if (text && text->find("-----BEGIN ") != std::string::npos) continue;
    fail(ErrorCode::unavailable, std::string(name) + " names " + file +
                                     ", which holds no certificates in PEM form. Name a file that does, or unset " +
                                     name + ".");
  }
}

constexpr time_t kSecondsBetweenLooks = 10;  // at the certificate's files

/// SIGHUP reloads a certificate; without one it ends the server as it ends any program whose terminal goes.
sigset_t awaited_signals(bool reloads) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  if (reloads) sigaddset(&signals, SIGHUP);
  return signals;
}

/// For calls to AWS that are under way when the requests' time is over. Within the half minute that supervisors give.
constexpr Duration kPatience = std::chrono::seconds(10);

constexpr auto kHealthy = R"({"Status":"Healthy"})";

/// The real world, and the core in it. Members stand on those above them.
class Server {
 public:
  explicit Server(const ServerOptions& options)
      : options_(options),
        listen_(net::parse_listen_address(options.listen)),
        metrics_listen_(options.metrics_listen.empty() ? net::ListenAddress{}
                                                       : net::parse_listen_address(options.metrics_listen)),
        proxies_(options.trusted_proxies),
        tls_(tls_identity()),
        data_(data_folder(options.data)),
        pool_("slipway-engine", options.threads, clock_,
              [this](const Error& error) {
                log_.error("a job failed", {{"error", error.message()}});
              }),
        live_pool_("slipway-live", 1, clock_,
                   [this](const Error& error) {
                     log_.error("a job failed", {{"error", error.message()}});
                   }),
        http_(net::make_curl_client()),
        watched_(*http_, observation_.metrics(), clock_, log_),
        core_({clock_, random_, pool_, watched_, disk_, log_, environment}, core_options()),
        guard_(core_.database(), MarkFile(disk_, key_file(), data_), data_ + "/slipway.db", core_.installation_id(),
               clock_, log_),
        web_(
            web_options(), [this](net::Request&& request) { return handle(std::move(request)); }, log_),
        metrics_web_(metrics_server()) {}

  int run() {
    measure_web();
    guard_.start(options_.hold_queue);
    core_.start();
    guard_.follow(pool_);
    ready_ = true;
    tell_supervisor("READY=1");
    log_.info("listening", {{"address", listen_.url(web_.port())}, {"version", SLIPWAY_VERSION}});
    if (metrics_web_) log_.info("metrics without a key", {{"metrics at", metrics_listen_.url(metrics_web_->port())}});
    wait_for_end();
    tell_supervisor("STOPPING=1");
    log_.info("stopping");
    ready_ = false;
    const auto grace = seconds(options_.shutdown_seconds);
    if (!finishes_within(grace + kPatience, [&] { stop(grace); })) abandon();
    log_.info("stopped");
    return EXIT_SUCCESS;
  }

 private:
  void stop(Duration grace) {
    if (metrics_web_) metrics_web_->stop(Duration(0));
    web_.stop(grace);
    core_.stop();
    guard_.write_mark();
    live_pool_.stop();
    pool_.stop();
  }

  /// As good as kill -9, which loses nothing: the next start looks for what was begun.
  [[noreturn]] void abandon() {
    log_.warning("stopped without waiting longer for what does not answer");
    std::_Exit(EXIT_SUCCESS);
  }

  std::string key_file() const {
    return options_.master_key_file.empty() ? data_ + "/master.key" : options_.master_key_file;
  }

  /// Says what is unsafe, and does not start where others could change what is stored.
  void look_around() {
    const Site site{data_, data_ + "/slipway.db", key_file()};
    auto findings = inspect_files(site, ::geteuid());
    for (auto& more :
         {inspect_user(::geteuid()), inspect_listener(listen_.address, listen_.https),
          inspect_proxies(proxies_, options_.trusted_proxies), inspect_secret_file("The TLS key", options_.tls_key),
          inspect_secret_file("The administrator's key file", options_.admin_api_key_file)}) {
      findings.insert(findings.end(), more.begin(), more.end());
    }
    refuse_errors(findings);
    for (const auto& finding : findings) {
      log_.warning("this installation is not safe", {{"what", finding.what}, {"fix", finding.fix}});
    }
  }

  void check_node() const {
    constexpr std::size_t longest = 100;
    const std::string& node = options_.node;
    if (trim_name(node).empty() || node.size() > longest || has_control_characters(node)) {
      fail_invalid(fmt::format("--node must be a name of up to {} bytes, without control characters.", longest));
    }
  }

  CoreOptions core_options() {
    check_node();
    check_authorities();
    make_data_folder();
    look_around();
    CoreOptions core;
    core.observation = &observation_;
    core.live_executor = &live_pool_;
    core.database.path = data_ + "/slipway.db";
    core.master_key_file = key_file();
    core.new_database = options_.new_database;
    if (!options_.admin_api_key.empty()) core.admin_api_key = options_.admin_api_key.clone();
    core.engine.node = options_.node;
    core.engine.task_cap = options_.task_cap;
    core.engine.settle_time = seconds(options_.settle_seconds);
    core.poller.interval = seconds(options_.ecs_poll_seconds);
    return core;
  }

  void make_data_folder() {
    disk_.make_directories(data_, 0700);
    if (::access(data_.c_str(), W_OK) != 0 && errno == EROFS) {
      fail(ErrorCode::unavailable, "The data folder " + data_ +
                                       " lies on a file system that is read-only. Mount it writable (dmesg says why "
                                       "the kernel made it read-only, if it did), then start again.");
    }
    if (::access(data_.c_str(), R_OK | W_OK | X_OK) != 0) {
      fail(ErrorCode::unavailable, "The data folder " + data_ +
                                       " can't be written by this user. Run the server as the folder's owner, or name "
                                       "another folder with --data.");
    }
  }

  /// Without a key, so for this machine alone.
  std::unique_ptr<net::HttpServer> metrics_server() {
    if (options_.metrics_listen.empty()) return nullptr;
    if (!inspect_listener(metrics_listen_.address, false).empty()) {
      fail_invalid(
          "--metrics-listen asks nobody for a key, so it takes a loopback address only, such as "
          "127.0.0.1:9464. Elsewhere, read /metrics at the server's own address with an API key.");
    }
    if (metrics_listen_.https) {
      fail_invalid("--metrics-listen speaks plain HTTP, which never leaves the machine: leave out https://.");
    }
    net::ServerOptions web;
    web.address = metrics_listen_.address;
    web.port = metrics_listen_.port;
    web.handler_threads = 1;
    web.max_connections = 16;
    return std::make_unique<net::HttpServer>(
        web, [this](net::Request&& request) { return tell_metrics(request); }, log_);
  }

  net::Response tell_metrics(const net::Request& request) {
    if (auto refusal = refuse_writing(request)) return std::move(*refusal);
    if (request.path != "/metrics") return net::error_response(404, "There is /metrics here, and nothing else.");
    net::Response response;
    response.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    response.body = observation_.text();
    return response;
  }

  void measure_web() {
    const auto gauge = [this](std::string_view name, std::string_view help, std::function<double()> read) {
      observation_.metrics().gauge(name, help, {}, std::move(read));
    };
    const auto as_double = [](auto value) { return static_cast<double>(value); };
    gauge("slipway_sign_ins_refused_total", "Requests whose key was unknown or expired.",
          [=, this] { return as_double(core_.refused_sign_ins()); });
    gauge("slipway_live_readers", "Event streams that are open.",
          [=, this] { return as_double(core_.live_readers()); });
    gauge("slipway_http_answer_bytes", "Of larger answers that their readers have yet to take.",
          [=, this] { return as_double(web_.load().answer_bytes); });
    gauge("slipway_http_body_bytes", "Of larger request bodies that have arrived.",
          [=, this] { return as_double(web_.load().body_bytes); });
    gauge("slipway_http_queued", "Requests that wait for a thread.",
          [=, this] { return as_double(web_.load().queued); });
    gauge("slipway_http_queued_outward", "Requests that wait for a thread to ask others outside.",
          [=, this] { return as_double(web_.load().queued_outward); });
  }

  net::ServerOptions web_options() {
    net::ServerOptions web;
    web.address = listen_.address;
    web.port = listen_.port;
    web.handler_threads = options_.handler_threads;
    web.max_connections = bounded_connections(web.max_connections);
    web.tls = tls_.get();
    web.authorize_head = [this](const net::Request& head) { return authorize_head(head); };
    web.answer_on_loop = [this](const net::Request& request) { return answer_at_once(request); };
    web.calls_out = [this](const net::Request& request) { return core_.calls_out(request); };
    web.on_grace_over = [this] { core_.hang_up(); };
    return web;
  }

  unsigned bounded_connections(unsigned wanted) {
    const std::size_t files = raise_open_files();
    const unsigned bound = connections_within(files, wanted);
    if (bound < wanted) {
      log_.warning("few files may be open, so few clients can be connected; raise the limit (ulimit -Hn)",
                   {{"open files", files}, {"connections", bound}});
    }
    return bound;
  }

  /// On standard output, not in the log, since logs are kept and shipped. As soon as the key is stored: whatever keeps
  /// this start from going on, such as a port that is taken, no later one can show it.
  bool show_new_key() {
    if (!core_.new_admin_key()) return false;
    std::cout << "The administrator's API key, shown only this once: " << core_.new_admin_key()->reveal() << std::endl;
    if (std::cout) return true;
    log_.error("the administrator's new API key could not be shown",
               {{"fix", "Start once more with SLIPWAY_ADMIN_API_KEY set to a key of your own."}});
    return false;
  }

  std::optional<net::Response> answer_at_once(const net::Request& request) {
    const bool is_known = request.path == "/" || request.path == "/health/live" || request.path == "/health/ready";
    if (!is_known) return std::nullopt;
    if (auto refusal = refuse_writing(request)) return refusal;
    return request.path == "/" ? front_door() : request.path == "/health/live" ? liveness() : readiness();
  }

  /// Dead is only what a restart would heal.
  net::Response liveness() const {
    const storage::Health health = health_.now();
    return health.trouble == storage::Trouble::stopped ? unhealthy(health.reason) : tell(200, kHealthy);
  }

  net::Response readiness() const {
    if (!ready_) return unhealthy("Starting or stopping");
    const storage::Health health = health_.now();
    return health.trouble == storage::Trouble::none ? tell(200, kHealthy) : unhealthy(health.reason);
  }

  /// What only tells something takes no other method than those that ask.
  static std::optional<net::Response> refuse_writing(const net::Request& request) {
    if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
    net::Response response =
        net::error_response(405, fmt::format("The address has no {}; it has GET.", request.method));
    response.headers.add("Allow", "GET, HEAD");
    return response;
  }

  static net::Response unhealthy(const std::string& reason) {
    return tell(503, json::to_text(json::object{{"Status", reason}}));
  }

  /// Jenkins' configuration page asks for it to see whether the address is good.
  static net::Response front_door() { return tell(200, R"({"Application":"Slipway","Links":{"Api":"/api"}})"); }

  static net::Response tell(int status, std::string json) {
    net::Response response;
    response.status = status;
    response.headers.add("Content-Type", "application/json; charset=utf-8");
    response.body = std::move(json);
    return response;
  }

  net::Response handle(net::Request&& request) {
    request.peer = proxies_.sender_of(request);
    return core_.handle(std::move(request));
  }

  std::optional<net::Response> authorize_head(net::Request head) {
    head.peer = proxies_.sender_of(head);
    return core_.authorize_head(head);
  }

  std::unique_ptr<net::TlsIdentity> tls_identity() {
    const bool has_files = !options_.tls_certificate.empty() && !options_.tls_key.empty();
    if (!listen_.https) {
      if (options_.tls_certificate.empty() && options_.tls_key.empty()) return nullptr;
      fail_invalid(
          fmt::format("A TLS certificate is given, but the address to listen on is not HTTPS: give --listen "
                      "https://{}.",
                      options_.listen));
    }
    if (!has_files) fail_invalid("HTTPS needs --tls-certificate and --tls-key, files in PEM format.");
    return std::make_unique<net::TlsIdentity>(net::TlsFiles{options_.tls_certificate, options_.tls_key},
                                              [this](const std::string& path) { return disk_.read(path); });
  }

  /// The certificate is renewed while the server runs: at once on SIGHUP, else within seconds of the files' change.
  void reload_certificate() {
    try {
      if (tls_->reload()) log_.info("the TLS certificate was read again", {{"file", options_.tls_certificate}});
      certificate_fault_.clear();
    } catch (...) {
      // A pair that is being replaced may be half there; what can't be used stays unused, and is told once.
      const std::string why = error_of(std::current_exception()).message();
      if (std::exchange(certificate_fault_, why) == why) return;
      log_.error("the new TLS certificate can't be used; the one before it stays", {{"error", why}});
    }
  }

  void wait_for_end() {
    const sigset_t signals = awaited_signals(tls_ != nullptr);
    const timespec interval{kSecondsBetweenLooks, 0};
    while (true) {
      const int received = tls_ ? sigtimedwait(&signals, nullptr, &interval) : sigwaitinfo(&signals, nullptr);
      if (received == SIGTERM || received == SIGINT) return;
      if (tls_) reload_certificate();
    }
  }

  const ServerOptions& options_;
  const net::ListenAddress listen_, metrics_listen_;
  const net::TrustedProxies proxies_;
  SystemDisk disk_;
  const std::unique_ptr<net::TlsIdentity> tls_;
  std::string certificate_fault_;
  const std::string data_;
  SystemClock clock_;
  SystemRandom random_;
  Log log_{clock_};
  Observation observation_{clock_, log_};
  ThreadPool pool_;
  ThreadPool live_pool_;  // its own, since those that run steps may all wait for AWS
  std::unique_ptr<net::HttpClient> http_;
  WatchedClient watched_;
  Core core_;
  const bool has_shown_key_ = show_new_key();
  StartGuard guard_;
  storage::HealthWatch health_{core_.database(), clock_, log_, {}};
  std::atomic<bool> ready_{false};
  net::HttpServer web_;
  std::unique_ptr<net::HttpServer> metrics_web_;
};

/// Signals are for the main thread alone, so every thread that is started later has them blocked.
void block_signals(bool reloads) {
  const sigset_t signals = awaited_signals(reloads);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files (ulimit -f) is told like a full disk, by the call
}

}  // namespace

int run_server(const ServerOptions& options) {
  keep_process_private();
  mallopt(M_ARENA_MAX, 2);  // an arena a thread would cost more memory than it saves time
  block_signals(!options.tls_certificate.empty());
  Server server(options);
  return server.run();
}

}  // namespace slipway::cli
