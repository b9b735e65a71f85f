// Create release: choose the channel, settle a version for every package, freeze process and variables (REL-1,
// VER-5..8, PKG-1..5, CHN-3..8).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/package_look_up.h"
#include "commands/release_numbers.h"
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
  UnverifiedPackages unverified;
  bool ignore_if_exists = false;  ///< the existing release is then the answer (REL-1)
  json::value version_control;    ///< {GitRef, GitCommit}, or null
};

struct PreparedRelease {
  ReleaseRequest request;
  language::VariableSet variables;  ///< that the packages' ids were resolved with
  std::optional<TemplateNumber> by_template;
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
/// what was prepared is outdated; NumberOutdated when that is the number alone.
CreatedRelease create_release(storage::Txn&, CommandContext&, const PreparedRelease&);

/// Finds the number anew.
void prepare_number(CommandContext&, PreparedRelease&);

/// What `write`, a write that calls create_release, returns; written again with a new number for as long as other
/// releases take it.
template <class Write>
auto with_free_number(CommandContext& context, PreparedRelease& prepared, Write write) {
  constexpr int most_attempts = 100;
  for (int attempt = 1;; ++attempt) {
    try {
      return write();
    } catch (const NumberOutdated&) {
      if (attempt == most_attempts) throw;
    }
    prepare_number(context, prepared);
  }
}

}  // namespace slipway::commands
