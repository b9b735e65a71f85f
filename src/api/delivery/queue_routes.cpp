#include "api/delivery/queue_routes.h"

#include <fmt/format.h>

#include "api/delivery/delivery_call.h"
#include "api/delivery/delivery_documents.h"
#include "api/http/shape.h"
#include "base/describe.h"
#include "base/error.h"
#include "base/name.h"
#include "base/text.h"
#include "commands/cancel_task.h"
#include "documents/audit.h"
#include "storage/queue_hold.h"

namespace slipway::api {
namespace {

using storage::EventCategory;

constexpr std::string_view kAdminister = "AdministerSystem";
constexpr std::int64_t kShownTasks = 200;
constexpr std::size_t kLongestReason = 1000;

struct HoldBody {
  std::string Reason;
};
BOOST_DESCRIBE_STRUCT(HoldBody, (), (Reason))

struct ReleaseBody {
  bool CancelTasks = false;
};
BOOST_DESCRIBE_STRUCT(ReleaseBody, (), (CancelTasks))

/// Of the one member that there is: a misspelt one must not be passed over where old releases wait to be run.
template <class Body>
Body body_of(Call& call, std::string_view member) {
  for (const auto& [name, ignored] : call.body()) {
    if (equals_ignoring_case(name, member)) continue;
    fail_invalid(fmt::format("'{}' means nothing here; the one member that does is {}.", name, member));
  }
  return json::from_json<Body>(call.body());
}

storage::Page<storage::TaskRecord> active_tasks(storage::Reader& reader, std::int64_t most) {
  storage::TaskFilter filter;
  filter.states = {storage::TaskState::Queued, storage::TaskState::Executing, storage::TaskState::Cancelling};
  return storage::list_tasks(reader, filter, {0, most});
}

/// What would run, with how long it has waited: what is old may have been overtaken by a release that this database
/// does not know.
json::object waiting(const storage::TaskRecord& task, storage::Reader& reader, Time now) {
  const auto deployment = storage::find_deployment(reader, task.deployment);
  const auto release = deployment ? storage::find_release(reader, deployment->release) : std::nullopt;
  return {{"Id", task.id},
          {"SpaceId", task.space},
          {"Description", task.description},
          {"State", storage::to_string(task.state)},
          {"ProjectId", task.project},
          {"EnvironmentId", task.environment},
          {"TenantId", task.tenant},
          {"ReleaseVersion", release ? release->version : ""},
          {"QueueTime", to_rfc3339(task.queued)},
          {"Age", describe_duration(std::max(now - task.queued, Duration(0)))},
          {"Links", json::object{{"Self", "/api/tasks/" + task.id}, {"Cancel", "/api/tasks/" + task.id + "/cancel"}}}};
}

net::Response show(const Call& call, storage::Reader& reader) {
  const auto hold = storage::queue_hold(reader);
  const auto page = active_tasks(reader, kShownTasks);
  json::array tasks;
  for (const auto& task : page.items) tasks.push_back(waiting(task, reader, call.services.clock.now()));
  return json_response(200, json::object{{"IsHeld", hold.has_value()},
                                         {"Reason", hold ? hold->reason : ""},
                                         {"HeldSince", hold ? json::value(to_rfc3339(hold->since)) : nullptr},
                                         {"ExecutingTasksStandStill", hold && hold->stands_still},
                                         {"TotalTasks", page.total},
                                         {"Tasks", std::move(tasks)},
                                         {"Links", json::object{{"Self", "/api/taskqueue"},
                                                                {"Hold", "/api/taskqueue/hold"},
                                                                {"Release", "/api/taskqueue/release"}}}});
}

net::Response get(Call& call, storage::Reader& reader) { return show(call, reader); }

void note(storage::Txn& txn, commands::CommandContext& context, std::string message) {
  context.space.clear();
  documents::audit(txn, context, EventCategory::Modified, std::move(message),
                   {std::string(storage::kQueueHoldType) + "-1", {}, {}, {}});
}

/// A hold that a start began keeps its strength: who only adds a reason must not let old tasks run on.
net::Response hold(Call& call) {
  const auto body = body_of<HoldBody>(call, "Reason");
  const std::string reason(trim(body.Reason));
  if (reason.empty() || reason.size() > kLongestReason) {
    fail_invalid(
        fmt::format("Reason must say why, in at most {} bytes: whoever waits for a task reads it.", kLongestReason));
  }
  if (has_control_characters(reason)) {
    fail_invalid("Reason must be one line without control characters: it stands in logs and events.");
  }
  return call.services.database.write("hold queue", [&](storage::Txn& txn) {
    commands::CommandContext context = command_context(call);
    const auto known = storage::queue_hold(txn);
    storage::hold_queue(txn, {reason, context.clock.now(), known && known->stands_still});
    note(txn, context, fmt::format("The task queue was held: {}", reason));
    return show(call, txn);
  });
}

net::Response release(Call& call) {
  const auto body = body_of<ReleaseBody>(call, "CancelTasks");
  return call.services.database.write("release queue", [&](storage::Txn& txn) {
    commands::CommandContext context = command_context(call);
    if (body.CancelTasks) {
      for (const auto& task : active_tasks(txn, storage::everything.take).items) {
        commands::cancel_task(txn, context, task.id);
      }
    }
    if (storage::release_queue(txn)) {
      note(txn, context,
           body.CancelTasks ? "The task queue was released, and all that waited in it canceled."
                            : "The task queue was released.");
    }
    return show(call, txn);
  });
}

json::object queue_shape() {
  const auto task = shape::object({{"Id", shape::text()},
                                   {"SpaceId", shape::text()},
                                   {"Description", shape::text()},
                                   {"State", shape::text()},
                                   {"ProjectId", shape::text()},
                                   {"EnvironmentId", shape::text()},
                                   {"TenantId", shape::text()},
                                   {"ReleaseVersion", shape::text()},
                                   {"QueueTime", shape::time()},
                                   {"Age", shape::text()},
                                   {"Links", shape::links()}});
  return shape::object({{"IsHeld", shape::flag()},
                        {"Reason", shape::text()},
                        {"HeldSince", shape::or_null(shape::time())},
                        {"ExecutingTasksStandStill", shape::flag()},
                        {"TotalTasks", shape::whole_number()},
                        {"Tasks", shape::list_of(task)},
                        {"Links", shape::links()}});
}

}  // namespace

std::vector<Route> queue_routes() {
  const auto system = RouteScope::system;
  const std::string permission(kAdminister);
  return {
      Route{"GET", "taskqueue", permission,
            "Shows whether the task queue is held, why, and the tasks that have not ended.", get, system}
          .answers(queue_shape())
          .linked("TaskQueue"),
      Route{"POST", "taskqueue/hold", permission, "Holds the task queue: what runs goes on, nothing new starts.", hold,
            system}
          .takes(shape::of<HoldBody>({"Reason"}))
          .answers(queue_shape()),
      Route{"POST", "taskqueue/release", permission,
            "Releases the task queue; with CancelTasks what waited in it is canceled first.", release, system}
          .takes(shape::of<ReleaseBody>())
          .answers(queue_shape()),
  };
}

}  // namespace slipway::api
