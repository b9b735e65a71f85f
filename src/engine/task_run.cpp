#include "engine/task_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <utility>

#include "base/failpoint.h"
#include "base/failure.h"

namespace slipway::engine {
namespace {

using storage::TaskState;

/// The end of a unit that was decided without starting it.
UnitEnd settled(int unit, steps::Result result, std::string_view category, std::string message, Time now) {
  UnitEnd end;
  end.unit = unit;
  end.started = now;
  end.lines.push_back({0, unit, std::string(category), now, message});
  end.outcome = {result, std::move(message), {}};
  return end;
}

UnitEnd skipped(const Decision::Settled& skip, Time now) {
  UnitEnd end = settled(skip.unit, steps::Result::Skipped, "Info", "Skipped. " + skip.reason, now);
  end.outcome.Message = skip.reason;
  return end;
}

UnitEnd failed(int unit, std::string message, Time now) {
  return settled(unit, steps::Result::Failed, "Error", std::move(message), now);
}

/// A deployment that deploys nothing is none that its owner wants to read "success" of alone.
std::string why_nothing_ran(const planning::Plan& plan) {
  return fmt::format("No step ran, so nothing was deployed: {}", plan.Steps.empty()
                                                                     ? "the release's process has none that is enabled."
                                                                     : "each of them was skipped, and says why.");
}

/// A step type lives as long as the catalogue, which outlives every run.
std::shared_ptr<const steps::StepType> borrowed(const steps::StepType* step) { return {std::shared_ptr<void>(), step}; }

}  // namespace

TaskRun::TaskRun(TaskOwner owner, storage::TaskRecord record, storage::Claim claim, planning::Plan plan,
                 std::shared_ptr<Suspicion> suspicion)
    : owner_(std::move(owner)),
      strand_(owner_.parts.executor),
      record_(std::move(record)),
      claim_(std::move(claim)),
      plan_(std::move(plan)),
      suspicion_(std::move(suspicion)),
      cancelled_(record_.state == TaskState::Cancelling) {}

/// The one way onto the strand: whatever is thrown there ends this run or the task, and nothing else.
template <class F>
void TaskRun::post(F work) {
  strand_.post([self = shared_from_this(), work = std::move(work)] { self->guarded([&] { work(*self); }); });
}

void TaskRun::guarded(const std::function<void()>& work) {
  try {
    work();
  } catch (const Lost& lost) {
    give_up(lost.why);
  } catch (...) {
    give_up(error_of(std::current_exception()));
  }
}

void TaskRun::begin(std::vector<storage::UnitRecord> known) {
  post([known = std::move(known)](TaskRun& self) {
    const Suspicion::Running running(self.suspicion_.get());
    for (const auto& unit : known) self.restore(unit);
    self.advance(nullptr);
  });
}

void TaskRun::fail(std::string reason) {
  post([reason = std::move(reason)](TaskRun& self) { self.end_failed(reason); });
}

/// Storage that answers no more may do so again; records that make no sense never will.
void TaskRun::give_up(const Error& error) {
  if (over_) return;
  if (error.code() == ErrorCode::unavailable || error.code() == ErrorCode::fenced) return lose(error);
  end_failed(fmt::format("The records of this deployment can't be read: {} Deploy again.", error.message()));
}

void TaskRun::end_failed(std::string reason) {
  if (over_) return;
  for (const auto& [unit, run] : running_) run->abandon();
  running_.clear();
  results_.error = std::move(reason);
  failed_step_.clear();
  Decision decision;
  decision.finished = decision.failed = true;
  try {
    owner_.parts.database.write("give up", [&](storage::Txn& txn) {
      storage::check_claim(txn, claim_);
      for (const auto& unit : storage::units_of(txn, record_.id)) storage::release_locks(txn, record_.id, unit.number);
      storage::append_log(txn, record_.id, {{0, 0, "Error", owner_.parts.clock.now(), results_.error}});
      finish(txn, decision);
    });
  } catch (...) {
    return lose(error_of(std::current_exception()));
  }
  over_ = true;
  owner_.ended(record_);
}

void TaskRun::restore(const storage::UnitRecord& unit) {
  if (action_of(plan_, unit.number) == nullptr) {
    slipway::fail(ErrorCode::internal,
                  fmt::format("Its plan has no unit {}, of which there are records.", unit.number));
  }
  if (unit.state == storage::UnitState::done) {
    note(unit.number, json::from_json<UnitOutcome>(json::parse(unit.outcome)));
    return;
  }
  auto entries = owner_.parts.database.read(
      [&](storage::Reader& reader) { return storage::entries_of(reader, unit.task, unit.number); });
  start_unit(unit, std::move(entries));
}

void TaskRun::note(int unit, const UnitOutcome& outcome) {
  states_[unit] = {true, outcome.Result};
  const auto* action = action_of(plan_, unit);
  if (outcome.Result == steps::Result::Failed && results_.error.empty()) {
    results_.error = outcome.Message;
    if (action != nullptr) failed_step_ = action->Name;
  }
  if (action != nullptr) {
    auto& outputs = results_.outputs[action->Name];
    for (const auto& [name, value] : outcome.Outputs) outputs[name] = value;
    for (const auto& [name, sealed] : outcome.SealedOutputs) {
      outputs[name] = owner_.parts.source.unseal(record_.id, sealed);
      results_.secret_outputs.emplace(action->Name, name);
    }
  }
}

void TaskRun::start_unit(storage::UnitRecord record, std::vector<storage::JournalEntry> entries) {
  const int unit = record.number;
  states_[unit] = {};
  const planning::PlannedStep* step = nullptr;
  const auto* action = action_of(plan_, unit);
  for (const auto& candidate : plan_.Steps) {
    for (const auto& own : candidate.Actions) {
      if (&own == action) step = &candidate;
    }
  }
  UnitOwner owner{owner_.parts, owner_.installation, claim_, nullptr, nullptr, suspicion_, {}, {}, {}, {}};
  try {
    owner.inputs = from_records([&] { return owner_.parts.source.inputs(record_, *step, *action, results_); });
  } catch (const Lost&) {
    throw;
  } catch (...) {
    const Error why = error_of(std::current_exception());
    const UnitEnd end = failed(unit, why.full_text(), owner_.parts.clock.now());
    return post([end](TaskRun& self) { self.unit_ended(end); });
  }
  owner.step = borrowed(owner_.parts.steps.find(action->ActionType));
  const auto weak = weak_from_this();
  owner.ended = [weak](UnitEnd end) {
    if (const auto self = weak.lock()) self->post([end = std::move(end)](TaskRun& run) { run.unit_ended(end); });
  };
  owner.waits = [weak, unit](bool waits) {
    if (const auto self = weak.lock()) self->post([unit, waits](TaskRun& run) { run.unit_waits(unit, waits); });
  };
  owner.wants_lock = [weak, unit](const std::string& lock) {
    if (const auto self = weak.lock()) {
      self->post([lock, unit](TaskRun& run) {
        if (const auto it = run.running_.find(unit); it != run.running_.end()) run.owner_.wants_lock(lock, it->second);
      });
    }
  };
  owner.lost = [weak](const Error& error) {
    if (const auto self = weak.lock()) self->post([error](TaskRun& run) { run.give_up(error); });
  };
  auto run = std::make_shared<UnitRun>(std::move(owner), std::move(record), std::move(entries));
  running_[unit] = run;
  if (cancelled_) run->cancel();
  run->start();
}

void TaskRun::unit_waits(int unit, bool waits) {
  if (over_ || !running_.contains(unit)) return;
  if (waits) {
    waiting_.insert(unit);
  } else {
    waiting_.erase(unit);
  }
  tell_whether_idle();
}

/// A task that only waits frees its slot under the task cap (TSK-4).
void TaskRun::tell_whether_idle() {
  const bool idle = !running_.empty() && waiting_.size() == running_.size();
  if (std::exchange(idle_, idle) != idle) owner_.idle(record_.id, idle);
}

void TaskRun::unit_ended(const UnitEnd& end) {
  if (over_) return;
  running_.erase(end.unit);
  waiting_.erase(end.unit);
  const Suspicion::Running running(suspicion_.get());
  advance(&end);
}

/// What can't be evaluated fails its step (PRC-6), whatever the reason; records that can't be read now fail nothing.
bool TaskRun::evaluate(const std::string& expression) {
  try {
    return from_records([&] { return owner_.parts.source.condition(record_, expression, results_); });
  } catch (const Lost&) {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    fail_invalid("The run condition needs more memory than this server has. Make it, or the values in it, smaller.");
  } catch (...) {
    fail_invalid(fmt::format("The run condition can't be evaluated. {}", error_of(std::current_exception()).message()));
  }
}

void TaskRun::advance(const UnitEnd* first) {
  if (over_) return;
  std::vector<UnitEnd> ends;
  if (first != nullptr) {
    note(first->unit, first->outcome);
    ends.push_back(*first);
  }
  const ConditionEvaluator evaluator = [this](const std::string& expression) { return evaluate(expression); };
  Decision decision = decide(plan_, states_, cancelled_, evaluator);
  while (!decision.skip.empty() || !decision.fail.empty()) {
    const Time now = owner_.parts.clock.now();
    const auto settle = [&](UnitEnd end) {
      note(end.unit, end.outcome);
      ends.push_back(std::move(end));
    };
    for (const auto& unit : decision.skip) settle(skipped(unit, now));
    for (const auto& unit : decision.fail) settle(failed(unit.unit, unit.reason, now));
    decision = decide(plan_, states_, cancelled_, evaluator);
  }
  if (!ends.empty() || decision.finished) {
    failpoint("before unit end");
    const auto is_progress = [&](const UnitEnd& end) { return suspicion_->ends_with(end.unit); };
    const bool clears = suspicion_ && std::ranges::any_of(ends, is_progress);
    owner_.parts.database.write("unit end", [&](storage::Txn& txn) {
      storage::check_claim(txn, claim_);
      for (const auto& end : ends) store_end(txn, end);
      if (clears) storage::clear_suspect(txn, record_.id);
      if (decision.finished) finish(txn, decision);
    });
    if (clears) suspicion_->ended();
    failpoint("after unit end");
  }
  if (decision.finished) {
    over_ = true;
    owner_.ended(record_);
    return;
  }
  for (const int unit : decision.start) {
    storage::UnitRecord record;
    record.task = record_.id;
    record.number = unit;
    start_unit(std::move(record), {});
  }
  tell_whether_idle();
}

void TaskRun::store_end(storage::Txn& txn, const UnitEnd& end) {
  storage::UnitRecord record;
  record.task = record_.id;
  record.number = end.unit;
  record.state = storage::UnitState::done;
  record.outcome = json::to_text(json::to_json(end.outcome));
  record.started = end.started;
  record.ended = std::max(owner_.parts.clock.now(), end.started);
  storage::put_unit(txn, record);
  storage::erase_entries(txn, record_.id, end.unit);
  storage::release_locks(txn, record_.id, end.unit);
  if (!end.lines.empty()) storage::append_log(txn, record_.id, end.lines);
}

/// As the task shows it: among twenty steps, where.
std::string TaskRun::error_with_step() const {
  if (failed_step_.empty()) return results_.error;
  return fmt::format("Step {}: {}", failed_step_, results_.error);
}

void TaskRun::finish(storage::Txn& txn, const Decision& decision) {
  const TaskState state = cancelled_ ? TaskState::Canceled : decision.failed ? TaskState::Failed : TaskState::Success;
  const std::string error = cancelled_ ? "" : error_with_step();
  if (suspicion_) storage::clear_suspect(txn, record_.id);
  const Time now = std::max(owner_.parts.clock.now(), record_.started.value_or(Time()));
  if (decision.nothing_ran) storage::append_log(txn, record_.id, {{0, 0, "Warning", now, why_nothing_ran(plan_)}});
  storage::finish_task(txn, claim_, state, error, decision.warnings, now);
  owner_.parts.source.ended(txn, record_, state, error);
  record_.state = state;
  record_.error = error;
  record_.completed = now;
  storage::compact_log(txn, record_.id);
}

void TaskRun::cancel() {
  post([](TaskRun& self) {
    if (self.over_ || self.cancelled_) return;
    self.cancelled_ = true;
    for (const auto& [unit, run] : self.running_) run->cancel();
    if (self.running_.empty()) self.advance(nullptr);
  });
}

void TaskRun::abandon() {
  post([](TaskRun& self) {
    self.over_ = true;
    for (const auto& [unit, run] : self.running_) run->abandon();
    self.running_.clear();
  });
}

void TaskRun::lose(const Error& error) {
  if (over_) return;
  over_ = true;
  for (const auto& [unit, run] : running_) run->abandon();
  running_.clear();
  owner_.lost(record_.id, error);
}

}  // namespace slipway::engine
