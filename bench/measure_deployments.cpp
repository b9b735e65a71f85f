#include <fmt/format.h>

#include "base/error.h"
#include "bench/fixtures.h"
#include "bench/measures.h"
#include "bench/raw_sqlite.h"
#include "bench/reference_server.h"
#include "bench/subject.h"

namespace slipway::bench {
namespace {

constexpr int kCalls = 10;
constexpr int kTenantsPerCall = 1000;
constexpr int kDeployments = kCalls * kTenantsPerCall;
const std::string kFleetName = "fleet";

struct Run {
  double seconds = 0;
  double median_call_ms = 0;
};

Run deploy_everything(Subject& subject, const Fleet& fleet) {
  std::vector<double> call_ms;
  const double start = now_ms();
  for (const std::string& environment : fleet.environments) {
    const double call_start = now_ms();
    deploy_to_all(subject, fleet, kFleetName, environment);
    call_ms.push_back(now_ms() - call_start);
  }
  await_all_ended(subject);
  const Run run{(now_ms() - start) / 1000, median(std::move(call_ms))};
  if (const auto succeeded = count_tasks(subject, "Success"); succeeded != kDeployments) {
    fail(ErrorCode::unavailable, fmt::format("Only {} of {} deployments succeeded.", succeeded, kDeployments));
  }
  return run;
}

/// The first page of a collection, as (id, body).
std::vector<std::pair<std::string, std::string>> first_page(Subject& subject, const std::string& collection) {
  const json::value page = subject.get("/" + collection);
  std::vector<std::pair<std::string, std::string>> documents;
  for (const json::value& item : page.as_object().at("Items").as_array()) {
    documents.emplace_back(*json::text_at(item.as_object(), "Id"), json::to_text(item));
  }
  return documents;
}

/// Pages of histories, beside a bare server that reads a page of the same documents.
void measure_lists(Report& report, Subject& subject) {
  for (const std::string collection : {"tasks", "deployments"}) {
    const auto documents = first_page(subject, collection);
    ReferenceServer reference(documents);
    reference.start();
    reference.await_ready();
    const double floor = median_latency_ms(reference.requests({fmt::format("/page/{}", documents.size())}), 50);
    report.add({fmt::format("GET /{}, default page of {}", collection, kDeployments),
                median_latency_ms(subject.requests({"/" + collection}), 50), "ms",
                fmt::format("bare server, {} documents", documents.size()), floor, ratio_at_most(10)});
  }
}

/// A deployment and its task as the API shows them.
double bytes_as_served(Subject& subject) {
  return static_cast<double>(first_page(subject, "deployments").at(0).second.size() +
                             first_page(subject, "tasks").at(0).second.size());
}

double count_events(const std::string& database) {
  return std::stod(RawSqlite(database).value("SELECT count(*) FROM events"));
}

}  // namespace

void measure_deployments(Report& report) {
  report.heading(fmt::format("{} calls, each deploying one no-op step to {} tenants", kCalls, kTenantsPerCall));
  Subject subject;
  subject.start();
  subject.await_ready();
  const Fleet fleet = enter_idle_fleet(subject, kFleetName, kCalls, kTenantsPerCall);
  subject.stop();
  const double bytes_before = bytes_without_logs(subject.database());
  const double events_before = count_events(subject.database());

  subject.start();
  subject.await_ready();
  const double limit_before = durable_commits_per_second(subject.folder(), std::chrono::seconds(2));
  const Run run = deploy_everything(subject, fleet);
  const double limit_after = durable_commits_per_second(subject.folder(), std::chrono::seconds(2));
  report.add({"no-op deployments, to the last end state", kDeployments / run.seconds, "deployments/s",
              "durable one-row commits/s", (limit_before + limit_after) / 2, ratio_at_least(0.25)});
  report.add({"one call for 1,000 tenants", run.median_call_ms, "ms"});
  report.add({"memory after it", subject.memory().anonymous_mb, "MB anonymous"});
  measure_lists(report, subject);
  const double as_served = bytes_as_served(subject);
  subject.stop();
  report.add({"database per deployment, without logs",
              (bytes_without_logs(subject.database()) - bytes_before) / kDeployments, "bytes",
              "deployment and task as served", as_served, ratio_at_most(1.25)});
  report.add({"audit events per deployment", (count_events(subject.database()) - events_before) / kDeployments, "",
              "needed", 3, ratio_at_least(1)});
}

}  // namespace slipway::bench
