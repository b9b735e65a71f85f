// Create release: choose the channel, settle a version for every package, freeze process and variables (REL-1,
// VER-5..8, PKG-1..5, CHN-3..8).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "commands/context.h"
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
  bool ignore_if_exists = false;               ///< the existing release is then the answer (REL-1)
  json::value git_resources, version_control;  ///< kept as sent
};

/// One package's version as its feed knows it, found before the write.
struct FoundPackage {
  planning::PackageNeed need;
  std::string feed_type;
  planning::SelectedPackage selected;
};

struct PreparedRelease {
  ReleaseRequest request;
  std::vector<FoundPackage> packages;
};

struct CreatedRelease {
  storage::ReleaseRecord record;
  bool existed = false;
};

/// Asks the feeds. Throws Error{invalid} naming everything that is unknown, unresolvable or against the channel's
/// rules.
PreparedRelease prepare_release(CommandContext&, ReleaseRequest);
/// Throws Error{invalid} when the version exists (REL-1), Error{conflict} when the project's packages changed since the
/// release was prepared.
CreatedRelease create_release(storage::Txn&, CommandContext&, const PreparedRelease&);

}  // namespace slipway::commands
