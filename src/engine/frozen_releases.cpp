#include "engine/frozen_releases.h"

#include "views/frozen_release.h"

namespace slipway::engine {

std::shared_ptr<const planning::FrozenRelease> FrozenReleases::get(storage::Reader& reader,
                                                                   const storage::ReleaseRecord& release) {
  const std::string key = views::frozen_key(release);
  {
    const auto recent = recent_.lock();
    for (auto it = recent->begin(); it != recent->end(); ++it) {
      if (it->first != key) continue;
      recent->splice(recent->begin(), *recent, it);
      return it->second;
    }
  }
  auto frozen = views::load_frozen(reader, release);
  const auto recent = recent_.lock();
  recent->emplace_front(key, frozen);
  if (recent->size() > capacity_) recent->pop_back();
  return frozen;
}

}  // namespace slipway::engine
