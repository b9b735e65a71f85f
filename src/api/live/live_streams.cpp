#include "api/live/live_streams.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "api/people/authentication.h"
#include "base/failure.h"
#include "base/json.h"
#include "base/strand.h"
#include "model/resources/people/team.h"
#include "model/resources/people/user.h"
#include "storage/api_keys.h"
#include "storage/changes.h"

namespace slipway::api {
namespace {

using storage::Change;

/// Changes that are read at once.
constexpr std::int64_t kPage = 1'000;
/// Between two pages for who has to catch up, so that a reader who takes them does not overrun its connection.
constexpr Duration kPause = std::chrono::milliseconds(20);

/// Whether who may see what can be another after it.
bool decides_access(const Change& change) {
  return change.kind == Change::Kind::document &&
         (change.type == model::User::type || change.type == model::Team::type || change.type == storage::kApiKeyType);
}

/// Some changes in order, ready to be handed out.
struct Batch {
  std::vector<LiveEvent> events;
  std::int64_t last = 0;  ///< of the changes that it is made of
  bool is_last = true;    ///< there were no more
};

std::string span_text(const storage::ChangeSpan& span) {
  return json::to_text(json::object{{"Number", span.newest}, {"Oldest", span.oldest}});
}

}  // namespace

struct LiveStreams::State : std::enable_shared_from_this<State> {
  struct Open {
    Reader reader;
    std::int64_t seen = 0;
  };

  explicit State(const Parts& p) : parts(p), strand(p.executor) {}

  void changed(const std::vector<Change>&);
  void round_soon();
  void round_at(SteadyTime when);
  void round_later();
  void round();
  void begin(Open&&);
  bool go_on(Open&);
  const Batch* batch_after(std::int64_t seen);
  void check_access();
  void drop_closed();
  template <class F>
  void on_strand(F work) {
    strand.post([weak = weak_from_this(), work = std::move(work)]() mutable {
      if (const auto self = weak.lock()) work(*self);
    });
  }

  const Parts parts;
  Strand strand;
  std::atomic<bool> round_due{false};
  std::atomic<bool> access_changed{false};
  std::atomic<std::size_t> count{0};
  // The rest belongs to the strand.
  std::vector<Open> open;
  std::map<std::int64_t, Batch> batches;  ///< of this round, by the number that they follow
  bool later_due = false;
};

LiveStreams::LiveStreams(const Parts& parts) : state_(std::make_shared<State>(parts)) {
  parts.database.subscribe([weak = std::weak_ptr(state_)](const std::vector<Change>& changes) {
    if (const auto state = weak.lock()) state->changed(changes);
  });
}

LiveStreams::~LiveStreams() = default;

bool LiveStreams::has_room() const { return state_->count < kMostReaders; }
std::size_t LiveStreams::count() const { return state_->count; }

void LiveStreams::add(Reader reader) {
  ++state_->count;
  state_->on_strand([open = State::Open{std::move(reader)}](State& state) mutable {
    state.begin(std::move(open));
    state.round();
  });
}

/// On the committing thread: nothing while nobody listens.
void LiveStreams::State::changed(const std::vector<Change>& changes) {
  if (count == 0) return;
  if (std::ranges::any_of(changes, decides_access)) access_changed = true;
  round_soon();
}

void LiveStreams::State::round_soon() {
  if (round_due.exchange(true)) return;
  on_strand([](State& self) {
    self.round_due = false;
    self.round();
  });
}

void LiveStreams::State::round_at(SteadyTime when) {
  strand.post_at(when, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->round();
  });
}

/// Readers that have left are forgotten, and keys that have ended are noticed, also while nothing changes.
void LiveStreams::State::round_later() {
  if (open.empty() || std::exchange(later_due, true)) return;
  parts.executor.post_at(parts.clock.steady() + kLook, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->access_changed = true;
    self->on_strand([](State& s) {
      s.later_due = false;
      s.round();
    });
  });
}

void LiveStreams::State::round() {
  try {
    drop_closed();
    if (access_changed.exchange(false)) check_access();
    drop_closed();
    bool has_all = true;
    for (Open& one : open) has_all &= go_on(one);
    if (!has_all) round_at(parts.clock.steady() + kPause);
  } catch (...) {
    // Whoever listens is told with the next change, or in the next look.
    parts.log.warning("event streams could not be written", {{"error", error_of(std::current_exception()).message()}});
  }
  batches.clear();
  drop_closed();
  round_later();
}

void LiveStreams::State::begin(Open&& added) {
  try {
    const auto span = parts.database.read(storage::change_span);
    const std::int64_t after = added.reader.after.value_or(span.newest);
    const bool is_known = after >= span.oldest && after <= span.newest;
    added.seen = is_known ? after : span.newest;
    added.reader.writer->send(std::to_string(added.seen), is_known ? "ready" : "too-old", span_text(span));
    open.push_back(std::move(added));
  } catch (...) {
    --count;
    parts.log.warning("an event stream could not begin", {{"error", error_of(std::current_exception()).message()}});
  }
}

/// Hands it what is new, a page at most; false when there is more. One that falls behind the table is told so and goes
/// on from its end.
bool LiveStreams::State::go_on(Open& one) {
  const Batch* batch = batch_after(one.seen);
  if (batch == nullptr) {
    const auto span = parts.database.read(storage::change_span);
    one.seen = span.newest;
    one.reader.writer->send(std::to_string(span.newest), "too-old", span_text(span));
    return true;
  }
  for (const LiveEvent& event : batch->events) {
    if (!event.is_for(one.reader.principal, one.reader.filter)) continue;
    if (!one.reader.writer->send(std::to_string(event.number), event.name, event.data)) return true;
  }
  one.seen = batch->last;
  return batch->is_last;
}

/// Null when changes after that number are gone.
const Batch* LiveStreams::State::batch_after(std::int64_t seen) {
  if (const auto known = batches.find(seen); known != batches.end()) return &known->second;
  auto batch = parts.database.read([&](storage::Reader& reader) -> std::optional<Batch> {
    const auto changes = storage::changes_after(reader, seen, kPage);
    if (!changes) return std::nullopt;
    Batch made{live_events(reader, *changes, parts.catalogue), changes->empty() ? seen : changes->back().number,
               std::ssize(*changes) < kPage};
    return made;
  });
  return batch ? &batches.emplace(seen, std::move(*batch)).first->second : nullptr;
}

/// As the database shows them now; who may not ask any more is shown no more.
void LiveStreams::State::check_access() {
  const Time now = parts.clock.now();
  parts.database.read([&](storage::Reader& reader) {
    const auto known = parts.spaces_and_users.at(reader);
    for (Open& one : open) {
      auto principal = renew(one.reader.principal, reader, *known, now);
      if (principal) {
        one.reader.principal = std::move(*principal);
      } else {
        one.reader.writer = nullptr;  // which ends the stream
      }
    }
  });
}

void LiveStreams::State::drop_closed() {
  const auto gone =
      std::erase_if(open, [](const Open& one) { return one.reader.writer == nullptr || !one.reader.writer->open(); });
  count -= gone;
}

}  // namespace slipway::api
