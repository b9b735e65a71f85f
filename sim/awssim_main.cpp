// awssim: AWS's STS, ECS and ECR for many accounts, in one process.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <thread>

#include "base/disk.h"
#include "base/error.h"
#include "base/log.h"
#include "net/http_server.h"
#include "net/listen_address.h"
#include "sim/core/simulator.h"

namespace {

using namespace slipway;

struct Arguments {
  std::string listen = "127.0.0.1:0";
  std::string scenario;
  double speed = 1;
  std::uint64_t seed = 1;
};

json::object read_scenario(const std::string& path) {
  SystemDisk disk;
  const auto text = disk.read(path);
  if (!text) fail_not_found(fmt::format("The scenario file {} does not exist.", path));
  json::value parsed = json::parse(*text);
  if (!parsed.is_object()) fail_invalid(fmt::format("The scenario file {} must hold a JSON object.", path));
  return std::move(parsed.get_object());
}

/// A fault can ask for a late answer; it is taken back from the headers, so that no client sees it.
net::Response on_time(net::Response response) {
  const std::string text(response.headers.find(sim::kDelayHeader).value_or(""));
  long milliseconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  if (milliseconds > 0) std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return response;
}

void serve(const Arguments& arguments) {
  // Blocked before any thread exists, so that only sigwait below sees them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  const SystemClock clock;
  const Log log(clock, LogLevel::warning);
  sim::Simulator simulator(clock, {sim::Pace{}.faster(arguments.speed), {}, arguments.seed});
  if (!arguments.scenario.empty()) simulator.load(read_scenario(arguments.scenario));
  const auto listen = net::parse_listen_address(arguments.listen);
  net::ServerOptions options;
  options.address = listen.address;
  options.port = listen.port;
  options.handler_threads = 16;  // a delayed answer occupies one
  net::HttpServer server(
      options, [&](net::Request&& request) { return on_time(simulator.handle(std::move(request))); }, log);
  fmt::print("{{\"message\":\"listening\",\"address\":\"{}\"}}\n", listen.url(server.port()));
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
  server.stop(std::chrono::seconds(1));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("AWS's STS, ECS and ECR, simulated for many accounts in one process.", "awssim");
  Arguments arguments;
  app.add_option("--listen", arguments.listen, "ADDRESS:PORT to serve at; port 0 picks a free one")
      ->capture_default_str();
  app.add_option("--scenario", arguments.scenario, "file with accounts, roles, images, clusters and services");
  app.add_option("--speed", arguments.speed, "divides how long pulls, starts, health checks and stops take")
      ->check(CLI::Range(1.0, 10000.0))
      ->capture_default_str();
  app.add_option("--seed", arguments.seed, "of all randomness")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    serve(arguments);
  } catch (const slipway::Error& error) {
    std::cerr << "awssim: " << error.message() << '\n';
    return 1;
  }
  return 0;
}
