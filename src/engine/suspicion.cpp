#include "engine/suspicion.h"

#include <fmt/format.h>

#include <vector>

#include "engine/lost.h"
#include "engine/progress.h"
#include "storage/journal.h"
#include "storage/tasks.h"

namespace slipway::engine {

std::pair<bool, std::set<int>> may_have_run(storage::Reader& reader, const std::string& task) {
  std::set<int> at_work;
  bool waits = false;
  for (const auto& unit : storage::units_of(reader, task)) {
    if (unit.state != storage::UnitState::running) continue;
    const auto entries = storage::entries_of(reader, task, unit.number);
    const bool is_waiting = !entries.empty() && entries.back().open && entries.back().kind == storage::EntryKind::await;
    waits |= is_waiting;
    if (!is_waiting) at_work.insert(unit.number);
  }
  return {!at_work.empty() || !waits, at_work};
}

std::string why_fatal(const planning::Plan& plan, const std::set<int>& units) {
  std::vector<std::string> steps;
  for (const int unit : units) {
    if (const auto* action = action_of(plan, unit))
      steps.push_back(fmt::format("the step \"{}\" or the conditions after it", action->Name));
  }
  return fmt::format(
      "The server ended twice while it worked on {}, with nothing new stored in between, so it is not tried a third "
      "time. Look for very large values, texts and conditions there, and at the server's memory and log. What was "
      "begun "
      "in AWS was left as it is: check it before you deploy again.",
      steps.empty() ? "what this deployment does next" : fmt::format("{}", fmt::join(steps, " and ")));
}

Suspicion::Suspicion(storage::Database& database, std::mutex& one_at_a_time, std::string task, std::set<int> units)
    : database_(database), one_at_a_time_(one_at_a_time), task_(std::move(task)), units_(std::move(units)) {}

void Suspicion::mark(bool is_running) {
  if (over_) return;
  from_records([&] {
    database_.write("mark suspect", [&](storage::Txn& txn) { storage::mark_suspect(txn, task_, is_running); });
  });
}

Suspicion::Running::Running(Suspicion* suspicion)
    : suspicion_(suspicion != nullptr && !suspicion->over_ ? suspicion : nullptr) {
  if (suspicion_ == nullptr) return;
  suspicion_->one_at_a_time_.lock();
  try {
    suspicion_->mark(true);
  } catch (...) {
    suspicion_->one_at_a_time_.unlock();
    throw;
  }
}

Suspicion::Running::~Running() {
  if (suspicion_ != nullptr) leave();
}

/// A mark that can't be taken off, because the storage fails, stays until the task's code runs next.
void Suspicion::Running::leave() {
  if (suspicion_ == nullptr) return;
  try {
    suspicion_->mark(false);
  } catch (...) {
  }
  suspicion_->one_at_a_time_.unlock();
}

void Suspicion::Running::come_back() {
  if (suspicion_ == nullptr) return;
  suspicion_->one_at_a_time_.lock();
  try {
    suspicion_->mark(true);
  } catch (...) {
  }
}

}  // namespace slipway::engine
