#include "commands/package_look_up.h"

#include <fmt/format.h>

#include <map>

#include "base/error.h"
#include "commands/feed_access.h"
#include "storage/document_lookup.h"

namespace slipway::commands {
namespace {

/// Feeds that know what an image's tag points to; a release freezes that (PKG-4).
bool holds_images(feeds::Feed& feed) { return !feed.registry().empty(); }

}  // namespace

std::vector<LookUp> plan_look_ups(storage::Reader& reader, CommandContext& context,
                                  const std::vector<planning::PackageNeed>& needs) {
  const storage::DocumentLookup lookup(reader);
  std::map<std::string, std::shared_ptr<feeds::Feed>> opened;
  std::vector<LookUp> look_ups;
  for (const planning::PackageNeed& need : needs) {
    LookUp look_up{need, "", need.feed_id, nullptr};
    if (const auto feed = model::find<model::Feed>(lookup, need.feed_id); feed && need.is_resolvable) {
      look_up.feed_type = feed->FeedType;
      look_up.feed_name = feed->Name;
      if (context.feeds.knows(feed->FeedType)) {
        auto& shared = opened[feed->Id];
        if (!shared) shared = open_feed(reader, context, *feed);
        look_up.feed = shared;
      }
    }
    look_ups.push_back(std::move(look_up));
  }
  return look_ups;
}

planning::SelectedPackage without_version(const LookUp& look_up) {
  const planning::PackageNeed& need = look_up.need;
  return {need.step,
          need.action,
          need.reference,
          "",
          need.package_id,
          need.feed_id,
          look_up.feed == nullptr ? "" : look_up.feed->registry(),
          ""};
}

planning::SelectedPackage find_version(const LookUp& look_up, const std::string& version) {
  planning::SelectedPackage selected = without_version(look_up);
  selected.Version = version;
  if (look_up.feed == nullptr || !holds_images(*look_up.feed)) return selected;
  const auto found = look_up.feed->find(look_up.need.package_id, version);
  if (!found) {
    fail_invalid(fmt::format("The feed '{}' has no image '{}:{}', which step '{}' needs.", look_up.feed_name,
                             look_up.need.package_id, version, look_up.need.action));
  }
  selected.Digest = found->digest;
  return selected;
}

std::vector<FoundPackage> find_packages(const std::vector<LookUp>& look_ups,
                                        const std::function<planning::SelectedPackage(const LookUp&)>& find) {
  std::vector<FoundPackage> packages;
  Problems problems;
  for (const LookUp& look_up : look_ups) {
    try {
      packages.push_back({look_up.need, look_up.feed_type, find(look_up)});
    } catch (const Error& error) {
      if (error.code() != ErrorCode::invalid) throw;
      problems.add(error.message());
    }
  }
  problems.throw_if_any("The packages of the release could not be settled.");
  return packages;
}

}  // namespace slipway::commands
