#include "engine/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <set>
#include <tuple>

#include "base/failure.h"
#include "base/strand.h"
#include "engine/agenda.h"
#include "engine/lock_waiters.h"
#include "engine/suspicion.h"
#include "engine/task_notes.h"
#include "engine/task_queue.h"
#include "engine/task_run.h"
#include "model/resources/spaces/space.h"
#include "storage/contents.h"
#include "storage/document_lookup.h"
#include "storage/queue_hold.h"

namespace slipway::engine {
namespace {

using storage::TaskRecord;
using storage::TaskState;

constexpr Duration kRetryPause = std::chrono::seconds(5);
/// So often may the process die of a task before the task fails.
constexpr int kMostDeaths = 2;

std::string text_of(const planning::Plan& plan) { return json::to_text(json::to_json(plan)); }

/// A task that is about to be claimed, and its plan or the reason why there is none.
struct Prepared {
  TaskRecord task;
  planning::Plan plan;
  std::string error;
};

TaskRecord ended_unplanned(const Prepared& prepared, Time now) {
  TaskRecord task = prepared.task;
  task.state = TaskState::Failed;
  task.error = prepared.error;
  task.completed = now;
  return task;
}

planning::Plan stored_plan(storage::Reader& reader, const TaskRecord& task) {
  const auto text = storage::get_content(reader, task.plan);
  if (!text) fail(ErrorCode::internal, "The plan is gone from the database.");
  return json::from_json<planning::Plan>(json::parse(*text));
}

std::set<std::string> spaces_that_stopped(storage::Reader& reader) {
  std::set<std::string> stopped;
  for (const auto& space : model::list<model::Space>(storage::DocumentLookup(reader), "")) {
    if (space.TaskQueueStopped) stopped.insert(space.Id);
  }
  return stopped;
}

}  // namespace

struct Engine::State : std::enable_shared_from_this<State> {
  explicit State(EngineParts p) : parts(std::move(p)), strand(parts.executor) {}

  void begin();
  void begin_node();
  void hold_changed();
  struct Left;
  std::vector<Left> take_over(const std::vector<TaskRecord>&, bool after_death);
  void resume(const Left&);
  void resume_from_records(const Left&);
  void load_queue();
  void enqueue(const TaskRecord&);
  void due(const std::string& id);
  void left_queue(const std::string& id);
  void pump_soon();
  void pump();
  std::vector<Prepared> prepare(const std::vector<QueuedTask>&);
  std::vector<std::optional<storage::Claim>> claim(storage::Txn&, std::vector<Prepared>&);
  void start_claimed(Prepared&, const std::optional<storage::Claim>&);
  std::shared_ptr<TaskRun> start(const TaskRecord&, storage::Claim, planning::Plan,
                                 std::shared_ptr<Suspicion> suspicion = nullptr);
  void drop(const std::string& task);
  void changed(const std::vector<storage::Change>&);
  void task_changed(const std::string& id, TaskState);
  void load(const std::vector<std::string>& ids);
  template <class Condition>
  std::vector<TaskRecord> find(const std::vector<std::string>& ids, Condition wanted);
  void space_changed(const std::string& space);
  void on_ended(const TaskRecord&);
  void on_lost(const std::string& task, const Error&);
  void take_up_dropped();
  void on_idle(const std::string& task, bool is_idle);
  template <class F>
  Job job(F work) {
    return [weak = weak_from_this(), work = std::move(work)] {
      const auto self = weak.lock();
      if (!self || self->stopping) return;
      try {
        work(*self);
      } catch (...) {
        self->parts.log.error("the engine could not do a part of its work",
                              {{"error", error_of(std::current_exception()).message()}});
      }
    };
  }
  /// Work that must be done some time: after a failure it is tried again.
  template <class F>
  void surely(F work) {
    on_strand([work](State& self) {
      try {
        work(self);
      } catch (...) {
        self.parts.log.error("the engine could not do a part of its work; it is tried again soon",
                             {{"error", error_of(std::current_exception()).message()}});
        self.again_later([work](State& s) { s.surely(work); });
      }
    });
  }
  template <class F>
  void on_strand(F work) {
    strand.post(job(std::move(work)));
  }
  /// When the wall clock shows it, however that clock is set meanwhile.
  template <class F>
  void at_wall_time(Time when, F work) {
    agenda.add(when, job(std::move(work)));
  }
  /// When what failed has had time to pass; never once only a restart helps.
  template <class F>
  void again_later(F work) {
    if (parts.database.can_write()) strand.post_at(parts.clock.steady() + kRetryPause, job(std::move(work)));
  }

  EngineParts parts;
  std::string installation;
  Strand strand;
  std::atomic<bool> stopping{false};
  // The rest belongs to the strand, once started.
  storage::Node node;  ///< this run of it; epoch 0 until it has taken over what was left
  bool held = false;   ///< nothing is claimed
  bool begun = false;  ///< what an earlier process left executing is taken over, and the queue is loaded
  bool pump_due = false;
  std::vector<std::string> dropped;  ///< tasks whose writes failed: taken up again once the database takes writes
  TaskQueue queue;
  std::set<std::string> stopped_spaces;  ///< their tasks stay queued in the database alone
  std::map<std::string, std::shared_ptr<TaskRun>> runs;
  Agenda agenda{parts.clock, [this](SteadyTime when) {  ///< scheduled starts and expiries
                  strand.post_at(when, job([when](State& s) { s.agenda.woken(when); }));
                }};
  std::mutex suspects;         ///< held by the one suspect whose code runs; not the strand's
  std::set<std::string> idle;  ///< those of runs that only wait: they hold no slot (TSK-4)
  LockWaiters lock_waiters;
};

Engine::Engine(EngineParts parts) : state_(std::make_shared<State>(std::move(parts))) {}
Engine::~Engine() { stop(); }

void Engine::start(std::string installation) {
  state_->installation = std::move(installation);
  const auto hold = state_->parts.database.read([](storage::Reader& r) { return storage::queue_hold(r); });
  state_->held = hold.has_value();
  state_->begun = !hold || !hold->stands_still;
  if (hold) state_->parts.log.warning("the task queue is held", {{"reason", hold->reason}});
  state_->parts.database.subscribe([weak = std::weak_ptr(state_)](const std::vector<storage::Change>& changes) {
    if (const auto state = weak.lock()) state->changed(changes);
  });
  if (state_->begun) state_->begin();
}

void Engine::stop() {
  if (state_->stopping.exchange(true)) return;
  state_->strand.post([state = state_] {
    for (const auto& [id, run] : state->runs) run->abandon();
    state->runs.clear();
  });
}

/// A task that a holder before this run left, and what is known of it.
struct Engine::State::Left {
  TaskRecord task;
  std::optional<storage::Claim> claim = {};  ///< none when it has ended meanwhile
  bool is_suspect = false;
  std::set<int> units = {};  ///< of a suspect: see Suspicion
  int deaths = 0;
};

void Engine::State::begin() {
  surely([](State& self) {
    self.begin_node();
    const auto claimed =
        self.parts.database.read([&](storage::Reader& r) { return storage::tasks_to_take_over(r, self.node.name); });
    for (const auto& left : self.take_over(claimed, true)) self.resume(left);
    if (!claimed.empty()) self.parts.log.info("took over tasks that were executing", {{"count", claimed.size()}});
    self.surely([](State& s) { s.load_queue(); });
  });
}

/// The folder's lock let this process in, so whoever had the database before is dead.
void Engine::State::begin_node() {
  node = parts.database.write("begin node", [&](storage::Txn& txn) {
    storage::end_other_nodes(txn, parts.options.node);
    return storage::begin_node(txn, parts.options.node, parts.clock.now());
  });
}

/// Somebody held or released the queue.
void Engine::State::hold_changed() {
  try {
    const auto hold = parts.database.read([](storage::Reader& r) { return storage::queue_hold(r); });
    held = hold.has_value();
    if (hold) return parts.log.warning("the task queue is held", {{"reason", hold->reason}});
    parts.log.info("the task queue is released");
    if (!begun) begin();
    begun = true;
    pump_soon();
  } catch (...) {
    parts.log.error("the task queue could not be released; it is tried again soon",
                    {{"error", error_of(std::current_exception()).message()}});
    again_later([](State& s) { s.hold_changed(); });
  }
}

void Engine::State::load_queue() {
  stopped_spaces = parts.database.read(spaces_that_stopped);
  for (const auto& task : parts.database.read([](storage::Reader& r) { return storage::queued_tasks(r); })) {
    enqueue(task);
  }
  pump_soon();
}

std::vector<Engine::State::Left> Engine::State::take_over(const std::vector<TaskRecord>& tasks, bool after_death) {
  std::vector<Left> all;
  if (tasks.empty()) return all;
  return parts.database.write("take over tasks", [&](storage::Txn& txn) {
    all.clear();
    for (const auto& task : tasks) {
      Left left{task};
      left.claim = storage::take_over_task(txn, task.id, node);
      if (left.claim && after_death) std::tie(left.is_suspect, left.units) = may_have_run(txn, task.id);
      all.push_back(std::move(left));
    }
    const bool is_only = std::ranges::count_if(all, &Left::is_suspect) == 1;
    for (auto& left : all) {
      if (left.is_suspect) left.deaths = storage::suspect_task(txn, left.task.id, is_only);
    }
    return all;
  });
}

void Engine::State::resume(const Left& left) {
  if (!left.claim) return queue.free(left.task.concurrency_key);
  queue.occupy(left.task.concurrency_key);
  try {
    resume_from_records(left);
  } catch (const storage::StorageError& trouble) {
    on_lost(left.task.id, trouble);
  } catch (const std::bad_alloc&) {
    on_lost(left.task.id, error_of(std::current_exception()));
  } catch (...) {
    const Error error = error_of(std::current_exception());
    start(left.task, *left.claim, {})
        ->fail(fmt::format("The records of this deployment can't be read: {} Deploy again.", error.message()));
  }
}

/// Goes on with a task from what the database holds of it.
void Engine::State::resume_from_records(const Left& left) {
  auto [plan, units] = parts.database.read([&](storage::Reader& reader) {
    return std::pair(stored_plan(reader, left.task), storage::units_of(reader, left.task.id));
  });
  if (left.deaths >= kMostDeaths) {
    const std::string why = why_fatal(plan, left.units);
    return start(left.task, *left.claim, std::move(plan))->fail(why);
  }
  auto suspicion =
      left.is_suspect ? std::make_shared<Suspicion>(parts.database, suspects, left.task.id, left.units) : nullptr;
  start(left.task, *left.claim, std::move(plan), std::move(suspicion))->begin(std::move(units));
}

/// Into the queue now, or when its time comes; with an expiry if it has one.
void Engine::State::enqueue(const TaskRecord& task) {
  if (task.queue_expiry) {
    at_wall_time(*task.queue_expiry, [id = task.id](State& s) { s.due(id); });
  }
  if (task.queued > parts.clock.now()) {
    return at_wall_time(task.queued, [task](State& s) {
      s.enqueue(task);
      s.pump_soon();
    });
  }
  if (stopped_spaces.contains(task.space)) return;
  queue.add({task.id, task.concurrency_key, task.priority, task.queued});
}

/// Its expiry has come: it times out if it still has not started (SCH-1).
void Engine::State::due(const std::string& id) {
  queue.remove(id);
  try {
    parts.database.write("expire task", [&](storage::Txn& txn) { storage::expire_task(txn, id, parts.clock.now()); });
  } catch (...) {
    parts.log.error("a task could not be expired",
                    {{"task", id}, {"error", error_of(std::current_exception()).message()}});
    again_later([id](State& s) { s.due(id); });
  }
}

/// Cancelled or expired: of a task that runs, its run tells.
void Engine::State::left_queue(const std::string& id) {
  queue.remove(id);
  if (runs.contains(id)) return;
  const auto task = parts.database.read([&](storage::Reader& reader) { return storage::find_task(reader, id); });
  if (task) note_end(parts.log, *task);
}

/// Behind what already waits on the strand: slots that many ended tasks free are then filled by one claim.
void Engine::State::pump_soon() {
  if (std::exchange(pump_due, true)) return;
  on_strand([](State& s) {
    s.pump_due = false;
    s.pump();
  });
}

/// Claims and starts one batch of what may start now.
void Engine::State::pump() {
  if (held || node.epoch == 0 || runs.size() - idle.size() >= parts.options.task_cap) return;
  const std::size_t free_slots = parts.options.task_cap - (runs.size() - idle.size());
  const auto batch = queue.take(std::min(parts.options.claim_batch, free_slots));
  if (batch.empty()) return;
  std::vector<Prepared> prepared;
  std::vector<std::optional<storage::Claim>> claims;
  try {
    prepared = prepare(batch);
    claims = parts.database.write("claim tasks", [&](storage::Txn& txn) { return claim(txn, prepared); });
  } catch (...) {
    parts.log.error("claiming tasks failed; it is tried again soon",
                    {{"error", error_of(std::current_exception()).message()}});
    for (const auto& queued : batch) {
      queue.free(queued.concurrency_key);
      queue.add(queued);
    }
    return again_later([](State& s) { s.pump_soon(); });
  }
  for (std::size_t i = 0; i < prepared.size(); ++i) start_claimed(prepared[i], claims[i]);
  pump_soon();
}

/// One that was not Queued any more may have been claimed by us, in a write of which nobody knew whether it was stored.
void Engine::State::start_claimed(Prepared& prepared, const std::optional<storage::Claim>& claim) {
  const bool may_be_ours = !claim && prepared.task.node == parts.options.node && !is_final(prepared.task.state);
  if (may_be_ours) {
    drop(prepared.task.id);
  } else if (!claim) {
    queue.free(prepared.task.concurrency_key);
  } else if (!prepared.error.empty()) {
    note_start(parts.log, prepared.task);
    note_end(parts.log, ended_unplanned(prepared, parts.clock.now()));
    queue.free(prepared.task.concurrency_key);
  } else {
    note_start(parts.log, prepared.task);
    start(prepared.task, *claim, std::move(prepared.plan))->begin({});
  }
}

/// A task whose expiry has passed (while the server was down) times out (SCH-1); one without a plan ends at once.
std::vector<std::optional<storage::Claim>> Engine::State::claim(storage::Txn& txn, std::vector<Prepared>& prepared) {
  std::vector<std::optional<storage::Claim>> claims;
  for (auto& p : prepared) {
    const Time now = parts.clock.now();
    if (p.task.queue_expiry && *p.task.queue_expiry <= now) {
      storage::expire_task(txn, p.task.id, now);
      claims.emplace_back();
      continue;
    }
    p.task.plan = storage::put_content(txn, text_of(p.plan));
    claims.push_back(storage::claim_task(txn, p.task.id, node, p.task.plan, now));
    if (!claims.back()) continue;
    if (!p.task.started) p.task.started = now;
    parts.source.started(txn, p.task);
    for (const std::string& warning : p.plan.Warnings) {
      storage::append_log(txn, p.task.id, {{0, 0, "Warning", now, warning}});
    }
    if (p.error.empty()) continue;
    storage::append_log(txn, p.task.id, {{0, 0, "Error", now, p.error}});
    storage::finish_task(txn, *claims.back(), TaskState::Failed, p.error, false, now);
    parts.source.ended(txn, p.task, TaskState::Failed, p.error);
  }
  return claims;
}

std::vector<Prepared> Engine::State::prepare(const std::vector<QueuedTask>& batch) {
  return parts.database.read([&](storage::Reader& reader) {
    std::vector<Prepared> prepared;
    for (const auto& queued : batch) {
      Prepared p;
      if (auto task = storage::find_task(reader, queued.id)) p.task = std::move(*task);
      p.task.id = queued.id;
      p.task.concurrency_key = queued.concurrency_key;
      try {
        p.plan = parts.source.plan(reader, p.task);
      } catch (const storage::StorageError&) {
        throw;  // says nothing of the task
      } catch (...) {
        p.error = error_of(std::current_exception()).message();
      }
      prepared.push_back(std::move(p));
    }
    return prepared;
  });
}

std::shared_ptr<TaskRun> Engine::State::start(const TaskRecord& task, storage::Claim claim, planning::Plan plan,
                                              std::shared_ptr<Suspicion> suspicion) {
  const auto weak = weak_from_this();
  TaskOwner owner{parts,
                  installation,
                  [weak](const TaskRecord& task) {
                    if (const auto self = weak.lock()) self->on_strand([task](State& s) { s.on_ended(task); });
                  },
                  [weak](const std::string& task, const Error& error) {
                    if (const auto self = weak.lock())
                      self->on_strand([task, error](State& s) { s.on_lost(task, error); });
                  },
                  [weak](const std::string& task, bool idle) {
                    if (const auto self = weak.lock())
                      self->on_strand([task, idle](State& s) { s.on_idle(task, idle); });
                  },
                  [weak](const std::string& lock, const std::weak_ptr<UnitRun>& unit) {
                    if (const auto self = weak.lock()) {
                      self->on_strand([lock, unit](State& s) { s.lock_waiters.add(lock, unit); });
                    }
                  }};
  auto run = std::make_shared<TaskRun>(std::move(owner), task, std::move(claim), std::move(plan), std::move(suspicion));
  runs[task.id] = run;
  return run;
}

void Engine::State::changed(const std::vector<storage::Change>& changes) {
  std::vector<std::string> queued;
  for (const auto& change : changes) {
    switch (change.kind) {
      case storage::Change::Kind::task:
        if (change.is_gone) break;
        if (change.state == TaskState::Queued) queued.push_back(change.id);
        task_changed(change.id, *change.state);
        break;
      case storage::Change::Kind::lock:
        on_strand([lock = change.id](State& s) { s.lock_waiters.freed(lock); });
        break;
      case storage::Change::Kind::document:
        if (change.type == model::Space::type) on_strand([id = change.id](State& s) { s.space_changed(id); });
        if (change.type == storage::kQueueHoldType) on_strand([](State& s) { s.hold_changed(); });
        break;
      default:
        break;
    }
  }
  if (!queued.empty()) on_strand([queued = std::move(queued)](State& s) { s.load(queued); });
}

void Engine::State::task_changed(const std::string& id, TaskState state) {
  if (state == TaskState::Canceled || state == TaskState::TimedOut) {
    on_strand([id](State& s) { s.left_queue(id); });
  } else if (state == TaskState::Cancelling) {
    on_strand([id](State& s) {
      if (const auto it = s.runs.find(id); it != s.runs.end()) it->second->cancel();
    });
  }
}

void Engine::State::load(const std::vector<std::string>& ids) {
  if (!begun || node.epoch == 0) return;  // the whole queue is loaded when it is released
  std::vector<TaskRecord> tasks;
  try {
    tasks = find(ids, [](const TaskRecord& task) { return task.state == TaskState::Queued; });
  } catch (...) {
    parts.log.error("queued tasks could not be read",
                    {{"count", ids.size()}, {"error", error_of(std::current_exception()).message()}});
    return again_later([ids](State& s) { s.load(ids); });
  }
  for (const auto& task : tasks) enqueue(task);
  pump_soon();
}

template <class Condition>
std::vector<TaskRecord> Engine::State::find(const std::vector<std::string>& ids, Condition wanted) {
  return parts.database.read([&](storage::Reader& reader) {
    std::vector<TaskRecord> found;
    for (const auto& id : ids) {
      auto task = storage::find_task(reader, id);
      if (task && wanted(*task)) found.push_back(std::move(*task));
    }
    return found;
  });
}

/// The tasks of a space leave the queue when it is stopped, and come back from the database when it goes on.
void Engine::State::space_changed(const std::string& space) {
  try {
    const bool stops = parts.database.read(spaces_that_stopped).contains(space);
    if (stops == stopped_spaces.contains(space)) return;
    storage::TaskFilter filter;
    filter.space = space;
    filter.states = {TaskState::Queued};
    const auto tasks =
        parts.database.read([&](storage::Reader& r) { return storage::list_tasks(r, filter, storage::everything); });
    if (stops) {
      stopped_spaces.insert(space);
      for (const auto& task : tasks.items) queue.remove(task.id);
    } else {
      stopped_spaces.erase(space);
      for (const auto& task : tasks.items) enqueue(task);
    }
    pump_soon();
  } catch (...) {
    parts.log.error("a space's queue could not be read",
                    {{"space", space}, {"error", error_of(std::current_exception()).message()}});
    again_later([space](State& s) { s.space_changed(space); });
  }
}

void Engine::State::on_idle(const std::string& task, bool is_idle) {
  if (!is_idle || !runs.contains(task)) {
    idle.erase(task);
    return;
  }
  idle.insert(task);
  pump_soon();
}

void Engine::State::on_ended(const TaskRecord& task) {
  note_end(parts.log, task);
  runs.erase(task.id);
  idle.erase(task.id);
  queue.free(task.concurrency_key);
  pump_soon();
}

/// With its claim gone, the task is somebody else's. Otherwise the database refused a write: a full disk may have room
/// again soon, and until then nobody else goes on with the task.
void Engine::State::on_lost(const std::string& task, const Error& error) {
  runs.erase(task);
  idle.erase(task);
  if (error.code() == ErrorCode::fenced) {
    parts.log.warning("another holder goes on with a task", {{"task", task}, {"reason", error.message()}});
    return;
  }
  parts.log.error("a task stands still until the database takes writes again",
                  {{"task", task}, {"error", error.message()}});
  drop(task);
}

void Engine::State::drop(const std::string& task) {
  dropped.push_back(task);
  if (dropped.size() == 1) again_later([](State& s) { s.take_up_dropped(); });
}

void Engine::State::take_up_dropped() {
  try {
    auto left = find(dropped, [](const TaskRecord&) { return true; });
    std::erase_if(left,
                  [&](const TaskRecord& task) { return task.node != parts.options.node && !is_final(task.state); });
    const auto taken = take_over(left, false);
    dropped.clear();
    for (const auto& task : taken) resume(task);
    pump_soon();
  } catch (...) {
    parts.log.error("tasks still stand still",
                    {{"count", dropped.size()}, {"error", error_of(std::current_exception()).message()}});
    again_later([](State& s) { s.take_up_dropped(); });
  }
}

}  // namespace slipway::engine
