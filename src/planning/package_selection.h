// Which package versions a release needs, which of them the caller has settled, and whether the channel allows them
// (PKG-1, PKG-2, PKG-5, CHN-3, CHN-8). Pure; threads: any.
#pragma once

#include <boost/describe.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/resources/projects/channel.h"
#include "model/resources/projects/deployment_process.h"
#include "planning/package_specs.h"
#include "planning/version_choice.h"

namespace slipway::planning {

/// One package reference of an action that a release of the channel would run.
struct PackageNeed {
  std::string step, action, action_id;
  std::string reference;                 ///< "" = primary
  std::string package_id, feed_id;       ///< resolved where they are known (PKG-5)
  std::string written_id, written_feed;  ///< as the process has them
  bool is_resolvable = true;  ///< false: the id or feed is known only at deployment, so no version can be looked up
  std::optional<std::string> fixed_version;
  std::optional<model::ChannelRule> rule;  ///< the one that covers it

  PackageName name() const { return {step, action, package_id, written_id, reference}; }
  /// "'Fern.Web' of step 'Deploy web'", for sentences.
  std::string label() const;
};

/// The version of one package that a release froze. Spelled as clients read it, with what deployments need besides.
struct SelectedPackage {
  std::string StepName, ActionName, PackageReferenceName, Version;
  std::string PackageId, FeedId;
  std::string Registry;  ///< host that an image is pulled from, "" for packages
  std::string Digest;    ///< what the image's tag pointed to when the release was made (PKG-4), "" if unknown
};
BOOST_DESCRIBE_STRUCT(SelectedPackage, (),
                      (StepName, ActionName, PackageReferenceName, Version, PackageId, FeedId, Registry, Digest))

/// `text` with its tokens replaced by what is known when a release is made; nullopt when some are not (PKG-5).
using Resolve = std::function<std::optional<std::string>(std::string_view text)>;
/// A Resolve that evaluates nothing.
std::optional<std::string> as_written(std::string_view text);

/// Enabled actions in scope of the channel only (PKG-1, CHN-8).
std::vector<PackageNeed> packages_needed(const model::DeploymentProcess&, const model::Channel&, const Resolve&);

/// What the caller said about versions.
struct PackageWishes {
  std::vector<PackageSpec> specs;
  std::vector<SelectedPackage> selected;  ///< by action or step name and reference; the older way to say it
  std::string default_version;
};

/// Throws Error{invalid} naming each wish that means no package of the process, whatever the channel, and what there
/// is.
void check_wishes_mean_something(const model::DeploymentProcess&, const PackageWishes&, const Resolve&);

/// Throws Error{invalid} naming each package that the channel's rules cover and the process lacks, whatever it is for:
/// a rule for a step that was renamed takes any version (CHN-3).
void check_rules_mean_something(const model::DeploymentProcess&, const model::Channel&);

/// A version fixed in the process, else the closest wish, else the default version; nullopt: look for the newest.
std::optional<std::string> settled_version(const PackageNeed&, const PackageWishes&);

/// The filter by which the newest version is found: the channel's rule, with its tag replaced by the caller's if given.
VersionFilter newest_filter(const PackageNeed&, std::string_view feed_type, std::string_view caller_tag);

/// Why the channel does not take that version, a sentence; nullopt when it does (CHN-3, CHN-6).
std::optional<std::string> rule_violation(const PackageNeed&, std::string_view feed_type, std::string_view version,
                                          language::Budget&);

}  // namespace slipway::planning
