#include "simulation.h"

#include <fmt/format.h>

#include "storage/task_log.h"
#include "storage/tasks.h"

namespace slipway::simulate {
namespace {

using namespace std::chrono_literals;
using storage::TaskState;

constexpr Duration kLongestRun = 12h;
constexpr int kMostCrashes = 12;
constexpr Mishaps kUnderWay{
    .refused = 0.02, .lost_request = 0.01, .lost_reply = 0.02, .crash_before = 0.01, .crash_after = 0.01};

std::optional<std::string> environment(const char* name) {
  if (std::string_view(name) == "AWS_ENDPOINT_URL") return "http://127.0.0.1:4566";
  return std::nullopt;
}

sim::Simulator::Options cloud_options(std::uint64_t seed) {
  sim::Simulator::Options options;
  options.seed = seed;
  return options;
}

}  // namespace

Simulation::Simulation(std::uint64_t seed, const json::object& scenario)
    : luck_(seed * 2 + 1),
      random_(seed * 2),
      scenario_(scenario),
      clouds_(clock_, cloud_options(seed)),
      network_(clouds_, clock_, luck_, events_, [this] { die(); }),
      executor_(clock_, random_),
      log_(clock_, LogLevel::warning, [this](std::string_view line) { events_.add(std::string(line)); }),
      vfs_(std::make_unique<storage::SqliteFaultVfs>(fmt::format("simulation-{}", seed))),
      world_{clock_, random_, executor_, network_, disk_, log_, environment} {
  clouds_.load(scenario);
}

void Simulation::boot() { node_ = std::make_unique<Node>(world_, clock_, vfs_->name()); }

/// Once it has happened, nothing that still runs in this process is stored.
void Simulation::die() {
  if (!std::exchange(is_dead_, true)) vfs_->crash(&luck_);
}

void Simulation::crash() {
  ++report_.crashes;
  events_.add(fmt::format("{} crash", to_rfc3339(clock_.now())));
  executor_.drop_all();
  die();
  is_dead_ = false;
  node_.reset();
  clock_.advance(Duration(1'000'000 + static_cast<std::int64_t>(luck_.below(600'000'000))));
  boot();
}

Report Simulation::run() {
  const Time start = clock_.now();
  boot();
  shop_ = set_up_shop(*node_, scenario_);
  for (const std::string version : {"1.0.0", "1.1.0"}) {
    create_release(*node_, shop_, version);
    const auto tasks = deploy(*node_, shop_, version);
    run_to_the_end(tasks);
    check_states(tasks, version == "1.1.0" ? shop_.accounts.back() : "");
  }
  check_clouds();
  report_.digest = events_.digest();
  report_.events = events_.events().size();
  report_.virtual_time = clock_.now() - start;
  node_.reset();
  return report_;
}

void Simulation::run_to_the_end(const std::vector<std::string>& tasks) {
  const SteadyTime until = clock_.steady() + kLongestRun;
  int steps = 0;
  while (!all_ended(tasks)) {
    const bool may_crash = report_.crashes < kMostCrashes;
    Mishaps mishaps = kUnderWay;
    if (!may_crash) mishaps.crash_before = mishaps.crash_after = 0;
    network_.set(mishaps);
    try {
      if (may_crash && luck_.fraction() < 0.001) throw Crash{};
      if (!executor_.step(until)) break;
      if (is_dead_) throw Crash{};
      if (++steps % 50 == 0) read_logs(tasks);
    } catch (const Crash&) {
      crash();
      read_logs(tasks);
    } catch (const std::exception&) {
      if (!is_dead_) throw;  // else it met the disk that is gone
      crash();
      read_logs(tasks);
    }
  }
  network_.set({});
  read_logs(tasks);
}

bool Simulation::all_ended(const std::vector<std::string>& tasks) {
  return node_->database().read([&](storage::Reader& reader) {
    for (const auto& id : tasks) {
      const auto task = storage::find_task(reader, id);
      if (!task || !storage::is_final(task->state)) return false;
    }
    return true;
  });
}

void Simulation::read_logs(const std::vector<std::string>& tasks) {
  for (const auto& id : tasks) {
    auto& seen = seen_lines_[id];
    const auto lines =
        node_->database().read([&](storage::Reader& reader) { return storage::read_log(reader, id, 0, 100'000); });
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (i >= lines.size() || lines[i].text != seen[i]) {
        report_.violations.push_back(
            fmt::format("{}: line {} that a reader had seen is not there again: {}", id, i + 1, seen[i]));
        break;
      }
    }
    seen.clear();
    for (const auto& line : lines) {
      if (line.number != static_cast<std::int64_t>(seen.size()) + 1) {
        report_.violations.push_back(fmt::format("{}: line numbers have a gap at {}", id, line.number));
      }
      seen.push_back(line.text);
    }
  }
}

void Simulation::check_states(const std::vector<std::string>& tasks, const std::string& broken_account) {
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const auto task =
        node_->database().read([&](storage::Reader& reader) { return *storage::find_task(reader, tasks[i]); });
    const TaskState expected = shop_.accounts.at(i) == broken_account ? TaskState::Failed : TaskState::Success;
    if (task.state != expected) {
      report_.violations.push_back(fmt::format("{} for account {} is {}: {}", task.id, shop_.accounts[i],
                                               storage::to_string(task.state), task.error));
    }
    events_.add(fmt::format("{} {} {}", task.id, storage::to_string(task.state), task.error));
  }
}

/// Two releases: two new revisions and two rollouts in each account, however often the node crashed. A rollback by the
/// circuit breaker is ECS's doing, not an update of ours.
void Simulation::check_clouds() {
  for (const auto& account : shop_.accounts) {
    const auto [registered, started] = registered_and_started(account);
    if (registered != 2)
      report_.violations.push_back(fmt::format("account {}: {} revisions instead of 2", account, registered));
    if (started != 2)
      report_.violations.push_back(fmt::format("account {}: {} rollouts instead of 2", account, started));
  }
}

std::pair<std::int64_t, std::int64_t> Simulation::registered_and_started(const std::string& account) {
  const json::value calls = clouds("/_sim/calls");
  const auto sum = [&](std::string_view member) {
    std::int64_t total = 0;
    for (const auto& entry : calls.at("accounts").at(account).at(member).as_object())
      total += entry.value().to_number<std::int64_t>();
    return total;
  };
  return {sum("revisionsRegistered"), sum("deploymentsStarted")};
}

json::value Simulation::clouds(const std::string& path) {
  net::Request request;
  request.method = "GET";
  request.path = path;
  return json::parse(clouds_.handle(std::move(request)).body);
}

}  // namespace slipway::simulate
