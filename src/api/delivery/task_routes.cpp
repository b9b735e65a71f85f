#include "api/delivery/task_routes.h"

#include <fmt/format.h>

#include "api/delivery/activity_log.h"
#include "api/delivery/delivery_call.h"
#include "api/delivery/delivery_documents.h"
#include "api/http/named_list.h"
#include "api/http/shape.h"
#include "api/live/addressed_task.h"
#include "base/describe.h"
#include "base/text.h"
#include "commands/cancel_task.h"
#include "storage/contents.h"
#include "storage/queue_hold.h"
#include "storage/task_kinds.h"

namespace slipway::api {
namespace {

const std::vector<storage::TaskState> kActiveStates = {storage::TaskState::Queued, storage::TaskState::Executing,
                                                       storage::TaskState::Cancelling};

std::vector<storage::TaskState> wanted_states(const Call& call) {
  if (call.asks("active")) return kActiveStates;
  if (call.asks("running")) return {storage::TaskState::Executing, storage::TaskState::Cancelling};
  return states_in(call, "states");
}

storage::TaskFilter filter_of(const Call& call) {
  storage::TaskFilter filter;
  filter.space = wanted_spaces(call);
  filter.project = ids_in(call, "project");
  filter.environment = ids_in(call, "environment");
  filter.tenant = ids_in(call, "tenant");
  filter.name = call.query.list("name");
  filter.node = call.query.list("node");
  filter.states = wanted_states(call);
  filter.has_warnings_or_errors = flag_of(call, "hasWarningsOrErrors");
  filter.ids = ids_of(call);
  // There are no runbooks and no interruptions, so no task is of the one or waits for the other.
  const bool asks_for_none = !ids_in(call, "runbook").empty() || call.asks("hasPendingInterruptions");
  if (asks_for_none) filter.ids = std::vector<std::string>();
  return filter;
}

net::Response page_of_tasks(const Call& call, storage::Reader& reader, const storage::Page<storage::TaskRecord>& page,
                            const storage::Slice& slice) {
  const DeliveryDocuments documents(reader, call.services.clock.now());
  return page_of(call, "Task", page, slice, [&](const storage::TaskRecord& task) { return documents.task(task); });
}

net::Response list(Call& call, storage::Reader& reader) {
  const storage::Slice slice = slice_of(call.query);
  return page_of_tasks(call, reader, storage::list_tasks(reader, filter_of(call), slice), slice);
}

net::Response show(const Call& call, storage::Reader& reader, const storage::TaskRecord& task) {
  return json_response(200, DeliveryDocuments(reader, call.services.clock.now()).task(task));
}

ActivityInput activity_of(storage::Reader& reader, const storage::TaskRecord& task, const storage::LogRange& range) {
  ActivityInput input{task, {}, storage::units_of(reader, task.id), storage::read_log(reader, task.id, range).lines};
  if (const auto hold = storage::queue_hold(reader); hold && storage::keeps_waiting(*hold, task.state)) {
    input.lines.push_back({0, 0, "Warning", hold->since, storage::text_of(*hold)});
  }
  if (const auto plan = task.plan.empty() ? std::nullopt : storage::get_content(reader, task.plan)) {
    input.plan = json::from_json<planning::Plan>(json::parse(*plan));
  }
  return input;
}

/// `verbose=false` leaves out the finest lines; `tail=N` keeps the last N; `lines=false` shows the tree alone.
storage::LogRange wanted_lines(const Call& call) {
  storage::LogRange range;
  range.tail = number_of(call.query, "tail", 0);
  if (flag_of(call, "verbose") == false) {
    range.wanted = [](std::string_view category) { return category != "Verbose" && category != "Trace"; };
  }
  if (flag_of(call, "lines") == false) range.take = 0;
  return range;
}

net::Response details(Call& call, storage::Reader& reader) {
  const auto task = addressed_task(call, reader);
  const ActivityInput input = activity_of(reader, task, wanted_lines(call));
  const json::object progress{{"ProgressPercentage", progress_percentage(input)}, {"EstimatedTimeRemaining", ""}};
  return json_response(200,
                       json::object{{"Task", DeliveryDocuments(reader, call.services.clock.now()).task(task)},
                                    {"Progress", progress},
                                    {"PhysicalLogSize", storage::log_size(reader, task.id)},
                                    {"ActivityLogs", json::array{activity_tree(input)}},
                                    {"Links", json::object{{"Self", fmt::format("/api/tasks/{}/details", task.id)}}}});
}

net::Response raw(Call& call, storage::Reader& reader) {
  const auto task = addressed_task(call, reader);
  return {200, {{"Content-Type", "text/plain; charset=utf-8"}}, raw_log(activity_of(reader, task, {})), {}};
}

net::Response cancel(Call& call) {
  call.body();  // says nothing that is needed, but a broken one is refused
  return call.services.database.write("cancel task", [&](storage::Txn& txn) {
    commands::CommandContext context = command_context(call);
    return show(call, txn, commands::cancel_task(txn, context, addressed_task(call, txn).id));
  });
}

/// TSK-14: the tasks that this one waits for, because they hold or wait for the same concurrency key before it.
/// What to do for who does not want to wait.
net::Response with_advice(net::Response page, const storage::TaskRecord& task) {
  json::object document = json::parse(page.body).as_object();
  if (document["Items"].as_array().empty()) return page;
  document["Advice"] = fmt::format(
      "{} waits for the end of these. To deploy over what runs, cancel it (Links.Cancel of each item), or create the "
      "deployment with CancelActive: true.",
      task.id);
  page.body = json::to_text(document);
  return page;
}

json::object shape_of_queued_behind() {
  json::object page = shape::page_of("Task");
  page["properties"].as_object()["Advice"] = shape::text();
  return page;
}

net::Response queued_behind(Call& call, storage::Reader& reader) {
  const auto task = addressed_task(call, reader);
  storage::TaskFilter filter;
  filter.space = task.space;
  filter.project = task.project;
  filter.states = kActiveStates;
  std::vector<storage::TaskRecord> ahead;
  if (task.state == storage::TaskState::Queued) {
    ahead = storage::list_tasks(reader, filter, storage::everything).items;
    std::erase_if(ahead, [&](const storage::TaskRecord& other) {
      return other.id == task.id || other.concurrency_key != task.concurrency_key ||
             (other.state == storage::TaskState::Queued && other.queued > task.queued);
    });
  }
  const storage::Slice slice = slice_of(call.query);
  net::Response page = page_of_tasks(call, reader, part_of(std::move(ahead), slice), slice);
  return task.state == storage::TaskState::Queued ? with_advice(std::move(page), task) : page;
}

}  // namespace

std::vector<Route> task_routes() {
  const auto system = RouteScope::system;
  return {
      Route{"GET", "tasks", "TaskView", "Lists tasks, newest first.", list, system}
          .with_query(paged({{"ids", QueryKind::texts},
                             {"spaces", QueryKind::texts},
                             {"project", QueryKind::texts},
                             {"environment", QueryKind::texts},
                             {"tenant", QueryKind::texts},
                             {"name", QueryKind::texts},
                             {"node", QueryKind::texts},
                             {"states", QueryKind::texts},
                             {"active", QueryKind::flag},
                             {"running", QueryKind::flag},
                             {"hasWarningsOrErrors", QueryKind::flag},
                             {"hasPendingInterruptions", QueryKind::flag},
                             {"includeSystem", QueryKind::flag},  // every task belongs to a space
                             {"runbook", QueryKind::texts}}))
          .answers(shape::page_of("Task"))
          .linked("Tasks", LinkedFrom::space_root),
      Route{"GET", "tasks/{id}", "TaskView", "Shows a task.",
            [](Call& call, storage::Reader& reader) { return show(call, reader, addressed_task(call, reader)); },
            system}
          .answers(shape::one("Task")),
      Route{"GET", "tasks/{id}/details", "TaskView", "Shows a task with its log as a tree.", details, system}
          .with_query({{"verbose", QueryKind::flag}, {"tail", QueryKind::number}, {"lines", QueryKind::flag}})
          .answers(shape::one("TaskDetails")),
      Route{"GET", "tasks/{id}/raw", "TaskView", "Shows a task's log as plain text.", raw, system}.answers_text(
          "text/plain"),
      Route{"GET", "tasks/{id}/queued-behind", "TaskView", "Lists the tasks that a queued task waits for.",
            queued_behind, system}
          .with_query(paged())
          .answers(shape_of_queued_behind()),
      Route{"GET", "tasks/{id}/state", "TaskView", "Shows a task's state.",
            [](Call& call, storage::Reader& reader) {
              const auto task = addressed_task(call, reader);
              return json_response(200, json::object{{"State", storage::to_string(task.state)}});
            },
            system}
          .answers(shape::object({{"State", shape::text()}})),
      Route{"POST", "tasks/{id}/cancel", "TaskCancel", "Cancels a task.", cancel, system}
          .takes(shape::nothing())
          .answers(shape::one("Task"), {200}),
      Route{"GET", "tasks/tasktypes", "TaskView", "The kinds of tasks.",
            [](Call&, storage::Reader&) { return named_list(storage::kTaskKinds); }, system}
          .answers(named_list_shape())
          .linked("TaskTypes"),
  };
}

}  // namespace slipway::api
