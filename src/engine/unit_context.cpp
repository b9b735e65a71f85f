#include "engine/unit_context.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/failpoint.h"
#include "base/shorten.h"

namespace slipway::engine {
namespace {

using storage::EntryKind;
using storage::JournalEntry;

constexpr std::size_t kLongestLine = 64 << 10;  // of a log
constexpr std::string_view kCancelledVerdict = "cancelled";

steps::AwaitState state_of(const WaitEntry& wait) {
  if (wait.Verdict == "value") return steps::AwaitState::value;
  if (wait.Verdict == "timed out") return steps::AwaitState::timed_out;
  return steps::AwaitState::cancelled;
}

std::string text_of(const WaitEntry& wait) { return json::to_text(json::to_json(wait)); }

WaitEntry wait_of(const JournalEntry& entry) {
  auto wait = json::from_json<WaitEntry>(json::parse(entry.body));
  if (wait.Deadline && !wait.Limit) wait.Limit = std::max(*wait.Deadline - entry.at, Duration(0)).count();
  wait.Deadline.reset();
  return wait;
}

}  // namespace

UnitContext::UnitContext(UnitHost& host, Journal& journal, const UnitInputs& inputs, Suspicion::Running& running,
                         std::string token, int unit, Time started)
    : host_(host),
      journal_(journal),
      inputs_(inputs),
      running_(running),
      token_(std::move(token)),
      unit_(unit),
      time_(started) {}

void UnitContext::log(steps::LineKind kind, std::string text) {
  ++ordinal_;
  if (host_.has_line({position_, ordinal_})) return;
  host_.log({position_, ordinal_},
            {0, unit_, std::string(json::name_of(kind)), host_.now(), shorten(inputs_.mask(text), kLongestLine)});
}

const JournalEntry* UnitContext::next_entry(std::string_view name, EntryKind kind) {
  const auto it = journal_.entries.find(position_);
  if (it == journal_.entries.end()) return nullptr;
  if (it->second.name != name || it->second.kind != kind) {
    fail(
        ErrorCode::internal,
        fmt::format("The step's journal has \"{}\" at position {} where the step now asks for \"{}\": the step changed "
                    "its order without a new journal version. Deploy again.",
                    it->second.name, position_, name));
  }
  return &it->second;
}

void UnitContext::pass(const JournalEntry& entry) {
  time_ = entry.at;
  ++position_;
  ordinal_ = -1;
}

void UnitContext::store(const JournalEntry& entry) { host_.persist(entry, {position_, ordinal_}); }

json::value UnitContext::observe_json(std::string_view name, const std::function<json::value()>& read) {
  if (const JournalEntry* entry = next_entry(name, EntryKind::observe)) {
    const json::value seen = json::parse(entry->body);
    pass(*entry);
    return seen;
  }
  const json::value seen = running_.outside(read);
  JournalEntry entry{position_, EntryKind::observe, std::string(name), false, json::to_text(seen), host_.now()};
  store(entry);
  pass(entry);
  return seen;
}

json::value UnitContext::effect_json(std::string_view name, const JsonEffect& effect) {
  if (const JournalEntry* entry = next_entry(name, EntryKind::effect)) {
    if (entry->open) return perform(*entry, effect);
    const json::value result = json::parse(entry->body);
    pass(*entry);
    return result;
  }
  if (must_deliver_cancel()) throw steps::Cancelled();
  failpoint("before intent");
  const JournalEntry intent{position_, EntryKind::effect, std::string(name), true, "", host_.now()};
  store(intent);
  failpoint("after intent");
  return perform(intent, effect);
}

json::value UnitContext::perform(const JournalEntry& intent, const JsonEffect& effect) {
  const JournalEntry kept = intent;  // `intent` may lie in the journal, which complete() rewrites
  if (journal_.doubtful.contains(kept.position)) {
    if (const auto found = look_for(kept, effect)) return complete(kept, *found);
    journal_.doubtful.erase(kept.position);
  }
  if (must_deliver_cancel()) throw steps::Cancelled();
  json::value result;
  try {
    failpoint("before call");
    result = running_.outside(effect.act);
    failpoint("after reply");
  } catch (const RetryLater& park) {
    if (!park.nothing_happened()) journal_.doubtful[kept.position] = host_.steady();
    throw;
  }
  return complete(kept, result);
}

std::optional<json::value> UnitContext::look_for(const JournalEntry& intent, const JsonEffect& effect) {
  if (!effect.find) {
    throw UnknownOutcome(
        ErrorCode::internal,
        fmt::format("Unknown outcome: \"{}\" was begun, its answer was lost, and it can't be looked up. "
                    "Check the target by hand before you deploy again.",
                    intent.name));
  }
  std::optional<json::value> found;
  try {
    found = running_.outside(effect.find);
  } catch (const Error& error) {
    throw UnknownOutcome(
        error.code(),
        fmt::format("Unknown outcome: \"{}\" was begun, its answer was lost, and looking for it failed: {} "
                    "Check the target by hand before you deploy again.",
                    intent.name, error.message()));
  }
  if (found) return found;
  // Only once a lost call can no longer take effect is its absence conclusive.
  const SteadyTime settled = journal_.doubtful.at(intent.position) + host_.settle_time();
  if (host_.steady() < settled) {
    throw RetryLater(settled - host_.steady(),
                     fmt::format("making sure that a lost \"{}\" will not take effect", intent.name), true);
  }
  return std::nullopt;
}

json::value UnitContext::complete(JournalEntry intent, const json::value& result) {
  intent.open = false;
  intent.body = json::to_text(result);
  intent.at = host_.now();
  store(intent);
  failpoint("after result");
  journal_.doubtful.erase(intent.position);
  pass(intent);
  return result;
}

steps::AwaitState UnitContext::cancel_wait(JournalEntry entry, WaitEntry wait) {
  wait.Verdict = kCancelledVerdict;
  wait.Value = std::exchange(wait.State, nullptr);
  entry.open = false;
  entry.body = text_of(wait);
  entry.at = host_.now();
  store(entry);
  journal_.cancel_delivered = true;
  pass(entry);
  return steps::AwaitState::cancelled;
}

UnitContext::FoundWait UnitContext::find_wait(const std::string& name) {
  if (const JournalEntry* known = next_entry(name, EntryKind::await)) return {*known, wait_of(*known), true};
  return {{position_, EntryKind::await, name, true, "", host_.now()}, {}, false};
}

UnitContext::JsonAwaited UnitContext::await_json(std::string_view name, std::shared_ptr<const steps::Watch> watch,
                                                 Duration limit) {
  auto [entry, wait, known] = find_wait(std::string(name));
  if (!entry.open) {
    pass(entry);
    return {state_of(wait), wait.Value};
  }
  if (!known) {
    wait.State = watch->begin();
    wait.Limit = limit.count();
    entry.body = text_of(wait);
  }
  if (must_deliver_cancel()) return {cancel_wait(entry, wait), wait.State};
  if (!known) {
    store(entry);
    failpoint("in wait");
  }
  open_wait_ = OpenWait{position_, std::string(name), std::move(watch), std::move(wait)};
  return {};
}

steps::AwaitState UnitContext::lock(std::string_view plain_key, std::string_view what) {
  // Names in a key may come from sensitive variables, and a journal holds no secret: so its fingerprint stands for it.
  const std::string key = host_.lock_name(plain_key);
  auto [entry, wait, known] = find_wait(fmt::format("lock {}", key));
  if (!entry.open) {
    pass(entry);
    return state_of(wait);
  }
  if (must_deliver_cancel()) return cancel_wait(entry, wait);
  JournalEntry taken = entry;
  WaitEntry granted = wait;
  granted.Verdict = "value";
  taken.open = false;
  taken.body = text_of(granted);
  taken.at = host_.now();
  const auto holder = host_.persist_with_lock(key, taken, {position_, ordinal_});
  if (!holder) {
    pass(taken);
    return steps::AwaitState::value;
  }
  if (!known) {
    log(steps::LineKind::Wait, fmt::format("Waiting for {}: {} holds it.", what, *holder));
    entry.body = text_of(wait);
    store(entry);
  }
  wanted_lock_ = key;
  return steps::AwaitState::pending;
}

}  // namespace slipway::engine
