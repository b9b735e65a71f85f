// A task that the process may have died of, as one whose texts need more memory than there is: so that it ends, saying
// so, instead of taking the server with it at every start.
//
// What a dead process left executing (and not only waiting) is under suspicion until something of it is stored again.
// Its code runs alone among its like and under a durable mark, which is taken off during calls to the outside. A start
// that finds the mark therefore knows of what the process died; at the second such death the task fails. A process that
// is killed leaves the mark only if it is hit inside the few milliseconds of code between two calls, and no task fails
// of that unless it happens to the same one twice with nothing stored in between.
#pragma once

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "planning/plan.h"
#include "storage/suspects.h"

namespace slipway::engine {

/// Whether a dead process may have been running its code, and the units that had begun and did not wait. What waits ran
/// nothing.
std::pair<bool, std::set<int>> may_have_run(storage::Reader&, const std::string& task);
/// What a task fails with that the process died of twice; `units` are those that were at work.
std::string why_fatal(const planning::Plan&, const std::set<int>& units);

/// Of one task. Threads: any.
class Suspicion {
 public:
  /// `one_at_a_time` is shared by all; `units` are those that had begun and did not wait, none when it was the task's
  /// own code (deciding what starts next).
  Suspicion(storage::Database&, std::mutex& one_at_a_time, std::string task, std::set<int> units);

  /// Whether the suspicion ends with a transaction that stores progress of `unit`. Once that is durable: ended().
  bool ends_with(int unit) const { return !over_ && (units_.empty() || units_.contains(unit)); }
  void ended() { over_ = true; }

  class Running;

 private:
  void mark(bool is_running);

  storage::Database& database_;
  std::mutex& one_at_a_time_;
  const std::string task_;
  const std::set<int> units_;
  std::atomic<bool> over_{false};
};

/// While it lives, the task's code runs. Does nothing without a suspicion.
class Suspicion::Running {
 public:
  /// Throws Lost when the mark can't be set.
  explicit Running(Suspicion*);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  /// Makes a call to the outside.
  template <class F>
  auto outside(F call) {
    const Outside away(*this);
    return call();
  }

 private:
  class Outside {
   public:
    explicit Outside(Running& running) : running_(running) { running_.leave(); }
    ~Outside() { running_.come_back(); }
    Outside(const Outside&) = delete;
    Outside& operator=(const Outside&) = delete;

   private:
    Running& running_;
  };
  void leave();
  void come_back();

  Suspicion* const suspicion_;  ///< null when there is none
};

}  // namespace slipway::engine
