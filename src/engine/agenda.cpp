#include "engine/agenda.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace slipway::engine {
namespace {

/// How soon a wall clock that was set is noticed.
constexpr Duration kLongestPause = std::chrono::seconds(10);

}  // namespace

void Agenda::add(Time when, Job job) {
  entries_.emplace(when, std::move(job));
  arm();
}

void Agenda::woken(SteadyTime when) {
  if (next_look_ != when) return;
  next_look_.reset();
  while (!entries_.empty() && entries_.begin()->first <= clock_.now()) {
    const auto due = entries_.extract(entries_.begin());
    due.mapped()();
  }
  arm();
}

/// A look when the next is due, or before, since the wall clock may be set.
void Agenda::arm() {
  if (entries_.empty()) return;
  const Duration left = entries_.begin()->first - clock_.now();
  const SteadyTime when = clock_.steady() + std::clamp(left, Duration(0), kLongestPause);
  if (next_look_ && *next_look_ <= when) return;
  next_look_ = when;
  wake_at_(when);
}

}  // namespace slipway::engine
