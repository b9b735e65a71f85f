#include "storage/tasks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"
#include "storage/batch.h"
#include "storage/erasures.h"
#include "storage/list_query.h"
#include "storage/numbered_id.h"
#include "storage/queries.h"
#include "storage/tallies.h"

namespace slipway::storage {
namespace {

// In the order of TaskState; the numbers are stored.
constexpr std::array<std::string_view, kTaskStates> kStateNames{"Queued", "Executing", "Cancelling", "Success",
                                                                "Failed", "Canceled",  "TimedOut"};

/// Of a task that is claimed: by the node ?2 itself, or by a run of a node that has ended.
#define MAY_BE_TAKEN_OVER                                                                               \
  "(node = ?2 OR NOT EXISTS (SELECT 1 FROM nodes WHERE nodes.name = tasks.node AND nodes.is_alive <> 0" \
  " AND nodes.epoch = tasks.node_epoch))"

#define TASK_COLUMNS                                                                                                  \
  "number, space, name, description, project, environment, tenant, deployment, state, queued, queue_expiry, started," \
  " completed, concurrency_key, priority, epoch, node, plan, error, has_warnings"

struct Sql {
  Query insert, find, find_many, queued, claimed, to_take_over, claim, take_over, fence, finish, leave_queue,
      cancel_running, erase;
};
constexpr Sql kSql{
    .insert = {"insert task",
               "INSERT INTO tasks (" TASK_COLUMNS
               ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)"},
    .find = {"find task", "SELECT " TASK_COLUMNS " FROM tasks WHERE number = ?1 AND space <> 'erased'"},
    .find_many = {"find tasks",
                  "SELECT " TASK_COLUMNS " FROM tasks WHERE number IN (" KEYS_OF_A_BATCH ") AND space <> 'erased'"},
    .queued = {"queued tasks", "SELECT " TASK_COLUMNS
                               " FROM tasks WHERE state <= 2 AND state = 0 ORDER BY priority DESC, queued, number"},
    .claimed = {"claimed tasks", "SELECT " TASK_COLUMNS " FROM tasks WHERE state <= 2 AND state <> 0 ORDER BY number"},
    .to_take_over = {"tasks to take over",
                     "SELECT " TASK_COLUMNS " FROM tasks WHERE state <= 2 AND state <> ?1 AND " MAY_BE_TAKEN_OVER
                     " ORDER BY number"},
    .claim = {"claim task",
              "UPDATE tasks SET state = 1, epoch = epoch + 1, node = ?2, plan = ?3, started = COALESCE(started, ?4),"
              " node_epoch = ?5"
              " WHERE number = ?1 AND state = 0 RETURNING epoch, space, project"},
    .take_over = {"take over task",
                  "UPDATE tasks SET epoch = epoch + 1, node = ?2, node_epoch = ?3 WHERE number = ?1"
                  " AND state IN (1, 2) AND " MAY_BE_TAKEN_OVER " RETURNING epoch"},
    .fence = {"check claim", "SELECT 1 FROM tasks WHERE number = ?1 AND epoch = ?2 AND state <= 2"},
    .finish =
        {"finish task",
         // Not before its start, where the clock was set back.
         "UPDATE tasks SET state = ?2, error = ?3, has_warnings = ?4,"
         " completed = CASE WHEN started > ?5 THEN started ELSE ?5 END WHERE number = ?1 RETURNING space, project"},
    .leave_queue = {"leave queue",
                    "UPDATE tasks SET state = ?2, completed = ?3, error = ?4 WHERE number = ?1 AND state = 0"
                    " RETURNING space, project"},
    .cancel_running = {"cancel running task",
                       "UPDATE tasks SET state = 2 WHERE number = ?1 AND state = 1 RETURNING space, project"},
    .erase = {"erase task", "DELETE FROM tasks WHERE number = ?1 RETURNING space, project, state"},
};

ListQuery::Shape list_shape() {
  return {
      .name = "tasks",
      .table = "tasks",
      .columns = TASK_COLUMNS,
      .key = "number",
      .order = "number DESC",
      .filters = {{.column = "tenant", .indexed = true, .many = true},
                  {.column = "project", .indexed = true, .many = true},
                  {.column = "environment", .many = true},
                  {.column = "name", .many = true},
                  {.column = "node", .many = true},
                  {.column = "space", .indexed = true, .many = true}},
      .always = "space <> 'erased'",
      .more =
          "(?7 < 0 OR state IN (?7, ?8, ?9, ?10, ?11, ?12, ?13))"
          " AND (?14 < 0 OR CASE WHEN has_warnings <> 0 OR state = 4 THEN 1 ELSE 0 END = ?14)",
      .more_parameters = kTaskStates + 1,
      .tallied = true,
  };
}

const ListQuery& all_tasks() {
  static const ListQuery list(list_shape());
  return list;
}

/// The few in some states have an index of their own, which serves whatever else is asked.
ListQuery list_of_few(std::string_view name, std::string_view states) {
  ListQuery::Shape shape = list_shape();
  shape.name = name;
  shape.always = states;
  for (auto& filter : shape.filters) filter.indexed = false;
  shape.tallied = false;
  return ListQuery(shape);
}

const ListQuery& active_tasks() {
  static const ListQuery list = list_of_few("active tasks", "state <= 2 AND space <> 'erased'");
  return list;
}

const ListQuery& unsuccessful_tasks() {
  static const ListQuery list = list_of_few("unsuccessful tasks", "state > 3 AND space <> 'erased'");
  return list;
}

const ListQuery& list_for(const std::vector<TaskState>& states) {
  const auto all_are = [&](auto condition) { return std::all_of(states.begin(), states.end(), condition); };
  if (states.empty()) return all_tasks();
  if (all_are([](TaskState s) { return !is_final(s); })) return active_tasks();
  if (all_are([](TaskState s) { return s > TaskState::Success; })) return unsuccessful_tasks();
  return all_tasks();
}

Parameter maybe(const std::optional<Time>& time) { return time ? Parameter(to_micros(*time)) : Parameter(nullptr); }

TaskRecord task_of(const Row& row) {
  TaskRecord task;
  task.id = numbered_id(kTaskPrefix, row.integer(0));
  task.space = row.string(1);
  task.name = row.string(2);
  task.description = row.string(3);
  task.project = row.string(4);
  task.environment = row.string(5);
  task.tenant = row.string(6);
  task.deployment = numbered_id(kDeploymentPrefix, row.integer(7));
  task.state = static_cast<TaskState>(row.integer(8));
  task.queued = row.time(9);
  task.queue_expiry = row.maybe_time(10);
  task.started = row.maybe_time(11);
  task.completed = row.maybe_time(12);
  task.concurrency_key = row.string(13);
  task.priority = static_cast<int>(row.integer(14));
  task.epoch = row.integer(15);
  task.node = row.string(16);
  task.plan = row.string(17);
  task.error = row.string(18);
  task.has_warnings = row.integer(19) != 0;
  return task;
}

/// The number of a task that a caller works on; one that is no id names no row.
std::int64_t number_of_task(std::string_view id) { return number_of(id, kTaskPrefix).value_or(0); }

Change change_of(std::string_view id, TaskState state, std::string_view space, std::string_view project) {
  return {.kind = Change::Kind::task,
          .id = std::string(id),
          .space = std::string(space),
          .project = std::string(project),
          .state = state};
}

/// For a statement that brings a task into a state, and returns space and project if it did.
bool change_state(Txn& txn, const Query& query, Parameters parameters, std::string_view id, TaskState state) {
  auto change =
      txn.one(query, parameters, [&](const Row& row) { return change_of(id, state, row.text(0), row.text(1)); });
  if (change) txn.publish(std::move(*change));
  return change.has_value();
}

void leave_queue(Txn& txn, std::string_view id, TaskState state, Time now, std::string_view error) {
  change_state(txn, kSql.leave_queue, {number_of_task(id), static_cast<std::int64_t>(state), to_micros(now), error}, id,
               state);
}

std::vector<Parameter> values_of(const TaskFilter& filter) {
  std::vector<Parameter> values{filter.tenant.parameter(), filter.project.parameter(), filter.environment.parameter(),
                                filter.name.parameter(),   filter.node.parameter(),    filter.space.parameter()};
  add_states(values, filter.states);
  const auto& troubled = filter.has_warnings_or_errors;
  values.emplace_back(troubled ? std::int64_t{*troubled} : std::int64_t{-1});
  return values;
}

}  // namespace

std::string_view to_string(TaskState state) { return kStateNames[static_cast<std::size_t>(state)]; }

std::optional<TaskState> task_state(std::string_view name) {
  const auto found = std::find_if(kStateNames.begin(), kStateNames.end(),
                                  [&](std::string_view known) { return equals_ignoring_case(known, name); });
  if (found == kStateNames.end()) return std::nullopt;
  return static_cast<TaskState>(found - kStateNames.begin());
}

std::span<const std::string_view> task_state_names() { return kStateNames; }

void add_states(std::vector<Parameter>& values, const std::vector<TaskState>& states) {
  for (std::size_t i = 0; i < kStateNames.size(); ++i) {
    const auto at = std::min(i, states.size() - 1);
    values.emplace_back(states.empty() ? std::int64_t{-1} : static_cast<std::int64_t>(states[at]));
  }
}

void insert_task(Txn& txn, const TaskRecord& task) {
  txn.run(kSql.insert, {stored_number(task.id, kTaskPrefix),
                        task.space,
                        task.name,
                        task.description,
                        task.project,
                        task.environment,
                        task.tenant,
                        stored_number(task.deployment, kDeploymentPrefix),
                        static_cast<std::int64_t>(task.state),
                        to_micros(task.queued),
                        maybe(task.queue_expiry),
                        maybe(task.started),
                        maybe(task.completed),
                        task.concurrency_key,
                        task.priority,
                        task.epoch,
                        task.node,
                        Blob{task.plan},
                        task.error,
                        task.has_warnings});
  count_in(txn, "tasks", task.space, 1);
  txn.publish(change_of(task.id, task.state, task.space, task.project));
}

std::optional<TaskRecord> find_task(Reader& reader, std::string_view id) {
  return reader.one(kSql.find, {number_of_task(id)}, task_of);
}
std::vector<TaskRecord> find_tasks(Reader& reader, const std::vector<std::string>& ids) {
  std::vector<Parameter> keys;
  for (const std::string& id : ids) keys.emplace_back(number_of_task(id));
  return rows_of(reader, kSql.find_many, std::move(keys), task_of);
}

Page<TaskRecord> list_tasks(Reader& reader, const TaskFilter& filter, Slice slice) {
  if (filter.ids) {
    return all_tasks().pick(reader, values_of(filter), numbers_of(*filter.ids, kTaskPrefix), slice, task_of);
  }
  return list_for(filter.states).page(reader, values_of(filter), slice, task_of);
}

std::vector<TaskRecord> queued_tasks(Reader& reader) { return reader.all(kSql.queued, {}, task_of); }

std::vector<TaskRecord> claimed_tasks(Reader& reader) { return reader.all(kSql.claimed, {}, task_of); }

std::vector<TaskRecord> tasks_to_take_over(Reader& reader, std::string_view node) {
  return reader.all(kSql.to_take_over, {static_cast<std::int64_t>(TaskState::Queued), node}, task_of);
}

std::optional<Claim> claim_task(Txn& txn, std::string_view id, const Node& node, std::string_view plan, Time now) {
  Change change;
  auto claim =
      txn.one(kSql.claim, {number_of_task(id), node.name, Blob{plan}, to_micros(now), node.epoch}, [&](const Row& row) {
        change = change_of(id, TaskState::Executing, row.text(1), row.text(2));
        return Claim{std::string(id), row.integer(0)};
      });
  if (claim) txn.publish(std::move(change));
  return claim;
}

std::optional<Claim> take_over_task(Txn& txn, std::string_view id, const Node& node) {
  return txn.one(kSql.take_over, {number_of_task(id), node.name, node.epoch}, [&](const Row& row) {
    return Claim{std::string(id), row.integer(0)};
  });
}

void check_claim(Txn& txn, const Claim& claim) {
  const bool holds =
      txn.one(kSql.fence, {number_of_task(claim.task), claim.epoch}, [](const Row&) { return true; }).has_value();
  if (!holds) {
    fail(ErrorCode::fenced,
         fmt::format("{} is not held under claim {} any more; nothing of it was recorded.", claim.task, claim.epoch));
  }
}

void finish_task(Txn& txn, const Claim& claim, TaskState state, std::string_view error, bool has_warnings, Time now) {
  check_claim(txn, claim);
  change_state(txn, kSql.finish,
               {number_of_task(claim.task), static_cast<std::int64_t>(state), error, has_warnings, to_micros(now)},
               claim.task, state);
}

std::optional<TaskRecord> cancel_task(Txn& txn, std::string_view id, Time now) {
  leave_queue(txn, id, TaskState::Canceled, now, "");
  change_state(txn, kSql.cancel_running, {number_of_task(id)}, id, TaskState::Cancelling);
  return find_task(txn, id);
}

void expire_task(Txn& txn, std::string_view id, Time now) {
  const auto task = find_task(txn, id);
  const auto latest = task && task->queue_expiry ? " by " + to_rfc3339(*task->queue_expiry) : "";
  leave_queue(txn, id, TaskState::TimedOut, now,
              fmt::format("It could not start{}, which was set as the latest time for it. Nothing was done.", latest));
}

void erase_task(Txn& txn, std::string_view id) {
  auto change = txn.one(kSql.erase, {number_of_task(id)}, [&](const Row& row) {
    return change_of(id, static_cast<TaskState>(row.integer(2)), row.text(0), row.text(1));
  });
  if (!change) return;
  count_in(txn, "tasks", change->space, -1);
  if (change->space == kErasedSpace) return;  // that it is gone was told of what it went with
  change->is_gone = true;
  txn.publish(std::move(*change));
}

std::vector<Query> task_queries() {
  std::vector<Query> queries = members_of(kSql);
  for (const ListQuery* list : {&all_tasks(), &active_tasks(), &unsuccessful_tasks()}) {
    for (const Query& query : list->queries()) queries.push_back(query);
  }
  return queries;
}

}  // namespace slipway::storage
