#include "bench/fixtures.h"

#include <fmt/format.h>

#include <atomic>
#include <exception>
#include <thread>

#include "base/guarded.h"

namespace slipway::bench {
namespace {

std::string text_of(const json::value& document, std::string_view member) {
  return std::string(json::text_at(document.as_object(), member).value_or(""));
}

/// Runs `make(0)` … `make(count - 1)` on a few threads; returns what they return, in order.
std::vector<std::string> make_each(int count, const std::function<std::string(int)>& make) {
  std::vector<std::string> made(static_cast<std::size_t>(count));
  std::atomic<int> next{0};
  Guarded<std::exception_ptr> failure;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        try {
          for (int i = next++; i < count; i = next++) made[static_cast<std::size_t>(i)] = make(i);
        } catch (...) {
          failure.with([](std::exception_ptr& last) { last = std::current_exception(); });
          next = count;
        }
      });
    }
  }
  failure.with([](const std::exception_ptr& last) {
    if (last) std::rethrow_exception(last);
  });
  return made;
}

std::string first_id(Subject& subject, const std::string& collection) {
  return text_of(subject.get(collection + "?take=1").as_object().at("Items").as_array().at(0), "Id");
}

std::vector<std::string> enter_environments(Subject& subject, int count, const std::string& prefix) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) {
    ids.push_back(
        text_of(subject.post("/environments", json::object{{"Name", fmt::format("{} {:02}", prefix, i)}}), "Id"));
  }
  return ids;
}

json::array as_array(const std::vector<std::string>& texts) {
  json::array array;
  for (const std::string& text : texts) array.emplace_back(std::string_view(text));
  return array;
}

json::object project(const std::string& name, const std::string& group, const std::string& lifecycle) {
  return {{"Name", name},
          {"Description", "Measured, like a thousand others of its kind."},
          {"ProjectGroupId", group},
          {"LifecycleId", lifecycle},
          {"TenantedDeploymentMode", "TenantedOrUntenanted"}};
}

}  // namespace

std::vector<std::string> enter_catalogue(Subject& subject) {
  constexpr int project_count = 1000;
  const std::string group = first_id(subject, "/projectgroups");
  const std::string lifecycle = first_id(subject, "/lifecycles");
  const auto environments = enter_environments(subject, 10, "Stage");
  const auto projects = make_each(project_count, [&](int i) {
    return text_of(subject.post("/projects", project(fmt::format("Service {:04}", i), group, lifecycle)), "Id");
  });
  make_each(200, [&](int tenant) {
    json::object connections;
    for (int k = 0; k < 20; ++k) {
      const auto first = static_cast<std::size_t>(tenant) + static_cast<std::size_t>(k);
      connections[projects[static_cast<std::size_t>(tenant * 5 + k * 7) % projects.size()]] =
          as_array({environments[first % 10], environments[(first + 1) % 10], environments[(first + 2) % 10]});
    }
    const json::object body{{"Name", fmt::format("Client {:03}", tenant)}, {"ProjectEnvironments", connections}};
    return text_of(subject.post("/tenants", body), "Id");
  });
  return projects;
}

Fleet enter_fleet(Subject& subject, const FleetPlan& plan) {
  Fleet fleet;
  const auto environments = enter_environments(subject, plan.environments, plan.name);
  for (int i = 0; i < plan.environments; ++i) fleet.environments.push_back(fmt::format("{} {:02}", plan.name, i));

  const json::object phase{{"Name", "Anywhere"}, {"OptionalDeploymentTargets", as_array(environments)}};
  const json::object lifecycle{{"Name", plan.name}, {"Phases", json::array{phase}}};
  const std::string lifecycle_id = text_of(subject.post("/lifecycles", lifecycle), "Id");
  fleet.project_id =
      text_of(subject.post("/projects", project(plan.name, first_id(subject, "/projectgroups"), lifecycle_id)), "Id");

  const std::string process_path = fmt::format("/projects/{}/deploymentprocesses", fleet.project_id);
  json::value process = subject.get(process_path);
  process.as_object()["Steps"] = json::array{
      json::object{{"Name", "Only step"}, {"Properties", json::object()}, {"Actions", json::array{plan.action}}}};
  subject.put(process_path, process);
  if (!plan.variables.empty()) {
    const std::string variables_path = fmt::format("/projects/{}/variables", fleet.project_id);
    json::value variables = subject.get(variables_path);
    variables.as_object()["Variables"] = plan.variables;
    subject.put(variables_path, variables);
  }

  fleet.tenants = make_each(plan.tenants, [&](int i) {
    const json::object connections{{fleet.project_id, as_array(environments)}};
    return text_of(subject.post("/tenants", json::object{{"Name", fmt::format("{}-{:04}", plan.name, i)},
                                                         {"TenantTags", plan.tags(i)},
                                                         {"ProjectEnvironments", connections}}),
                   "Name");
  });
  subject.post("/releases/create/v1",
               json::object{{"spaceIdOrName", "Default"}, {"projectName", plan.name}, {"releaseVersion", "1.0.0"}});
  return fleet;
}

void deploy_to_all(Subject& subject, const Fleet& fleet, const std::string& fleet_name,
                   const std::string& environment) {
  subject.post("/deployments/create/tenanted/v1", json::object{{"spaceIdOrName", "Default"},
                                                               {"projectName", fleet_name},
                                                               {"releaseVersion", "1.0.0"},
                                                               {"environmentName", environment},
                                                               {"tenants", as_array(fleet.tenants)}});
}

Fleet enter_idle_fleet(Subject& subject, const std::string& name, int environments, int tenants) {
  FleetPlan plan;
  plan.name = name;
  plan.environments = environments;
  plan.tenants = tenants;
  plan.action = {{"Name", "Nothing"}, {"ActionType", "Slipway.NoOp"}, {"Properties", json::object()}};
  return enter_fleet(subject, plan);
}

std::int64_t count_tasks(Subject& subject, const std::string& states) {
  const json::value page = subject.get("/tasks?take=1&states=" + states);
  return json::integer_at(page.as_object(), "TotalResults").value_or(0);
}

void await_all_ended(Subject& subject) {
  while (count_tasks(subject, "Queued,Executing,Cancelling") > 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace slipway::bench
