#include "engine/frozen_releases.h"

#include "views/frozen_release.h"

namespace slipway::engine {

std::shared_ptr<const planning::FrozenRelease> FrozenReleases::get(storage::Reader& reader,
                                                                   const storage::ReleaseRecord& release) {
  const std::string key = views::frozen_key(release);
  {
    const std::lock_guard lock(mutex_);
    for (auto it = recent_.begin(); it != recent_.end(); ++it) {
      if (it->first != key) continue;
      recent_.splice(recent_.begin(), recent_, it);
      return it->second;
    }
  }
  auto frozen = views::load_frozen(reader, release);
  const std::lock_guard lock(mutex_);
  recent_.emplace_front(key, frozen);
  if (recent_.size() > capacity_) recent_.pop_back();
  return frozen;
}

}  // namespace slipway::engine
