#include "engine/suspicion.h"

#include "engine/lost.h"

namespace slipway::engine {

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
