// Asks feeds what a release freezes of a package: that the version exists, and what an image's tag points to (PKG-4).
// Planned within a read, done outside of any transaction.
#pragma once

#include <functional>
#include <memory>
#include <optional>
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
  /// Why nothing can say that the image exists; "" = its feed can, it is no image, or nobody has to say it.
  std::string obstacle = {};
};

/// One package's version as its feed knows it, found before the write.
struct FoundPackage {
  planning::PackageNeed need;
  std::string feed_type;
  planning::SelectedPackage selected;
};

/// Packages that a caller wants without proof that they exist, by package id, reference, action or step.
using UnverifiedPackages = std::vector<std::string>;

/// A sentence that names step and feed where the package's feed is none of the space's; nullopt where it is, or is not
/// known yet.
std::optional<std::string> feed_problem(const model::Lookup&, const std::string& space, const planning::PackageNeed&);

/// Opens each feed once; calls nobody yet. Throws Error{invalid} naming step and feed where a feed is none of the
/// space's.
std::vector<LookUp> plan_look_ups(storage::Reader&, CommandContext&, const std::vector<planning::PackageNeed>&,
                                  const UnverifiedPackages& unverified);

/// Throws Error{invalid} naming each of them that is no package of the process.
void check_unverified_mean_something(const std::vector<planning::PackageNeed>&, const UnverifiedPackages&);

/// What is known of a package before its version is.
planning::SelectedPackage without_version(const LookUp&);
/// That version, with its digest where the feed holds images. Throws Error{invalid} naming an image that it lacks, or
/// that nothing can look up (PKG-4).
planning::SelectedPackage find_version(const LookUp&, const std::string& version);

/// Makes all look-ups. Throws Error{invalid} with the sentence of each that failed.
std::vector<FoundPackage> find_packages(const std::vector<LookUp>&,
                                        const std::function<planning::SelectedPackage(const LookUp&)>& find);

}  // namespace slipway::commands
