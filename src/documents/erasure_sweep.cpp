#include "documents/erasure_sweep.h"

#include <algorithm>
#include <atomic>

#include "base/failure.h"
#include "base/strand.h"
#include "storage/erasures.h"

namespace slipway::documents {
namespace {

// So that at most one write in 25 meets a slice, and hardly a call in a hundred is the slower for it.
constexpr int kRestsPerSlice = 24;
constexpr Duration kShortestRest = std::chrono::milliseconds(1);
constexpr Duration kFirstRetry = std::chrono::seconds(1), kLongestRetry = std::chrono::minutes(1);

}  // namespace

struct ErasureSweep::State : std::enable_shared_from_this<State> {
  explicit State(const Parts& p) : parts(p), strand(p.executor) {}

  /// Soon, on the strand.
  void wake() {
    strand.post([self = shared_from_this()] {
      if (!std::exchange(self->is_at_work, true)) self->slice();
    });
  }

  void slice() {
    if (stopping) return;
    const SteadyTime began = parts.clock.steady();
    Duration rest;
    try {
      const bool found = parts.database.write("erase history", [&](storage::Txn& txn) {
        const auto subject = storage::next_erasure(txn);
        if (subject) storage::erase_slice(txn, parts.vault, *subject);
        return subject.has_value();
      });
      is_at_work = found;
      if (!found) return;
      retry = kFirstRetry;
      rest = std::max(kShortestRest, kRestsPerSlice * (parts.clock.steady() - began));
    } catch (...) {  // or nobody would take up the rest
      parts.log.warning("erasing what was deleted has to wait",
                        {{"error", error_of(std::current_exception()).full_text()}});
      rest = retry;
      retry = std::min(2 * retry, kLongestRetry);
    }
    strand.post_at(parts.clock.steady() + rest, [self = shared_from_this()] { self->slice(); });
  }

  const Parts parts;
  std::atomic<bool> stopping{false};
  Strand strand;
  // Of the strand's jobs alone:
  bool is_at_work = false;
  Duration retry = kFirstRetry;
};

ErasureSweep::ErasureSweep(const Parts& parts) : state_(std::make_shared<State>(parts)) {}

ErasureSweep::~ErasureSweep() { stop(); }

void ErasureSweep::start() {
  state_->parts.database.subscribe([weak = std::weak_ptr(state_)](const std::vector<storage::Change>& changes) {
    const bool is_due = std::any_of(changes.begin(), changes.end(), [](const storage::Change& change) {
      return change.kind == storage::Change::Kind::erasure;
    });
    if (!is_due) return;
    if (const auto state = weak.lock()) state->wake();
  });
  state_->wake();
}

void ErasureSweep::stop() { state_->stopping = true; }

}  // namespace slipway::documents
