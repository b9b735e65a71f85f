// Create release: choose the channel, settle a version for every package, freeze process and variables (REL-1,
// VER-5..8, PKG-1..5, CHN-3..8).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/package_look_up.h"
#include "planning/package_selection.h"
#include "storage/releases.h"

namespace slipway::commands {

struct ReleaseRequest {
  std::string project;  ///< id, slug or name
  std::string channel;  ///< id, slug or name; "" = the default channel (CHN-7)
  std::string version;  ///< may be a mask such as 2.1.i; "" = what the project's settings say (VER-8)
  planning::PackageWishes packages;
  std::string prerelease_tag;     ///< replaces the channel's when looking for the newest package (PKG-6)
  bool may_choose_newest = true;  ///< false: every package needs a version in the request
  std::optional<std::string> notes;
  std::map<std::string, std::string> custom_fields;
  bool ignore_channel_rules = false;
  bool ignore_if_exists = false;  ///< the existing release is then the answer (REL-1)
  json::value version_control;    ///< {GitRef, GitCommit}, or null
};

struct PreparedRelease {
  ReleaseRequest request;
  std::vector<FoundPackage> packages;
  std::optional<storage::ReleaseRecord> existing;  ///< has the wanted version, and is the answer; nothing was looked up
};

struct CreatedRelease {
  storage::ReleaseRecord record;
  bool existed = false;
  std::vector<storage::DeploymentRecord> deployments = {};  ///< made at once by its lifecycle's first phase (REL-10)
};

/// Asks the feeds, unless the wanted version exists. Throws Error{invalid} naming everything that is unknown or
/// unresolvable, or the version that exists (REL-1).
PreparedRelease prepare_release(CommandContext&, ReleaseRequest);
/// Throws Error{invalid} when the version exists (REL-1) or the packages don't fit the channel, Error{conflict} when
/// what was prepared is outdated.
CreatedRelease create_release(storage::Txn&, CommandContext&, const PreparedRelease&);

}  // namespace slipway::commands
