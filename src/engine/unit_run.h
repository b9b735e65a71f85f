// One unit of work while its task runs: enters its step, keeps it waiting, and enters it again.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/strand.h"
#include "engine/options.h"
#include "engine/suspicion.h"
#include "engine/unit_context.h"
#include "storage/tasks.h"

namespace slipway::engine {

/// How an ended unit reports to its task, with the lines that belong to its end.
struct UnitEnd {
  int unit = 0;
  UnitOutcome outcome;
  Time started{};
  std::vector<storage::LogLine> lines;
};

/// What a unit needs from its task. Called on the unit's strand.
struct UnitOwner {
  const EngineParts& parts;
  const std::string& installation;
  storage::Claim claim;
  std::shared_ptr<const UnitInputs> inputs;
  std::shared_ptr<const steps::StepType> step;
  std::shared_ptr<Suspicion> suspicion;  ///< null for most
  std::function<void(UnitEnd)> ended;
  std::function<void(bool)> waits;  ///< whether it holds a thread and a task slot, or waits; told at each change
  std::function<void(const std::string& lock)> wants_lock;  ///< tell on_lock_free() when the lock may be free
  std::function<void(const Error&)> lost;                   ///< a write was refused: the claim or the storage is gone
};

/// Threads: any; its work happens on a strand of its own.
class UnitRun : public std::enable_shared_from_this<UnitRun>, private UnitHost {
 public:
  /// `record` is new (attempt 1, no entries) or what a crash left behind, with its entries; then every open effect is
  /// doubtful as of now.
  UnitRun(UnitOwner, storage::UnitRecord record, std::vector<storage::JournalEntry> entries);

  void start();
  void cancel();
  void on_lock_free();
  /// Drops everything without a trace; for a stale claim and for shutdown.
  void abandon();

 private:
  struct Stall {
    SteadyTime since;
    std::size_t journal_length;
    Duration next_notice;  ///< the task's log tells of it after so long, and again after twice as long
    int unanswered_calls = 0;
  };

  void enter();
  void execute();
  void settle_after(UnitContext&, steps::Outcome);
  void wait_on(OpenWait);
  void set_waiting(bool);
  void observed(int position, const json::value& observation);
  void check_deadline(int position);
  void decide_wait(std::string verdict, json::value value, const std::vector<steps::Line>& lines);
  void store_wait(bool open, const std::vector<steps::Line>& lines);
  void park(const RetryLater&);
  void end_cancelled(std::map<std::string, std::string> outputs);
  void tell_stalled(Duration stuck, const std::string& why);
  void end(UnitOutcome);
  template <class F>
  void post(F work);
  template <class F>
  void post_at(SteadyTime when, F work);
  void guarded(const std::function<void()>& work);
  void run_step(UnitContext&);
  Duration spent() const;
  void keep_spent(int position);
  void lose(const Error&);
  std::string protect(const std::string& body) const;
  std::string unprotect(const std::string& body) const;
  void seal_secrets(UnitOutcome&) const;
  std::vector<storage::LogLine> to_log(const std::vector<steps::Line>&) const;

  bool has_line(LineBuffer::Place place) const override { return lines_.has(place); }
  void log(LineBuffer::Place, storage::LogLine) override;
  void flush_lines();
  void persist(const storage::JournalEntry&, LineBuffer::Place) override;
  std::optional<std::string> persist_with_lock(std::string_view key, const storage::JournalEntry&,
                                               LineBuffer::Place) override;
  std::string lock_name(std::string_view plain_key) const override { return owner_.parts.source.lock_name(plain_key); }
  bool cancel_requested() const override { return cancel_requested_; }
  Time now() const override;
  SteadyTime steady() const override;
  Duration settle_time() const override;
  std::optional<std::string> save(const std::string* lock, const storage::JournalEntry&, LineBuffer::Place,
                                  const std::vector<storage::LogLine>& more);

  UnitOwner owner_;
  Strand strand_;
  storage::UnitRecord record_;
  Journal journal_;
  LineBuffer lines_;
  bool begun_;  ///< its row is in the database
  bool over_ = false;
  bool waiting_ = false;
  bool cancel_requested_ = false;
  std::optional<OpenWait> wait_;
  SteadyTime waiting_since_;  ///< when the open wait was (re)opened
  bool fresh_ = false;        ///< the open wait has seen an observation since it was (re)opened
  std::unique_ptr<steps::Subscription> subscription_;
  std::string wanted_lock_;
  std::optional<Stall> stall_;  ///< while one entry after the other parks at the same place
  std::uint64_t entry_ = 0;     ///< counts entries, so that a timer of an earlier one does nothing
};

}  // namespace slipway::engine
