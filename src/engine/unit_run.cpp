#include "engine/unit_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <new>
#include <utility>

#include "base/failure.h"
#include "base/shorten.h"
#include "storage/task_log.h"

namespace slipway::engine {
namespace {

/// In front of a journal's body that is encrypted because it holds a secret; no JSON begins like that.
constexpr std::string_view kSealedMark = "sealed:";
/// An ending's message is shown in lists of tasks, too; names in it are as long as their variables.
constexpr std::size_t kLongestMessage = 16 << 10;
/// How long after a step logged a line it is stored at the latest.
constexpr Duration kLatestLine = std::chrono::milliseconds(200);
constexpr Duration kFirstNotice = std::chrono::seconds(30);
constexpr Duration kMemoryPause = std::chrono::seconds(5);
/// What a restart may forget of the time that a wait has spent: so much, or a tenth of its limit.
constexpr Duration kLeastKept = std::chrono::minutes(1);
constexpr int kKeptParts = 10;

/// What a unit's row holds while it runs: which journal layout it was begun under.
struct Begun {
  int JournalVersion = 1;
};
BOOST_DESCRIBE_STRUCT(Begun, (), (JournalVersion))

UnitOutcome failed(std::string message, std::map<std::string, std::string> outputs = {}) {
  return {steps::Result::Failed, std::move(message), std::move(outputs)};
}

void mask_texts(json::value& v, const UnitInputs& inputs);

/// Containers and variables of a task definition have names that people write, with variables too.
void mask_members(json::object& members, const UnitInputs& inputs) {
  json::object masked;
  for (auto& member : members) {
    mask_texts(member.value(), inputs);
    masked.emplace(inputs.mask(member.key()), std::move(member.value()));
  }
  members = std::move(masked);
}

/// Every text in `v`, however deep.
void mask_texts(json::value& v, const UnitInputs& inputs) {
  if (auto* object = v.if_object()) {
    mask_members(*object, inputs);
  } else if (auto* array = v.if_array()) {
    for (auto& item : *array) mask_texts(item, inputs);
  } else if (v.is_string()) {
    v = inputs.mask(json::view(v.get_string()));
  }
}

}  // namespace

UnitRun::UnitRun(UnitOwner owner, storage::UnitRecord record, std::vector<storage::JournalEntry> entries)
    : owner_(std::move(owner)),
      strand_(owner_.parts.executor),
      record_(std::move(record)),
      lines_(record_),
      begun_(!entries.empty()) {
  for (auto& entry : entries) {
    entry.body = unprotect(entry.body);
    if (entry.open && entry.kind == storage::EntryKind::effect) journal_.doubtful[entry.position] = steady();
    if (entry.kind == storage::EntryKind::await && !entry.open) {
      journal_.cancel_delivered |= json::from_json<WaitEntry>(json::parse(entry.body)).Verdict == "cancelled";
    }
    journal_.entries.emplace(entry.position, std::move(entry));
  }
}

Time UnitRun::now() const { return owner_.parts.clock.now(); }
SteadyTime UnitRun::steady() const { return owner_.parts.clock.steady(); }
Duration UnitRun::settle_time() const { return owner_.parts.options.settle_time; }

/// The one way onto the strand: whatever is thrown there is told to the task.
template <class F>
void UnitRun::post(F work) {
  strand_.post([self = shared_from_this(), work = std::move(work)] { self->guarded([&] { work(*self); }); });
}

/// Holds nothing alive meanwhile.
template <class F>
void UnitRun::post_at(SteadyTime when, F work) {
  strand_.post_at(when, [weak = weak_from_this(), work = std::move(work)] {
    if (const auto self = weak.lock()) self->guarded([&] { work(*self); });
  });
}

void UnitRun::start() {
  post([](UnitRun& self) { self.enter(); });
}

void UnitRun::cancel() {
  post([](UnitRun& self) {
    if (self.over_ || self.cancel_requested_) return;
    self.cancel_requested_ = true;
    if (!self.journal_.cancel_delivered) self.enter();
  });
}

void UnitRun::on_lock_free() {
  post([](UnitRun& self) {
    if (!self.wanted_lock_.empty()) self.enter();
  });
}

void UnitRun::abandon() {
  post([](UnitRun& self) {
    self.over_ = true;
    self.subscription_.reset();
    self.wait_.reset();
  });
}

/// Storage that fails or a claim that is gone ends this runtime, not the task: whoever holds the task next goes on.
void UnitRun::guarded(const std::function<void()>& work) {
  try {
    work();
  } catch (const Lost& lost) {
    lose(lost.why);
  } catch (...) {
    lose(error_of(std::current_exception()));
  }
}

void UnitRun::lose(const Error& why) {
  over_ = true;
  subscription_.reset();
  owner_.lost(why);
}

void UnitRun::enter() {
  if (over_) return;
  ++entry_;
  set_waiting(false);
  subscription_.reset();
  wait_.reset();
  wanted_lock_.clear();
  execute();
}

void UnitRun::execute() {
  if (!begun_ && record_.started == Time{}) record_.started = now();
  if (!owner_.step) {
    end(failed(fmt::format("This server has no step of type \"{}\". Disable the step \"{}\", or make it one of: {}.",
                           owner_.inputs->action().type, owner_.inputs->action().name,
                           fmt::join(owner_.parts.steps.types(), ", "))));
    return;
  }
  if (begun_) {
    const auto begun = json::from_json<Begun>(json::parse(record_.outcome));
    if (begun.JournalVersion < owner_.step->oldest_journal() || begun.JournalVersion > owner_.step->journal_version()) {
      end(failed(
          fmt::format("The step was begun by another version of this server, whose journal (layout {}) this one can't "
                      "continue. What it began in AWS goes on there. Deploy again.",
                      begun.JournalVersion)));
      return;
    }
  }
  if (!begun_) record_.outcome = json::to_text(json::to_json(Begun{owner_.step->journal_version()}));
  lines_.begin(record_);
  Suspicion::Running running(owner_.suspicion.get());
  UnitContext context(*this, journal_, *owner_.inputs, running,
                      fmt::format("{}-{}-{}-{}", owner_.installation, record_.task, record_.number, record_.attempt),
                      record_.number, record_.started);
  run_step(context);
}

/// Whatever the step throws ends the step at most, with a sentence.
void UnitRun::run_step(UnitContext& context) {
  try {
    settle_after(context, owner_.step->execute(context));
  } catch (const Lost&) {
    throw;
  } catch (const RetryLater& not_now) {
    park(not_now);
  } catch (const steps::Cancelled&) {
    end_cancelled(context.outputs());
  } catch (const Error& error) {
    end(failed(error.full_text(), context.outputs()));
  } catch (const std::bad_alloc&) {
    // Others may have taken it, and give it back; what was under way is looked for then.
    for (const auto& [position, entry] : journal_.entries) {
      if (entry.open && entry.kind == storage::EntryKind::effect) journal_.doubtful.try_emplace(position, steady());
    }
    park(RetryLater(kMemoryPause, "the step needs more memory than this server has left", false));
  } catch (...) {
    const Error defect = error_of(std::current_exception());
    end(failed(fmt::format("The step could not be finished. {}", defect.message())));
  }
}

void UnitRun::settle_after(UnitContext& context, steps::Outcome outcome) {
  stall_.reset();
  const bool succeeds = !outcome.waiting && outcome.result != steps::Result::Failed;
  if (succeeds && (context.open_wait() || !context.wanted_lock().empty())) {
    const std::string what = context.open_wait() ? context.open_wait()->name : "a lock";
    end(failed(fmt::format("The step ended while it still waits for {}: a defect of the step.", what),
               context.outputs()));
  } else if (!outcome.waiting) {
    end({outcome.result, std::move(outcome.message), context.outputs(), std::move(outcome.evidence)});
  } else if (context.open_wait()) {
    wait_on(*context.open_wait());
  } else if (!context.wanted_lock().empty()) {
    wanted_lock_ = context.wanted_lock();
    set_waiting(true);
    owner_.wants_lock(wanted_lock_);
  } else {
    end(failed("The step returned as if waiting, but waits for nothing: a defect of this server."));
  }
}

void UnitRun::set_waiting(bool waiting) {
  if (std::exchange(waiting_, waiting) != waiting) owner_.waits(waiting);
}

void UnitRun::wait_on(OpenWait wait) {
  set_waiting(true);
  wait_ = std::move(wait);
  fresh_ = false;
  const int position = wait_->position;
  waiting_since_ = steady();
  if (wait_->entry.Limit) {
    const Duration left = Duration(*wait_->entry.Limit) - spent();
    post_at(steady() + std::max(left, Duration(0)), [position](UnitRun& self) { self.check_deadline(position); });
  }
  subscription_ = wait_->watch->subscribe([weak = weak_from_this(), position](json::value observation) {
    const auto self = weak.lock();
    if (!self) return;
    self->post([position, observation = std::move(observation)](UnitRun& run) { run.observed(position, observation); });
  });
}

/// Of the open wait's limit.
Duration UnitRun::spent() const { return Duration(wait_->entry.Spent) + (steady() - waiting_since_); }

/// So that restarts, however many, can't put a limit off for ever.
void UnitRun::keep_spent(int position) {
  if (!wait_ || wait_->position != position || !wait_->entry.Limit) return;
  const Duration limit(*wait_->entry.Limit);
  if (steady() - waiting_since_ >= std::max(limit / kKeptParts, kLeastKept)) store_wait(true, {});
}

void UnitRun::observed(int position, const json::value& observation) {
  if (over_ || !wait_ || wait_->position != position) return;
  auto progress = wait_->watch->next(wait_->entry.State, observation);
  fresh_ = !progress.saw_nothing;
  if (progress.value) {
    decide_wait("value", std::move(*progress.value), progress.lines);
    return;
  }
  const bool changed = progress.state != wait_->entry.State;
  wait_->entry.State = std::move(progress.state);
  if (changed || !progress.lines.empty()) store_wait(true, progress.lines);
  check_deadline(position);
  keep_spent(position);
}

void UnitRun::check_deadline(int position) {
  if (over_ || !wait_ || wait_->position != position || !fresh_) return;
  if (wait_->entry.Limit && spent() >= Duration(*wait_->entry.Limit)) decide_wait("timed out", wait_->entry.State, {});
}

void UnitRun::decide_wait(std::string verdict, json::value value, const std::vector<steps::Line>& lines) {
  wait_->entry.Verdict = std::move(verdict);
  wait_->entry.Value = std::move(value);
  wait_->entry.State = nullptr;
  store_wait(false, lines);
  enter();
}

/// Lines of a watch follow all that the step itself logs at this position, and are never logged again by a re-entry.
void UnitRun::store_wait(bool open, const std::vector<steps::Line>& lines) {
  storage::JournalEntry entry = journal_.entries.at(wait_->position);
  wait_->entry.Spent = spent().count();
  waiting_since_ = steady();
  entry.open = open;
  entry.body = json::to_text(json::to_json(wait_->entry));
  if (!open) entry.at = now();
  save(nullptr, entry, {wait_->position, INT_MAX}, to_log(lines));
}

std::vector<storage::LogLine> UnitRun::to_log(const std::vector<steps::Line>& lines) const {
  std::vector<storage::LogLine> out;
  for (const auto& line : lines) {
    out.push_back({0, record_.number, std::string(json::name_of(line.kind)), now(), owner_.inputs->mask(line.text)});
  }
  return out;
}

/// What a step read or set may hold a secret (a cluster's name from a sensitive variable), and is needed as it is.
std::string UnitRun::protect(const std::string& body) const {
  if (body.empty()) return body;
  const json::value plain = json::parse(body);
  json::value masked = plain;
  mask_texts(masked, *owner_.inputs);
  if (masked == plain) return body;
  return std::string(kSealedMark) + owner_.parts.source.seal(record_.task, body);
}

std::string UnitRun::unprotect(const std::string& body) const {
  if (!body.starts_with(kSealedMark)) return body;
  return owner_.parts.source.unseal(record_.task, body.substr(kSealedMark.size()));
}

void UnitRun::seal_secrets(UnitOutcome& outcome) const {
  for (auto it = outcome.Outputs.begin(); it != outcome.Outputs.end();) {
    if (owner_.inputs->mask(it->second) == it->second) {
      ++it;
      continue;
    }
    outcome.SealedOutputs[it->first] = owner_.parts.source.seal(record_.task, it->second);
    it = outcome.Outputs.erase(it);
  }
}

void UnitRun::park(const RetryLater& not_now) {
  const auto& options = owner_.parts.options;
  if (!stall_ || stall_->journal_length != journal_.entries.size()) {
    stall_ = Stall{steady(), journal_.entries.size(), kFirstNotice};
  }
  if (!not_now.nothing_happened()) ++stall_->unanswered_calls;
  const Duration stuck = steady() - stall_->since;
  if (stuck > options.longest_park || stall_->unanswered_calls > options.most_unanswered_calls) {
    return end(failed(fmt::format("Gave up after {}: {}", describe_duration(stuck), not_now.why())));
  }
  if (cancel_requested_ && !journal_.cancel_delivered && journal_.doubtful.empty()) return end_cancelled({});
  if (stuck >= stall_->next_notice) tell_stalled(stuck, not_now.why());
  set_waiting(true);
  post_at(steady() + not_now.delay(), [entry = entry_](UnitRun& self) {
    if (self.entry_ == entry) self.enter();
  });
}

/// Between two calls, so nothing is under way that only this step could still look after (TSK-7).
void UnitRun::end_cancelled(std::map<std::string, std::string> outputs) {
  end({steps::Result::Canceled, "Canceled before the next change. What the step had changed by then was left as it is.",
       std::move(outputs), nullptr});
}

/// Whoever watches a deployment that seems to hang reads why. Ever more rarely, so that a long stall fills no log.
void UnitRun::tell_stalled(Duration stuck, const std::string& why) {
  stall_->next_notice = 2 * stuck;
  const steps::Line line{steps::LineKind::Wait,
                         fmt::format("No progress for {}, still trying: {}", describe_duration(stuck), why)};
  try {
    owner_.parts.database.write("stall notice", [&](storage::Txn& txn) {
      storage::check_claim(txn, owner_.claim);
      storage::append_log(txn, record_.task, to_log({line}));
    });
  } catch (const Error& error) {
    throw Lost{error};
  }
}

void UnitRun::end(UnitOutcome outcome) {
  over_ = true;
  std::vector<storage::LogLine> lines = lines_.close();
  outcome.Message = shorten(owner_.inputs->mask(outcome.Message), kLongestMessage);
  mask_texts(outcome.Evidence, *owner_.inputs);
  seal_secrets(outcome);
  if (!outcome.Message.empty()) {
    const bool bad = outcome.Result == steps::Result::Failed;
    lines.push_back({0, record_.number, bad ? "Error" : "Info", now(), outcome.Message});
  }
  owner_.ended({record_.number, std::move(outcome), record_.started, std::move(lines)});
}

void UnitRun::log(LineBuffer::Place place, storage::LogLine line) {
  if (!lines_.add(place, std::move(line))) return;
  // Not on the strand, where the step itself is at work.
  owner_.parts.executor.post_at(steady() + kLatestLine, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->flush_lines();
  });
}

/// A failure is told on the strand; until then nothing more is stored, since nobody knows what is.
void UnitRun::flush_lines() {
  try {
    lines_.flush([this](const storage::UnitRecord& row, const LineBuffer::Lines& lines) {
      owner_.parts.database.write("log lines", [&](storage::Txn& txn) {
        storage::check_claim(txn, owner_.claim);
        storage::put_unit(txn, row);
        storage::append_log(txn, row.task, lines);
      });
      return true;
    });
  } catch (...) {
    post([why = error_of(std::current_exception())](UnitRun& self) {
      if (!self.over_) self.lose(why);
    });
  }
}

std::optional<std::string> UnitRun::save(const std::string* lock, const storage::JournalEntry& entry,
                                         LineBuffer::Place place, const std::vector<storage::LogLine>& more) {
  storage::JournalEntry stored = entry;
  stored.body = protect(entry.body);
  const bool clears = owner_.suspicion && owner_.suspicion->ends_with(record_.number);
  std::optional<std::string> holder;
  const auto write = [&](const storage::UnitRecord& row, const LineBuffer::Lines& lines) {
    holder = owner_.parts.database.write("journal entry", [&](storage::Txn& txn) {
      storage::check_claim(txn, owner_.claim);
      const auto other = lock != nullptr ? storage::take_lock(txn, *lock, row.task, row.number) : std::nullopt;
      if (other) return other;
      storage::put_unit(txn, row);
      storage::put_entry(txn, row.task, row.number, stored);
      if (clears) storage::clear_suspect(txn, row.task);
      if (!lines.empty()) storage::append_log(txn, row.task, lines);
      return other;
    });
    return !holder;
  };
  try {
    lines_.store(place, more, write);
  } catch (const Error& error) {
    throw Lost{error};
  }
  if (holder) return holder;
  if (clears) owner_.suspicion->ended();
  begun_ = true;
  journal_.entries.insert_or_assign(entry.position, entry);
  return std::nullopt;
}

void UnitRun::persist(const storage::JournalEntry& entry, LineBuffer::Place place) { save(nullptr, entry, place, {}); }

std::optional<std::string> UnitRun::persist_with_lock(std::string_view key, const storage::JournalEntry& entry,
                                                      LineBuffer::Place place) {
  const std::string lock(key);
  return save(&lock, entry, place, {});
}

}  // namespace slipway::engine
