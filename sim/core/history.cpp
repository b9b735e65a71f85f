#include "sim/core/history.h"

namespace slipway::sim {

void History::set_lag(const Region& present, Duration lag, Time now) {
  pasts_.erase(present.place);
  if (lag <= Duration(0)) return;
  pasts_[present.place].lag = lag;
  record(present, now);
}

void History::record(const Region& present, Time now) {
  const auto past = pasts_.find(present.place);
  if (past == pasts_.end()) return;
  past->second.states.emplace_back(now, std::make_unique<const Region>(present));
  forget(past->second, now);
}

const Region& History::view(const Region& present, Time now) {
  const auto past = pasts_.find(present.place);
  if (past == pasts_.end()) return present;
  forget(past->second, now);
  return *past->second.states.front().second;
}

/// Leaves the state of `lag` ago as the oldest.
void History::forget(Past& past, Time now) {
  while (past.states.size() > 1 && past.states[1].first <= now - past.lag) past.states.pop_front();
}

}  // namespace slipway::sim
