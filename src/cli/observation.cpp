#include "cli/observation.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "api/http/route.h"
#include "base/error.h"
#include "storage/queue_hold.h"
#include "storage/tasks.h"

namespace slipway::cli {
namespace {

constexpr Duration kSlow = std::chrono::seconds(1);
constexpr std::size_t kShownPath = 200;

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// An address without parameters' values: as many as there are routes, whatever clients ask for.
std::string pattern_of(const api::Route* route) {
  if (route == nullptr) return "(none)";
  return route->pattern.starts_with('/') ? route->pattern : "/api/" + route->pattern;
}

}  // namespace

Observation::Observation(const Clock& clock, const Log& log) : clock_(clock), log_(log) {
  const auto started = std::chrono::duration<double>(clock.now().time_since_epoch()).count();
  metrics_.gauge("slipway_build_info", "1; the label says which version runs.", {{"version", SLIPWAY_VERSION}},
                 [] { return 1; });
  metrics_.gauge("process_start_time_seconds", "When the process started, in seconds since 1970.", {},
                 [started] { return started; });
  metrics_.gauge("process_resident_memory_bytes", "Memory that the process holds.", {}, resident_bytes);
  metrics_.gauge("process_cpu_seconds_total", "Processor time that the process has used.", {}, cpu_seconds);
  const auto tasks = [&](std::string_view state, const std::atomic<double>& value) {
    metrics_.gauge("slipway_tasks", "Tasks that have not ended.", {{"state", state}},
                   [&value] { return value.load(); });
  };
  tasks("Queued", queued_);
  tasks("Executing", executing_);
  tasks("Cancelling", cancelling_);
  metrics_.gauge("slipway_queue_oldest_seconds", "How long the oldest queued task has been due.", {},
                 [this] { return oldest_seconds_.load(); });
  metrics_.gauge("slipway_queue_held", "1 while the task queue is held.", {}, [this] { return held_.load(); });
  metrics_.gauge("slipway_database_readable", "1 when the database could be read for these figures.", {},
                 [this] { return readable_.load(); });
}

api::RequestObserver Observation::requests() {
  return [this](const net::Request& request, const api::Route* route, int status, Duration took) {
    observe(request, route, status, took);
  };
}

void Observation::observe(const net::Request& request, const api::Route* route, int status, Duration took) {
  const std::string pattern = pattern_of(route);
  const std::string method = route == nullptr ? "(any)" : route->method;
  const std::string status_class = fmt::format("{}xx", status / 100);
  metrics_
      .counter("slipway_http_requests_total", "Requests that were answered.",
               {{"method", method}, {"route", pattern}, {"status", status_class}})
      .add();
  metrics_
      .histogram("slipway_http_request_seconds", "How long requests took, from their handler's start to its answer.",
                 {{"method", method}, {"route", pattern}})
      .observe(took);
  if (took < kSlow) return;
  log_.warning("slow request", {{"method", method},
                                {"route", pattern},
                                {"path", request.path.substr(0, kShownPath)},
                                {"status", status},
                                {"seconds", std::chrono::duration<double>(took).count()}});
}

void Observation::watch(storage::Database& database) {
  database_ = &database;
  metrics_.gauge("slipway_database_can_write", "0 once only a restart lets the database take writes again.", {},
                 [&database] { return database.can_write() ? 1 : 0; });
  database.subscribe([this](const std::vector<storage::Change>& changes) {
    for (const auto& change : changes) {
      if (change.kind != storage::Change::Kind::task || change.is_gone) continue;
      const std::string state(storage::to_string(*change.state));
      metrics_.counter("slipway_task_changes_total", "Tasks that came into a state.", {{"state", state}}).add();
    }
  });
}

std::string Observation::text() {
  read_queue();
  return metrics_.text();
}

void Observation::read_queue() {
  if (database_ == nullptr) return;
  try {
    database_->read([this](storage::Reader& reader) {
      const auto count = [&](storage::TaskState state) {
        storage::TaskFilter filter;
        filter.states = {state};
        return storage::list_tasks(reader, filter, {0, 1}).total;
      };
      const auto queued = count(storage::TaskState::Queued);
      queued_ = static_cast<double>(queued);
      executing_ = static_cast<double>(count(storage::TaskState::Executing));
      cancelling_ = static_cast<double>(count(storage::TaskState::Cancelling));
      storage::TaskFilter filter;
      filter.states = {storage::TaskState::Queued};
      const auto oldest = storage::list_tasks(reader, filter, {std::max<std::int64_t>(queued - 1, 0), 1}).items;
      const Duration age = oldest.empty() ? Duration(0) : clock_.now() - oldest.front().queued;
      oldest_seconds_ = std::max(0.0, std::chrono::duration<double>(age).count());
      held_ = storage::queue_hold(reader) ? 1 : 0;
    });
    readable_ = 1;
  } catch (const Error&) {
    readable_ = 0;
  }
}

}  // namespace slipway::cli
