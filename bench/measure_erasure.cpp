#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "bench/fixtures.h"
#include "bench/load.h"
#include "bench/measures.h"
#include "bench/raw_sqlite.h"
#include "bench/subject.h"

namespace slipway::bench {
namespace {

constexpr int kCalls = 10;
constexpr int kTenantsPerCall = 1000;
const std::string kFleetName = "fleet";

Fleet deploy_fleet(Subject& subject) {
  Fleet fleet = enter_idle_fleet(subject, kFleetName, kCalls, kTenantsPerCall);
  for (const std::string& environment : fleet.environments) deploy_to_all(subject, fleet, kFleetName, environment);
  await_all_ended(subject);
  return fleet;
}

/// What somebody at work does, in turn, while `goes_on`: reads, lists and small changes. In milliseconds at the 99th of
/// a hundred.
template <class F>
double p99_of_work(Subject& subject, F goes_on) {
  json::value environment = subject.post("/environments", json::object{{"Name", fmt::format("At work {}", now_ms())}});
  const std::string path = "/environments/" + std::string(*json::text_at(environment.as_object(), "Id"));
  std::vector<double> latencies;
  while (goes_on()) {
    const double start = now_ms();
    switch (latencies.size() % 4) {
      case 0:
        environment.as_object()["Description"] = std::to_string(latencies.size());
        subject.put(path, environment);
        break;
      case 1:
        subject.get("/tasks");
        break;
      case 2:
        subject.get("/deployments");
        break;
      default:
        subject.get(path);
    }
    latencies.push_back(now_ms() - start);
  }
  std::ranges::sort(latencies);
  return latencies.at(latencies.size() * 99 / 100);
}

}  // namespace

void measure_erasure(Report& report) {
  report.heading(fmt::format("A project with {} deployments, deleted while a client works", kCalls * kTenantsPerCall));
  Subject subject;
  subject.start();
  subject.await_ready();
  const Fleet fleet = deploy_fleet(subject);
  const double begun = now_ms();
  const double idle = p99_of_work(subject, [&] { return now_ms() - begun < 3000; });

  const double start = now_ms();
  subject.remove("/projects/" + fleet.project_id);
  report.add({"the call that deletes it", now_ms() - start, "ms"});
  const auto is_there = [&] { return RawSqlite(subject.database()).value("SELECT count(*) FROM erasures") != "0"; };
  double looked = now_ms();
  const double meanwhile = p99_of_work(subject, [&] {
    if (now_ms() - looked < 200) return true;
    looked = now_ms();
    return is_there();
  });
  report.add({"until nothing of it is left", (now_ms() - start) / 1000, "s"});
  report.add({"p99 of a client meanwhile", meanwhile, "ms", "p99 before", idle, ratio_at_most(3)});
}

}  // namespace slipway::bench
