#include "engine/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <set>

#include "base/strand.h"
#include "engine/task_queue.h"
#include "engine/task_run.h"
#include "storage/contents.h"

namespace slipway::engine {
namespace {

using storage::TaskRecord;
using storage::TaskState;

std::string text_of(const planning::Plan& plan) { return json::to_text(json::to_json(plan)); }

/// A plan that ends the task at once with the reason why there is none.
struct Prepared {
  TaskRecord task;
  std::shared_ptr<const planning::Plan> plan;
  std::string error;
};

}  // namespace

struct Engine::State : std::enable_shared_from_this<State> {
  explicit State(EngineParts p) : parts(std::move(p)), strand(parts.executor) {}

  void take_over();
  void enqueue(const TaskRecord&);
  void due(const std::string& id);
  void pump_soon();
  void pump();
  std::vector<Prepared> prepare(const std::vector<QueuedTask>&);
  std::vector<std::optional<storage::Claim>> claim(storage::Txn&, std::vector<Prepared>&);
  void run(const Prepared&, storage::Claim, std::vector<storage::UnitRecord> known);
  void changed(const std::vector<storage::Change>&);
  void load(const std::vector<std::string>& ids);
  void retry_lock(const std::string& lock);
  void on_ended(const TaskRecord&);
  void on_lost(const std::string& task, const Error&);
  void on_idle(const std::string& task, bool is_idle);
  void wait_for_lock(const std::string& lock, const std::weak_ptr<UnitRun>&);
  template <class F>
  void on_strand(F work) {
    strand.post([weak = weak_from_this(), work = std::move(work)]() mutable {
      if (const auto self = weak.lock(); self && !self->stopping) work(*self);
    });
  }

  EngineParts parts;
  Strand strand;
  std::atomic<bool> stopping{false};
  // The rest belongs to the strand.
  bool pump_due = false;
  bool broken = false;  ///< storage refused a claim: nothing more is claimed until the next start
  TaskQueue queue;
  std::map<std::string, std::shared_ptr<TaskRun>> runs;
  std::set<std::string> idle;  ///< those of runs that only wait: they hold no slot (TSK-4)
  std::map<std::string, std::vector<std::weak_ptr<UnitRun>>> lock_waiters;
};

Engine::Engine(EngineParts parts) : state_(std::make_shared<State>(std::move(parts))) {}
Engine::~Engine() { stop(); }

void Engine::start() {
  state_->parts.database.subscribe([weak = std::weak_ptr(state_)](const std::vector<storage::Change>& changes) {
    if (const auto state = weak.lock()) state->changed(changes);
  });
  state_->take_over();
}

void Engine::stop() {
  if (state_->stopping.exchange(true)) return;
  state_->strand.post([state = state_] {
    for (const auto& [id, run] : state->runs) run->abandon();
    state->runs.clear();
  });
}

void Engine::State::take_over() {
  auto& database = parts.database;
  std::vector<TaskRecord> left = database.read([](storage::Reader& r) { return storage::claimed_tasks(r); });
  std::vector<storage::Claim> claims;
  if (!left.empty()) {
    claims = database.write("take over tasks", [&](storage::Txn& txn) {
      std::vector<storage::Claim> fresh;
      for (const auto& task : left) {
        auto claim = storage::take_over_task(txn, task.id, parts.options.node);
        fresh.push_back(claim ? *claim : storage::Claim{});
      }
      return fresh;
    });
    parts.log.info("took over tasks that were executing", {{"count", left.size()}});
  }
  on_strand([left = std::move(left), claims = std::move(claims)](State& self) {
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (claims[i].task.empty()) continue;
      self.queue.occupy(left[i].concurrency_key);
      auto [plan, units] = self.parts.database.read([&](storage::Reader& reader) {
        const auto text = storage::get_content(reader, left[i].plan);
        return std::pair(text ? json::from_json<planning::Plan>(json::parse(*text)) : planning::Plan{},
                         storage::units_of(reader, left[i].id));
      });
      self.run({left[i], std::make_shared<const planning::Plan>(std::move(plan)), {}}, claims[i], std::move(units));
    }
    for (const auto& task : self.parts.database.read([](storage::Reader& r) { return storage::queued_tasks(r); })) {
      self.enqueue(task);
    }
    self.pump_soon();
  });
}

/// Into the queue now, or when its time comes; with an expiry if it has one.
void Engine::State::enqueue(const TaskRecord& task) {
  const Time now = parts.clock.now();
  const auto at = [&](Time when) { return parts.clock.steady() + std::max(when - now, Duration(0)); };
  if (task.queue_expiry) {
    strand.post_at(at(*task.queue_expiry), [weak = weak_from_this(), id = task.id] {
      if (const auto self = weak.lock(); self && !self->stopping) self->due(id);
    });
  }
  if (task.queued > now) {
    strand.post_at(at(task.queued), [weak = weak_from_this(), task] {
      if (const auto self = weak.lock(); self && !self->stopping) {
        self->enqueue(task);
        self->pump_soon();
      }
    });
    return;
  }
  queue.add({task.id, task.concurrency_key, task.priority, task.queued});
}

/// Its expiry has come: it times out if it still has not started (SCH-1).
void Engine::State::due(const std::string& id) {
  queue.remove(id);
  try {
    parts.database.write("expire task", [&](storage::Txn& txn) { storage::expire_task(txn, id, parts.clock.now()); });
  } catch (const Error& error) {
    on_lost(id, error);
  }
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
  if (broken || runs.size() - idle.size() >= parts.options.task_cap) return;
  const std::size_t free_slots = parts.options.task_cap - (runs.size() - idle.size());
  const auto batch = queue.take(std::min(parts.options.claim_batch, free_slots));
  if (batch.empty()) return;
  std::vector<Prepared> prepared = prepare(batch);
  std::vector<std::optional<storage::Claim>> claims;
  try {
    claims = parts.database.write("claim tasks", [&](storage::Txn& txn) { return claim(txn, prepared); });
  } catch (const Error& error) {
    parts.log.error("claiming tasks failed; this node claims no more until it is restarted",
                    {{"error", error.message()}});
    broken = true;
    return;
  }
  for (std::size_t i = 0; i < prepared.size(); ++i) {
    if (claims[i] && prepared[i].error.empty()) {
      run(prepared[i], *claims[i], {});
    } else {
      queue.free(prepared[i].task.concurrency_key);
    }
  }
  pump_soon();
}

/// A task without a plan ends at once.
std::vector<std::optional<storage::Claim>> Engine::State::claim(storage::Txn& txn, std::vector<Prepared>& prepared) {
  std::vector<std::optional<storage::Claim>> claims;
  for (auto& p : prepared) {
    p.task.plan = storage::put_content(txn, text_of(*p.plan));
    claims.push_back(storage::claim_task(txn, p.task.id, parts.options.node, p.task.plan, parts.clock.now()));
    if (!claims.back()) continue;
    parts.source.started(txn, p.task);
    if (p.error.empty()) continue;
    storage::append_log(txn, p.task.id, {{0, 0, "Error", parts.clock.now(), p.error}});
    storage::finish_task(txn, *claims.back(), TaskState::Failed, p.error, false, parts.clock.now());
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
        p.plan = std::make_shared<const planning::Plan>(parts.source.plan(reader, p.task));
      } catch (const Error& error) {
        p.plan = std::make_shared<const planning::Plan>();
        p.error = error.message();
      }
      prepared.push_back(std::move(p));
    }
    return prepared;
  });
}

void Engine::State::run(const Prepared& prepared, storage::Claim claim, std::vector<storage::UnitRecord> known) {
  const auto weak = weak_from_this();
  TaskTies ties{parts,
                [weak](const TaskRecord& task) {
                  if (const auto self = weak.lock()) self->on_strand([task](State& s) { s.on_ended(task); });
                },
                [weak](const std::string& task, const Error& error) {
                  if (const auto self = weak.lock())
                    self->on_strand([task, error](State& s) { s.on_lost(task, error); });
                },
                [weak](const std::string& task, bool idle) {
                  if (const auto self = weak.lock()) self->on_strand([task, idle](State& s) { s.on_idle(task, idle); });
                },
                [weak](const std::string& lock, const std::weak_ptr<UnitRun>& unit) {
                  if (const auto self = weak.lock()) {
                    self->on_strand([lock, unit](State& s) { s.wait_for_lock(lock, unit); });
                  }
                }};
  auto run = std::make_shared<TaskRun>(std::move(ties), prepared.task, std::move(claim), prepared.plan);
  runs[prepared.task.id] = run;
  run->begin(std::move(known));
}

void Engine::State::changed(const std::vector<storage::Change>& changes) {
  std::vector<std::string> queued;
  for (const auto& change : changes) {
    switch (change.kind) {
      case storage::Change::Kind::task:
        if (change.detail == to_string(TaskState::Queued)) {
          queued.push_back(change.id);
        } else if (change.detail == to_string(TaskState::Canceled) || change.detail == to_string(TaskState::TimedOut)) {
          on_strand([id = change.id](State& s) { s.queue.remove(id); });
        }
        break;
      case storage::Change::Kind::task_cancel:
        on_strand([id = change.id](State& s) {
          if (const auto it = s.runs.find(id); it != s.runs.end()) it->second->cancel();
        });
        break;
      case storage::Change::Kind::lock_released:
        on_strand([lock = change.id](State& s) { s.retry_lock(lock); });
        break;
      default:
        break;
    }
  }
  if (!queued.empty()) on_strand([queued = std::move(queued)](State& s) { s.load(queued); });
}

void Engine::State::load(const std::vector<std::string>& ids) {
  const auto tasks = parts.database.read([&](storage::Reader& reader) {
    std::vector<TaskRecord> found;
    for (const auto& id : ids) {
      auto task = storage::find_task(reader, id);
      if (task && task->state == TaskState::Queued) found.push_back(std::move(*task));
    }
    return found;
  });
  for (const auto& task : tasks) enqueue(task);
  pump_soon();
}

void Engine::State::retry_lock(const std::string& lock) {
  const auto it = lock_waiters.find(lock);
  if (it == lock_waiters.end()) return;
  const auto waiters = std::move(it->second);
  lock_waiters.erase(it);
  for (const auto& waiter : waiters) {
    if (const auto unit = waiter.lock()) unit->on_lock_free();
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
  runs.erase(task.id);
  idle.erase(task.id);
  queue.free(task.concurrency_key);
  pump_soon();
}

void Engine::State::on_lost(const std::string& task, const Error& error) {
  parts.log.error("a task was dropped here; its next holder goes on with it",
                  {{"task", task}, {"error", error.message()}});
  runs.erase(task);
  idle.erase(task);
}

/// The lock may have been freed between the unit's try and now, so the unit tries once more at once.
void Engine::State::wait_for_lock(const std::string& lock, const std::weak_ptr<UnitRun>& unit) {
  auto& waiters = lock_waiters[lock];
  const auto same = [&](const auto& waiter) { return !waiter.owner_before(unit) && !unit.owner_before(waiter); };
  const bool known = std::any_of(waiters.begin(), waiters.end(), same);
  if (known) return;
  waiters.push_back(unit);
  if (const auto waiting = unit.lock()) waiting->on_lock_free();
}

}  // namespace slipway::engine
