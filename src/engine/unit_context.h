// The durable context of one entry of a step: replays the journal, and extends it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "engine/line_buffer.h"
#include "engine/lost.h"
#include "engine/suspicion.h"
#include "engine/task_source.h"
#include "steps/step.h"
#include "storage/journal.h"
#include "storage/task_log.h"

namespace slipway::engine {

/// The verdict of an await as journaled, and while it is open what is needed to go on waiting.
struct WaitEntry {
  std::string Verdict;  ///< "" while open; "value", "timed out", "cancelled"
  json::value Value;    ///< once decided: the value, or the watch's last state
  json::value State;    ///< of the watch, while open
  /// Its limit, and how much of it was spent when the entry was stored, in microseconds of the monotonic clock: only
  /// what a server watched counts, whatever became of the wall clock.
  std::optional<std::int64_t> Limit;
  std::int64_t Spent = 0;
  std::optional<Time> Deadline = {};  ///< what earlier versions stored in their place
};
BOOST_DESCRIBE_STRUCT(WaitEntry, (), (Verdict, Value, State, Limit, Spent, Deadline))

/// Where an entry of a step stopped to wait.
struct OpenWait {
  int position = 0;
  std::string name;
  std::shared_ptr<const steps::Watch> watch;
  WaitEntry entry;
};

/// A journal in memory; what UnitRun keeps between entries.
struct Journal {
  std::map<int, storage::JournalEntry> entries;
  /// For an effect whose intent stands without a result: since when a lost call may still take effect. Absent = surely
  /// nothing has happened (or happened here and is known).
  std::map<int, SteadyTime> doubtful;
  bool cancel_delivered = false;
};

/// What the context asks of the unit that it runs for.
class UnitHost {
 public:
  virtual ~UnitHost() = default;
  virtual bool has_line(LineBuffer::Place) const = 0;
  /// Keeps a line for the log.
  virtual void log(LineBuffer::Place, storage::LogLine) = 0;
  /// Stores an entry together with the lines that wait, up to that place, in one fenced write, then in `journal`.
  virtual void persist(const storage::JournalEntry&, LineBuffer::Place) = 0;
  /// Like persist, but only if the lock `key` is free or ours; otherwise nothing is stored and its holder is returned.
  virtual std::optional<std::string> persist_with_lock(std::string_view key, const storage::JournalEntry&,
                                                       LineBuffer::Place) = 0;
  virtual std::string lock_name(std::string_view plain_key) const = 0;
  virtual bool cancel_requested() const = 0;
  virtual Time now() const = 0;
  virtual SteadyTime steady() const = 0;
  virtual Duration settle_time() const = 0;
};

/// A change whose outcome nobody can tell: its answer was lost and it can't be looked up. Ends the step (TSK-10).
class UnknownOutcome : public Error {
 public:
  using Error::Error;
};

class UnitContext final : public steps::StepContext {
 public:
  UnitContext(UnitHost&, Journal&, const UnitInputs&, Suspicion::Running&, std::string token, int unit, Time started);

  const steps::ActionSpec& action() const override { return inputs_.action(); }
  std::string evaluate(std::string_view text) const override { return inputs_.evaluate(text); }
  std::optional<std::string> variable(std::string_view name) const override { return inputs_.variable(name); }
  std::string secret_property(std::string_view name) const override { return inputs_.secret_property(name); }
  bool holds_secret(std::string_view text) const override { return inputs_.mask(text) != text; }
  std::string token() const override { return token_; }
  Time time() const override { return time_; }
  void log(steps::LineKind, std::string text) override;
  void output(std::string name, std::string value) override { outputs_[std::move(name)] = std::move(value); }
  steps::AwaitState lock(std::string_view key, std::string_view what) override;

  /// The await that returned pending, if the entry waits for one; a lock that is held elsewhere waits without a watch.
  const std::optional<OpenWait>& open_wait() const { return open_wait_; }
  const std::string& wanted_lock() const { return wanted_lock_; }
  const std::map<std::string, std::string>& outputs() const { return outputs_; }

 private:
  json::value observe_json(std::string_view name, const std::function<json::value()>& read) override;
  json::value effect_json(std::string_view name, const JsonEffect&) override;
  JsonAwaited await_json(std::string_view name, std::shared_ptr<const steps::Watch>, Duration limit) override;

  /// The journal's entry at the next position, checked against what the step asks for; nullptr at the journal's end.
  const storage::JournalEntry* next_entry(std::string_view name, storage::EntryKind);
  void pass(const storage::JournalEntry&);
  void store(const storage::JournalEntry&);
  json::value perform(const storage::JournalEntry& intent, const JsonEffect&);
  json::value complete(storage::JournalEntry intent, const json::value& result);
  std::optional<json::value> look_for(const storage::JournalEntry& intent, const JsonEffect&);
  /// The wait at the next position: as the journal knows it, or new and not stored yet.
  struct FoundWait {
    storage::JournalEntry entry;
    WaitEntry wait;
    bool known = false;
  };
  FoundWait find_wait(const std::string& name);
  bool must_deliver_cancel() const { return host_.cancel_requested() && !journal_.cancel_delivered; }
  steps::AwaitState cancel_wait(storage::JournalEntry entry, WaitEntry wait);

  UnitHost& host_;
  Journal& journal_;
  const UnitInputs& inputs_;
  Suspicion::Running& running_;
  std::string token_;
  int unit_;
  Time time_;
  int position_ = 0;
  int ordinal_ = -1;  ///< of the last line at this position
  std::map<std::string, std::string> outputs_;
  std::optional<OpenWait> open_wait_;
  std::string wanted_lock_;
};

}  // namespace slipway::engine
