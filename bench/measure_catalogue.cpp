#include <fmt/format.h>

#include <thread>

#include "base/error.h"
#include "bench/fixtures.h"
#include "bench/measures.h"
#include "bench/reference_server.h"
#include "bench/subject.h"

namespace slipway::bench {
namespace {

constexpr std::string_view kBare = "bare server";

std::vector<std::pair<std::string, std::string>> documents_of(Subject& subject) {
  const json::value all = subject.get("/projects/all");
  std::vector<std::pair<std::string, std::string>> documents;
  for (const json::value& project : all.as_array()) {
    documents.emplace_back(*json::text_at(project.as_object(), "Id"), json::to_text(project));
  }
  return documents;
}

/// Of five starts on the data that is there.
template <class Server>
double median_start_ms(Server& server) {
  std::vector<double> starts;
  for (int i = 0; i < 5; ++i) {
    server.start();
    starts.push_back(server.await_ready());
    server.stop();
  }
  return median(std::move(starts));
}

void measure_start_and_memory(Report& report, Subject& subject, ReferenceServer& reference) {
  report.add({"cold start to first 200", median_start_ms(subject), "ms", std::string(kBare), median_start_ms(reference),
              ratio_at_most(4)});
  subject.start();
  reference.start();
  subject.await_ready();
  reference.await_ready();
  std::this_thread::sleep_for(std::chrono::seconds(10));
  const Memory ours = subject.memory();
  const Memory floor = reference.memory();
  report.add(
      {"anonymous memory, fresh", ours.anonymous_mb, "MB", std::string(kBare), floor.anonymous_mb, ratio_at_most(4)});
  report.add({"RSS, fresh", ours.resident_mb, "MB", std::string(kBare), floor.resident_mb, ratio_at_most(3)});
}

void measure_lists(Report& report, Subject& subject, ReferenceServer& reference) {
  const auto floor = [&](int documents) {
    return median_latency_ms(reference.requests({fmt::format("/page/{}", documents)}), 100);
  };
  const double page_floor = floor(30);
  for (const std::string collection : {"projects", "environments", "tenants", "lifecycles", "projectgroups", "channels",
                                       "tagsets", "accounts", "feeds"}) {
    report.add({fmt::format("GET /{}, default page", collection),
                median_latency_ms(subject.requests({"/" + collection}), 100), "ms", "bare server, 30 documents",
                page_floor, ratio_at_most(3)});
  }
  report.add({"GET /projects/all, 1,000 projects", median_latency_ms(subject.requests({"/projects/all"}), 50), "ms",
              "bare server, 1,000 documents", floor(1000), ratio_at_most(3)});
}

/// Edits a project each second, and makes sure that the very next read shows it.
void keep_editing(Subject& subject, const std::string& id, const std::stop_token& stop, std::string& failure) {
  const std::string path = "/projects/" + id;
  for (int edit = 1; !stop.stop_requested(); ++edit) {
    const std::string description = fmt::format("Edit {}", edit);
    json::value project = subject.get(path);
    project.as_object()["Description"] = description;
    subject.put(path, project);
    const json::value read = subject.get(path);
    if (json::text_at(read.as_object(), "Description") != description) {
      failure = fmt::format("A read of project {} right after its edit did not show it.", id);
      return;
    }
    for (int i = 0; i < 20 && !stop.stop_requested(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

void measure_reads(Report& report, Subject& subject, ReferenceServer& reference,
                   const std::vector<std::string>& projects) {
  constexpr int connections = 8;
  constexpr auto round = std::chrono::seconds(2);
  std::vector<std::string> ours;
  std::vector<std::string> theirs;
  for (const std::string& id : projects) {
    ours.push_back("/projects/" + id);
    theirs.push_back("/item/" + id);
  }
  std::vector<double> our_rates;
  std::vector<double> their_rates;
  std::string failure;
  {
    const std::jthread editor([&](const std::stop_token& stop) {
      try {
        keep_editing(subject, projects.front(), stop, failure);
      } catch (const Error& error) {
        failure = error.message();
      }
    });
    for (int i = 0; i < 3; ++i) {
      our_rates.push_back(answers_per_second(subject.requests(ours), connections, round));
      their_rates.push_back(answers_per_second(reference.requests(theirs), connections, round));
    }
  }
  if (!failure.empty()) fail(ErrorCode::unavailable, failure);
  report.add({"GET /projects/{id} with a key, while edited", median(our_rates), "answers/s",
              "bare server, two point reads", median(their_rates), ratio_at_least(0.6)});
}

}  // namespace

void measure_catalogue(Report& report) {
  report.heading("A server with 1,000 projects, 10 environments and 200 tenants");
  Subject subject;
  subject.start();
  subject.await_ready();
  const double entry_start = now_ms();
  const auto projects = enter_catalogue(subject);
  report.add({"entering it all through the API", (now_ms() - entry_start) / 1000, "s"});
  ReferenceServer reference(documents_of(subject));
  subject.stop();

  measure_start_and_memory(report, subject, reference);
  measure_lists(report, subject, reference);
  measure_reads(report, subject, reference, projects);
}

}  // namespace slipway::bench
