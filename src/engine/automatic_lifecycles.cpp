#include "engine/automatic_lifecycles.h"

#include <algorithm>

#include "storage/resources.h"

namespace slipway::engine {

bool AutomaticLifecycles::is_automatic(storage::Txn& txn, const storage::ReleaseRecord& release) {
  const Key key(release.project, release.channel);
  const Lock lock(mutex_);
  if (const auto known = answers_.find(key); known != answers_.end()) {
    const auto& revisions = known->second.revisions;
    const bool holds = std::all_of(revisions.begin(), revisions.end(), [&](const auto& document) {
      return storage::revision_of(txn, document.first) == document.second;
    });
    if (holds) return known->second.any;
  }
  const views::Automatic found = views::deploys_automatically(txn, release);
  remember(txn, key, found);
  return found.any;
}

void AutomaticLifecycles::remember(storage::Txn& txn, const Key& key, const views::Automatic& found) {
  Answer answer{found.any, {}};
  for (const std::string& id : found.decided_by) {
    answer.revisions.emplace_back(id, storage::revision_of(txn, id).value_or(0));
  }
  if (answers_.size() >= capacity_) answers_.clear();
  answers_.insert_or_assign(key, std::move(answer));
  txn.at_rollback([this, key] {
    const Lock lock(mutex_);
    answers_.erase(key);
  });
}

}  // namespace slipway::engine
