#include "commands/create_release.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "commands/audit.h"
#include "commands/create_deployments.h"
#include "commands/names.h"
#include "commands/records.h"
#include "commands/release_lookup.h"
#include "commands/release_numbers.h"
#include "commands/snapshots.h"
#include "language/version_mask.h"
#include "planning/release_variables.h"
#include "storage/document_lookup.h"

namespace slipway::commands {
namespace {

using planning::PackageNeed;

model::Channel channel_of(const model::Lookup& lookup, const model::Project& project, const std::string& name) {
  if (!name.empty()) return require_named<model::Channel>(lookup, project.Id, name, "channel");
  for (model::Channel& channel : model::list<model::Channel>(lookup, project.Id)) {
    if (channel.IsDefault) return std::move(channel);
  }
  fail_invalid(fmt::format("The project '{}' has no default channel; name one.", project.Name));
}

/// The documents that a release is made of, as one snapshot of the database shows them.
struct ReleaseGround {
  model::Project project;
  model::Channel channel;
  model::DeploymentProcess process;
  std::vector<PackageNeed> needs;
};

ReleaseGround ground_of(storage::Reader& reader, const CommandContext& context, const ReleaseRequest& request) {
  const storage::DocumentLookup lookup(reader);
  ReleaseGround ground;
  ground.project = require_named<model::Project>(lookup, context.space, request.project, "project");
  if (ground.project.IsDisabled) {
    fail_invalid(fmt::format("The project '{}' is disabled, so it takes no new releases.", ground.project.Name));
  }
  ground.channel = channel_of(lookup, ground.project, request.channel);
  ground.process = require<model::DeploymentProcess>(lookup, ground.project.DeploymentProcessId, "deployment process");
  planning::check_specs_mean_something(ground.process, request.packages);
  const auto variables = require<model::VariableSet>(lookup, ground.project.VariableSetId, "variable set");
  ground.needs = planning::packages_needed(
      ground.process, ground.channel, planning::resolver(planning::variables_at_creation(variables, ground.channel)));
  return ground;
}

const feeds::PackageVersion& newest_of(const std::vector<feeds::PackageVersion>& versions, const LookUp& look_up,
                                       const std::string& caller_tag) {
  std::vector<planning::VersionCandidate> candidates;
  for (const feeds::PackageVersion& version : versions) candidates.push_back({version.version, version.published});
  const auto order =
      planning::newest_first(candidates, planning::newest_filter(look_up.need, look_up.feed_type, caller_tag));
  if (order.empty()) {
    fail_invalid(fmt::format("The feed '{}' has no version of the package {} that the channel takes; name one.",
                             look_up.feed_name, look_up.need.label()));
  }
  return versions[order.front()];
}

planning::SelectedPackage find_newest(const LookUp& look_up, const ReleaseRequest& request) {
  const PackageNeed& need = look_up.need;
  if (!request.may_choose_newest) {
    fail_invalid(fmt::format("No version was selected for the package {}.", need.label()));
  }
  if (!need.is_resolvable) {
    fail_invalid(fmt::format("The package {} is named by variables that are known only at deployment; name a version.",
                             need.label()));
  }
  if (look_up.feed == nullptr) {
    fail_invalid(
        fmt::format("The newest version of the package {} can't be looked up in the feed '{}'; name a version.",
                    need.label(), look_up.feed_name));
  }
  const auto versions = look_up.feed->versions(need.package_id);
  const feeds::PackageVersion& newest = newest_of(versions, look_up, request.prerelease_tag);
  planning::SelectedPackage selected = without_version(look_up);
  selected.Version = newest.version;
  selected.Digest = newest.digest;
  return selected;
}

bool is_same(const PackageNeed& a, const PackageNeed& b) {
  return a.action_id == b.action_id && a.reference == b.reference && a.package_id == b.package_id &&
         a.feed_id == b.feed_id;
}

/// The packages found before the write, matched with what the process needs now.
std::vector<planning::SelectedPackage> select_packages(const ReleaseGround& ground, const PreparedRelease& prepared) {
  Problems problems;
  std::vector<planning::SelectedPackage> selected;
  for (const PackageNeed& need : ground.needs) {
    const auto found = std::find_if(prepared.packages.begin(), prepared.packages.end(),
                                    [&](const FoundPackage& package) { return is_same(package.need, need); });
    if (found == prepared.packages.end()) {
      fail(ErrorCode::conflict,
           fmt::format("The process of '{}' changed while the release was being created; repeat the call.",
                       ground.project.Name));
    }
    if (!prepared.request.ignore_channel_rules) {
      if (auto violation = planning::rule_violation(need, found->feed_type, found->selected.Version)) {
        problems.add(std::move(*violation));
      }
    }
    selected.push_back(found->selected);
  }
  problems.throw_if_any("The packages don't fit the channel.");
  return selected;
}

/// The release that has that version already, which is the answer if the caller takes it; else it is refused (REL-1).
std::optional<storage::ReleaseRecord> existing_release(storage::Reader& reader, const model::Project& project,
                                                       const ReleaseRequest& request, const std::string& version) {
  auto existing = find_release_of(reader, project.Id, version);
  if (existing && !request.ignore_if_exists) {
    fail_invalid(fmt::format("A release with version {} already exists for the project '{}'.", version, project.Name));
  }
  return existing;
}

/// The release found before the write, as it is now.
CreatedRelease still_existing(storage::Reader& reader, const storage::ReleaseRecord& found) {
  auto now = storage::find_release(reader, found.id);
  if (!now) {
    fail(ErrorCode::conflict,
         fmt::format("Release {} was deleted while the call was looking at it; repeat the call.", found.version));
  }
  return {std::move(*now), true};
}

}  // namespace

PreparedRelease prepare_release(CommandContext& context, ReleaseRequest request) {
  PreparedRelease prepared;
  const std::vector<LookUp> look_ups = context.database.read([&](storage::Reader& reader) -> std::vector<LookUp> {
    const ReleaseGround ground = ground_of(reader, context, request);
    if (!request.version.empty() && !language::is_version_mask(request.version)) {
      prepared.existing = existing_release(reader, ground.project, request, request.version);
    }
    if (prepared.existing) return {};
    return plan_look_ups(reader, context, ground.needs);
  });
  prepared.packages = find_packages(look_ups, [&](const LookUp& look_up) {
    const auto settled = planning::settled_version(look_up.need, request.packages);
    return settled ? find_version(look_up, *settled) : find_newest(look_up, request);
  });
  prepared.request = std::move(request);
  return prepared;
}

CreatedRelease create_release(storage::Txn& txn, CommandContext& context, const PreparedRelease& prepared) {
  const ReleaseRequest& request = prepared.request;
  if (prepared.existing) return still_existing(txn, *prepared.existing);
  const ReleaseGround ground = ground_of(txn, context, request);
  const auto packages = select_packages(ground, prepared);

  storage::ReleaseRecord record;
  record.version = release_number(txn, context, ground.project, ground.channel, packages, request.version);
  record.version_key = version_key(record.version);
  if (auto existing = existing_release(txn, ground.project, request, record.version)) {
    return {std::move(*existing), true};
  }
  const VariableSnapshots variables = freeze_variables(txn, ground.project);
  ReleaseBody body;
  body.ReleaseNotes = request.notes;
  body.IgnoreChannelRules = request.ignore_channel_rules;
  body.SelectedPackages = packages;
  body.LibraryVariableSetSnapshotIds = variables.libraries;
  body.CustomFields = request.custom_fields;
  body.VersionControlReference = request.version_control;

  record.id = context.ids.next(txn, "Releases");
  record.space = context.space;
  record.project = ground.project.Id;
  record.channel = ground.channel.Id;
  record.assembled = context.clock.now();
  record.process_snapshot = freeze(txn, ground.project.DeploymentProcessId, ground.project.Id);
  record.variables_snapshot = variables.project;
  record.body = to_text(body);
  storage::insert_release(txn, record);
  audit(txn, context, "Created",
        fmt::format("Release {} of {} was created{}", record.version, ground.project.Name,
                    request.ignore_channel_rules ? " against the channel's rules" : ""),
        {record.id, record.project, "", ""});
  auto deployments = deploy_automatically(txn, context, record, automatic_targets(txn, record));
  return {std::move(record), false, std::move(deployments)};
}

}  // namespace slipway::commands
