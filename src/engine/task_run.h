// One claimed task while it runs: starts its units as the plan allows, and ends it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/strand.h"
#include "engine/options.h"
#include "engine/progress.h"
#include "engine/suspicion.h"
#include "engine/unit_run.h"
#include "storage/tasks.h"

namespace slipway::engine {

/// What a task tells the engine. Called on the task's strand.
struct TaskOwner {
  const EngineParts& parts;
  const std::string& installation;
  std::function<void(const storage::TaskRecord&)> ended;
  std::function<void(const std::string& task, const Error&)> lost;
  std::function<void(const std::string& task, bool idle)> idle;  ///< whether all that it does is wait
  std::function<void(const std::string& lock, const std::weak_ptr<UnitRun>&)> wants_lock;
};

/// Threads: any; its work happens on a strand of its own.
class TaskRun : public std::enable_shared_from_this<TaskRun> {
 public:
  /// `suspicion`: null unless the process may have died of it.
  TaskRun(TaskOwner, storage::TaskRecord, storage::Claim, planning::Plan, std::shared_ptr<Suspicion> suspicion);

  /// Goes on from what the database holds of its units: nothing for a fresh task, anything after a crash.
  void begin(std::vector<storage::UnitRecord> known);
  /// Ends the task as failed, with this sentence: it can't be gone on with.
  void fail(std::string reason);
  void cancel();
  void abandon();

 private:
  template <class F>
  void post(F work);
  void guarded(const std::function<void()>& work);
  void end_failed(std::string reason);
  void restore(const storage::UnitRecord&);
  void start_unit(storage::UnitRecord, std::vector<storage::JournalEntry>);
  void unit_waits(int unit, bool waits);
  void tell_whether_idle();
  void unit_ended(const UnitEnd&);
  /// Decides until nothing new can be decided; `first` is the end of a unit that this write also stores, if any.
  void advance(const UnitEnd* first);
  void store_end(storage::Txn&, const UnitEnd&);
  std::string error_with_step() const;
  void finish(storage::Txn&, const Decision&);
  void note(int unit, const UnitOutcome&);
  void give_up(const Error&);
  void lose(const Error&);
  bool evaluate(const std::string& expression);

  TaskOwner owner_;
  Strand strand_;
  storage::TaskRecord record_;
  storage::Claim claim_;
  const planning::Plan plan_;
  const std::shared_ptr<Suspicion> suspicion_;
  UnitStates states_;
  planning::StepResults results_;
  std::string failed_step_;  ///< whose error is results_.error; "" where that is none of a step
  std::map<int, std::shared_ptr<UnitRun>> running_;
  std::set<int> waiting_;  ///< those of running_ that wait
  bool idle_ = false;
  bool cancelled_ = false;
  bool over_ = false;
};

}  // namespace slipway::engine
