// Server tasks: the queue, and the fence around each claim.
//
// A task is claimed with an epoch. Every write on its behalf starts with `check_claim`, which refuses a stale epoch, so
// that two holders can never both record.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/any_of.h"
#include "storage/database.h"
#include "storage/nodes.h"

namespace slipway::storage {

enum class TaskState { Queued, Executing, Cancelling, Success, Failed, Canceled, TimedOut };
inline constexpr int kTaskStates = 7;
std::string_view to_string(TaskState);
/// Case ignored.
std::optional<TaskState> task_state(std::string_view name);
std::span<const std::string_view> task_state_names();
constexpr bool is_final(TaskState s) { return s >= TaskState::Success; }

struct TaskRecord {
  std::string id = {};  ///< "ServerTasks-44"
  std::string space = {};
  std::string name = {};  ///< one of kTaskKinds
  std::string description = {};
  std::string project = {}, environment = {}, tenant = {}, deployment = {};
  TaskState state = TaskState::Queued;
  Time queued{};                          ///< not to start before this (a scheduled start may lie in the future)
  std::optional<Time> queue_expiry = {};  ///< not started by then: TimedOut (SCH-1)
  std::optional<Time> started = {}, completed = {};
  std::string concurrency_key = {};  ///< TSK-2
  int priority = 0;
  std::int64_t epoch = 0;
  std::string node = {};
  std::string plan = {};  ///< content hash of its plan, "" until planned
  std::string error = {};
  bool has_warnings = false;
};

/// A holder's right to act for a task.
struct Claim {
  std::string task = {};
  std::int64_t epoch = 0;
};

void insert_task(Txn&, const TaskRecord&);  ///< publishes its state
std::optional<TaskRecord> find_task(Reader&, std::string_view id);
/// Those there are, in any order (batch.h).
std::vector<TaskRecord> find_tasks(Reader&, const std::vector<std::string>& ids);
struct TaskFilter {
  AnyOf space = {}, project = {}, environment = {}, tenant = {}, name = {}, node = {};
  std::optional<std::vector<std::string>> ids = {};
  std::vector<TaskState> states = {};
  std::optional<bool> has_warnings_or_errors = {};
};
/// Newest first.
Page<TaskRecord> list_tasks(Reader&, const TaskFilter&, Slice);
/// For a list of states in a statement: one parameter for each that there is, the last one repeated; -1 for any state.
void add_states(std::vector<Parameter>&, const std::vector<TaskState>&);
/// Every Queued task in pick order (priority, then oldest): what a node loads once at start; later ones come as
/// changes.
std::vector<TaskRecord> queued_tasks(Reader&);
/// Every Executing or Cancelling task.
std::vector<TaskRecord> claimed_tasks(Reader&);

/// Queued → Executing under a new epoch; nullopt when it is not Queued any more.
std::optional<Claim> claim_task(Txn&, std::string_view id, const Node&, std::string_view plan, Time now);
/// Those Executing or Cancelling that the node may take over: what its own name holds, and what the dead hold.
std::vector<TaskRecord> tasks_to_take_over(Reader&, std::string_view node);
/// A new epoch for one of them; nullopt when a node that lives holds it, or it has ended.
std::optional<Claim> take_over_task(Txn&, std::string_view id, const Node&);
/// Throws Error{fenced} when the claim is stale or the task has ended.
void check_claim(Txn&, const Claim&);
void finish_task(Txn&, const Claim&, TaskState, std::string_view error, bool has_warnings, Time now);
/// Queued → Canceled at once, Executing → Cancelling; final states stay. Returns the
/// new record.
std::optional<TaskRecord> cancel_task(Txn&, std::string_view id, Time now);
/// Queued → TimedOut.
void expire_task(Txn&, std::string_view id, Time now);
/// Removes the record alone; its units and log are removed by their stores (RET-8).
void erase_task(Txn&, std::string_view id);

}  // namespace slipway::storage
