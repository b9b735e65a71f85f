// Asks feeds what a release freezes of a package: that the version exists, and what an image's tag points to (PKG-4).
// Planned within a read, done outside of any transaction.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "commands/context.h"
#include "feeds/feed.h"
#include "planning/package_selection.h"

namespace slipway::commands {

/// A package and the feed to look for it in; null `feed` where only a version that the caller gave can be used.
struct LookUp {
  planning::PackageNeed need;
  std::string feed_type;
  std::string feed_name;
  std::shared_ptr<feeds::Feed> feed;
};

/// One package's version as its feed knows it, found before the write.
struct FoundPackage {
  planning::PackageNeed need;
  std::string feed_type;
  planning::SelectedPackage selected;
};

/// Opens each feed once; calls nobody yet.
std::vector<LookUp> plan_look_ups(storage::Reader&, CommandContext&, const std::vector<planning::PackageNeed>&);

/// What is known of a package before its version is.
planning::SelectedPackage without_version(const LookUp&);
/// That version, with its digest where the feed holds images. Throws Error{invalid} naming an image that it lacks.
planning::SelectedPackage find_version(const LookUp&, const std::string& version);

/// Makes all look-ups. Throws Error{invalid} with the sentence of each that failed.
std::vector<FoundPackage> find_packages(const std::vector<LookUp>&,
                                        const std::function<planning::SelectedPackage(const LookUp&)>& find);

}  // namespace slipway::commands
