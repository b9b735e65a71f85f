#include "sim/history.h"

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
}

const Region& History::view(const Region& present, Time now) {
  const auto past = pasts_.find(present.place);
  if (past == pasts_.end()) return present;
  auto& [lag, states] = past->second;
  while (states.size() > 1 && states[1].first <= now - lag) states.pop_front();
  return *states.front().second;
}

}  // namespace slipway::sim
