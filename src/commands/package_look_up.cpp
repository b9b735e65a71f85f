#include "commands/package_look_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/nearest.h"
#include "base/text.h"
#include "commands/feed_access.h"
#include "storage/document_lookup.h"

namespace slipway::commands {
namespace {

/// Feeds that know what an image's tag points to; a release freezes that (PKG-4).
bool holds_images(feeds::Feed& feed) { return !feed.registry().empty(); }

bool is_named_by(const planning::PackageNeed& need, const std::string& name) {
  return equals_ignoring_case(name, need.package_id) || equals_ignoring_case(name, need.action) ||
         equals_ignoring_case(name, need.step) ||
         (!need.reference.empty() && equals_ignoring_case(name, need.reference));
}

/// Why the package's image can't be looked up.
std::string obstacle_of(const LookUp& look_up) {
  const planning::PackageNeed& need = look_up.need;
  if (need.feed_id.empty()) return "its step names no feed";
  if (!need.is_resolvable) return "it or its feed is named by variables that are known only at deployment";
  if (look_up.feed == nullptr && model::holds_images(look_up.feed_type)) {
    return fmt::format("feeds of type {}, such as '{}', can't be asked", look_up.feed_type, look_up.feed_name);
  }
  return "";
}

bool names_feed(const planning::PackageNeed& need) {
  return !need.feed_id.empty() && need.feed_id.find("#{") == std::string::npos;
}

}  // namespace

std::optional<std::string> feed_problem(const model::Lookup& lookup, const std::string& space,
                                        const planning::PackageNeed& need) {
  if (!names_feed(need) || model::find_in<model::Feed>(lookup, space, need.feed_id)) return std::nullopt;
  const auto named = model::find_named<model::Feed>(lookup, space, need.feed_id);
  return fmt::format("Step '{}' takes the package '{}' from the feed '{}', which {}.", need.action, need.package_id,
                     need.feed_id,
                     named ? fmt::format("is the name of one; give its id, {}", named->Id)
                           : "does not exist in this space; choose one in the step");
}

std::vector<LookUp> plan_look_ups(storage::Reader& reader, CommandContext& context,
                                  const std::vector<planning::PackageNeed>& needs,
                                  const UnverifiedPackages& unverified) {
  const storage::DocumentLookup lookup(reader);
  std::map<std::string, std::shared_ptr<feeds::Feed>> opened;
  std::vector<LookUp> look_ups;
  Problems problems;
  for (const planning::PackageNeed& need : needs) {
    LookUp look_up{need, "", need.feed_id, nullptr};
    if (auto problem = feed_problem(lookup, context.space, need)) {
      problems.add(std::move(*problem));
      continue;
    }
    const auto feed =
        names_feed(need) ? model::find_in<model::Feed>(lookup, context.space, need.feed_id) : std::nullopt;
    if (feed) {
      look_up.feed_type = feed->FeedType;
      look_up.feed_name = feed->Name;
    }
    if (feed && need.is_resolvable && context.feeds.knows(feed->FeedType)) {
      auto& shared = opened[feed->Id];
      if (!shared) shared = open_feed(reader, context, *feed);
      look_up.feed = shared;
    }
    const bool is_allowed = std::any_of(unverified.begin(), unverified.end(),
                                        [&](const std::string& name) { return is_named_by(need, name); });
    const bool is_image = !feed || model::holds_images(feed->FeedType);
    if (is_image && !is_allowed) look_up.obstacle = obstacle_of(look_up);
    look_ups.push_back(std::move(look_up));
  }
  problems.throw_if_any("The packages of the release could not be settled.");
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

void check_unverified_mean_something(const std::vector<planning::PackageNeed>& needs,
                                     const UnverifiedPackages& unverified) {
  std::vector<std::string_view> known;
  for (const planning::PackageNeed& need : needs) {
    known.insert(known.end(), {need.package_id, need.action, need.step, need.reference});
  }
  Problems problems;
  for (const std::string& name : unverified) {
    if (std::any_of(needs.begin(), needs.end(), [&](const auto& need) { return is_named_by(need, name); })) continue;
    problems.add(
        fmt::format("UnverifiedPackages: '{}' names no package of the process.{}", name, did_you_mean(name, known)));
  }
  problems.throw_if_any();
}

planning::SelectedPackage find_version(const LookUp& look_up, const std::string& version) {
  if (!look_up.obstacle.empty()) {
    fail_invalid(
        fmt::format("Nothing can say whether {} of the package {} exists: {}. To release it unproven, name it "
                    "in UnverifiedPackages.",
                    version, look_up.need.label(), look_up.obstacle));
  }
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
