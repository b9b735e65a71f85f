#include "engine/task_run.h"

#include <fmt/format.h>

#include <utility>

#include "base/failpoint.h"

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

/// A step type lives as long as the catalogue, which outlives every run.
std::shared_ptr<const steps::StepType> borrowed(const steps::StepType* step) { return {std::shared_ptr<void>(), step}; }

}  // namespace

TaskRun::TaskRun(TaskTies ties, storage::TaskRecord record, storage::Claim claim, planning::Plan plan)
    : ties_(std::move(ties)),
      strand_(ties_.parts.executor),
      record_(std::move(record)),
      claim_(std::move(claim)),
      plan_(std::move(plan)),
      cancelled_(record_.state == TaskState::Cancelling) {}

void TaskRun::begin(std::vector<storage::UnitRecord> known) {
  strand_.post([self = shared_from_this(), known = std::move(known)] {
    try {
      for (const auto& unit : known) self->restore(unit);
      self->advance(nullptr);
    } catch (const Error& error) {
      self->give_up(error);
    }
  });
}

void TaskRun::fail(const Error& error) {
  strand_.post([self = shared_from_this(), error] { self->give_up(error); });
}

/// Storage that answers no more may do so again; records that make no sense never will.
void TaskRun::give_up(const Error& error) {
  if (over_) return;
  if (error.code() == ErrorCode::unavailable || error.code() == ErrorCode::fenced) return lose(error);
  for (const auto& [unit, run] : running_) run->abandon();
  running_.clear();
  results_.error = fmt::format("The records of this deployment can't be read: {} Deploy again.", error.message());
  Decision decision;
  decision.finished = decision.failed = true;
  try {
    ties_.parts.database.write("give up", [&](storage::Txn& txn) {
      storage::check_claim(txn, claim_);
      for (const auto& unit : storage::units_of(txn, record_.id)) storage::release_locks(txn, record_.id, unit.number);
      storage::append_log(txn, record_.id, {{0, 0, "Error", ties_.parts.clock.now(), results_.error}});
      finish(txn, decision);
    });
  } catch (const Error& refused) {
    return lose(refused);
  }
  over_ = true;
  ties_.ended(record_);
}

void TaskRun::restore(const storage::UnitRecord& unit) {
  if (unit.state == storage::UnitState::done) {
    note(unit.number, json::from_json<UnitOutcome>(json::parse(unit.outcome)));
    return;
  }
  auto entries = ties_.parts.database.read(
      [&](storage::Reader& reader) { return storage::entries_of(reader, unit.task, unit.number); });
  start_unit(unit, std::move(entries));
}

void TaskRun::note(int unit, const UnitOutcome& outcome) {
  states_[unit] = {true, outcome.Result};
  if (outcome.Result == steps::Result::Failed && results_.error.empty()) results_.error = outcome.Message;
  if (const auto* action = action_of(plan_, unit)) {
    auto& outputs = results_.outputs[action->Name];
    for (const auto& [name, value] : outcome.Outputs) outputs[name] = value;
    for (const auto& [name, sealed] : outcome.SealedOutputs) {
      outputs[name] = ties_.parts.source.unseal(record_.id, sealed);
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
  UnitTies ties{ties_.parts, ties_.installation, claim_, nullptr, nullptr, {}, {}, {}, {}};
  try {
    ties.inputs = ties_.parts.source.inputs(record_, *step, *action, results_);
  } catch (const Error& error) {
    const UnitEnd end = failed(unit, error.full_text(), ties_.parts.clock.now());
    return strand_.post([self = shared_from_this(), end] { self->unit_ended(end); });
  }
  ties.step = borrowed(ties_.parts.steps.find(action->ActionType));
  const auto weak = weak_from_this();
  ties.ended = [weak](UnitEnd end) {
    if (const auto self = weak.lock()) self->strand_.post([self, end = std::move(end)] { self->unit_ended(end); });
  };
  ties.waits = [weak, unit](bool waits) {
    if (const auto self = weak.lock()) self->strand_.post([self, unit, waits] { self->unit_waits(unit, waits); });
  };
  ties.wants_lock = [weak, unit](const std::string& lock) {
    if (const auto self = weak.lock()) {
      self->strand_.post([self, lock, unit] {
        if (const auto it = self->running_.find(unit); it != self->running_.end())
          self->ties_.wants_lock(lock, it->second);
      });
    }
  };
  ties.lost = [weak](const Error& error) {
    if (const auto self = weak.lock()) self->strand_.post([self, error] { self->give_up(error); });
  };
  auto run = std::make_shared<UnitRun>(std::move(ties), std::move(record), std::move(entries));
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
  if (std::exchange(idle_, idle) != idle) ties_.idle(record_.id, idle);
}

void TaskRun::unit_ended(const UnitEnd& end) {
  if (over_) return;
  running_.erase(end.unit);
  waiting_.erase(end.unit);
  try {
    advance(&end);
  } catch (const Error& error) {
    give_up(error);
  }
}

bool TaskRun::evaluate(const std::string& expression) {
  return ties_.parts.source.condition(record_, expression, results_);
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
    const Time now = ties_.parts.clock.now();
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
    ties_.parts.database.write("unit end", [&](storage::Txn& txn) {
      storage::check_claim(txn, claim_);
      for (const auto& end : ends) store_end(txn, end);
      if (decision.finished) finish(txn, decision);
    });
    failpoint("after unit end");
  }
  if (decision.finished) {
    over_ = true;
    ties_.ended(record_);
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
  record.ended = ties_.parts.clock.now();
  storage::put_unit(txn, record);
  storage::erase_entries(txn, record_.id, end.unit);
  storage::release_locks(txn, record_.id, end.unit);
  if (!end.lines.empty()) storage::append_log(txn, record_.id, end.lines);
}

void TaskRun::finish(storage::Txn& txn, const Decision& decision) {
  const TaskState state = cancelled_ ? TaskState::Canceled : decision.failed ? TaskState::Failed : TaskState::Success;
  const std::string error = cancelled_ ? "" : results_.error;
  const Time now = ties_.parts.clock.now();
  storage::finish_task(txn, claim_, state, error, decision.warnings, now);
  ties_.parts.source.ended(txn, record_, state, error);
  record_.state = state;
  record_.error = error;
  record_.completed = now;
  storage::compact_log(txn, record_.id);
}

void TaskRun::cancel() {
  strand_.post([self = shared_from_this()] {
    if (self->over_ || self->cancelled_) return;
    self->cancelled_ = true;
    for (const auto& [unit, run] : self->running_) run->cancel();
    if (self->running_.empty()) {
      try {
        self->advance(nullptr);
      } catch (const Error& error) {
        self->give_up(error);
      }
    }
  });
}

void TaskRun::abandon() {
  strand_.post([self = shared_from_this()] {
    self->over_ = true;
    for (const auto& [unit, run] : self->running_) run->abandon();
    self->running_.clear();
  });
}

void TaskRun::lose(const Error& error) {
  if (over_) return;
  over_ = true;
  for (const auto& [unit, run] : running_) run->abandon();
  running_.clear();
  ties_.lost(record_.id, error);
}

}  // namespace slipway::engine
