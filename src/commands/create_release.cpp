#include "commands/create_release.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/name.h"
#include "base/text.h"
#include "commands/create_deployments.h"
#include "commands/snapshots.h"
#include "documents/audit.h"
#include "language/templates/template.h"
#include "language/versions/version_mask.h"
#include "model/require.h"
#include "planning/release_variables.h"
#include "storage/document_lookup.h"
#include "views/records.h"
#include "views/release_lookup.h"

namespace slipway::commands {
namespace {

using planning::PackageNeed;
using storage::EventCategory;

model::Channel channel_of(const model::Lookup& lookup, const model::Project& project, const std::string& name) {
  if (!name.empty()) return model::require_named<model::Channel>(lookup, project.Id, name, "channel");
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
  language::VariableSet variables;
};

ReleaseGround ground_of(storage::Reader& reader, const CommandContext& context, const ReleaseRequest& request) {
  const storage::DocumentLookup lookup(reader);
  ReleaseGround ground;
  ground.project = model::require_named<model::Project>(lookup, context.space, request.project, "project");
  if (ground.project.IsDisabled) {
    fail_invalid(fmt::format("The project '{}' is disabled, so it takes no new releases.", ground.project.Name));
  }
  ground.channel = channel_of(lookup, ground.project, request.channel);
  ground.process =
      model::require<model::DeploymentProcess>(lookup, ground.project.DeploymentProcessId, "deployment process");
  ground.variables = planning::variables_at_creation(
      model::require<model::VariableSet>(lookup, ground.project.VariableSetId, "variable set"), ground.channel);
  return ground;
}

const feeds::PackageVersion& newest_of(const std::vector<feeds::PackageVersion>& versions, const LookUp& look_up,
                                       const std::string& caller_tag, language::Budget& budget) {
  std::vector<planning::VersionCandidate> candidates;
  for (const feeds::PackageVersion& version : versions) candidates.push_back({version.version, version.published});
  const auto order =
      planning::newest_first(candidates, planning::newest_filter(look_up.need, look_up.feed_type, caller_tag), budget);
  if (order.empty()) {
    fail_invalid(fmt::format("The feed '{}' has no version of the package {} that the channel takes; name one.",
                             look_up.feed_name, look_up.need.label()));
  }
  return versions[order.front()];
}

planning::SelectedPackage find_newest(const LookUp& look_up, const ReleaseRequest& request, language::Budget& budget) {
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
  const feeds::PackageVersion& newest = newest_of(versions, look_up, request.prerelease_tag, budget);
  planning::SelectedPackage selected = without_version(look_up);
  selected.Version = newest.version;
  selected.Digest = newest.digest;
  return selected;
}

/// Written the same: what it resolves to is the same then, for the same variables.
bool is_same(const PackageNeed& a, const PackageNeed& b) {
  return a.action_id == b.action_id && a.reference == b.reference && a.written_id == b.written_id &&
         a.written_feed == b.written_feed;
}

bool depends_on_variables(const PackageNeed& need) {
  return !language::can_skip_evaluation(need.written_id) || !language::can_skip_evaluation(need.written_feed);
}

bool is_same(const language::VariableSet& a, const language::VariableSet& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x.name == y.name && x.value == y.value; });
}

/// The packages found before the write, matched with what the process needs now.
std::vector<planning::SelectedPackage> select_packages(const ReleaseGround& ground, const PreparedRelease& prepared,
                                                       language::Budget& budget) {
  const bool same_variables = is_same(ground.variables, prepared.variables);
  Problems problems;
  std::vector<planning::SelectedPackage> selected;
  for (const PackageNeed& need : planning::packages_needed(ground.process, ground.channel, planning::as_written)) {
    const auto found = std::find_if(prepared.packages.begin(), prepared.packages.end(),
                                    [&](const FoundPackage& package) { return is_same(package.need, need); });
    if (found == prepared.packages.end() || (!same_variables && depends_on_variables(need))) {
      fail(ErrorCode::conflict,
           fmt::format("The process of '{}' changed while the release was being created; repeat the call.",
                       ground.project.Name));
    }
    if (!prepared.request.ignore_channel_rules) {
      PackageNeed named = found->need;
      named.rule = need.rule;
      if (auto violation = planning::rule_violation(named, found->feed_type, found->selected.Version, budget)) {
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
  auto existing = views::find_release_of(reader, project.Id, version);
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
  for (std::string* name : {&request.project, &request.channel, &request.version}) *name = trim_name(*name);
  PreparedRelease prepared;
  const auto ground = context.database.read([&](storage::Reader& reader) {
    ReleaseGround found = ground_of(reader, context, request);
    if (!request.version.empty() && !language::is_version_mask(request.version)) {
      prepared.existing = existing_release(reader, found.project, request, request.version);
    }
    return found;
  });
  prepared.variables = ground.variables;
  // Templates are evaluated between the reads.
  const planning::Resolve resolve = planning::resolver(ground.variables, context.budget);
  planning::check_wishes_mean_something(ground.process, request.packages, resolve);
  if (!prepared.existing) {
    if (!request.ignore_channel_rules) planning::check_rules_mean_something(ground.process, ground.channel);
    const auto needs = planning::packages_needed(ground.process, ground.channel, resolve);
    check_unverified_mean_something(needs, request.unverified);
    const std::vector<LookUp> look_ups = context.database.read(
        [&](storage::Reader& reader) { return plan_look_ups(reader, context, needs, request.unverified); });
    prepared.packages = find_packages(look_ups, [&](const LookUp& look_up) {
      const auto settled = planning::settled_version(look_up.need, request.packages);
      return settled ? find_version(look_up, *settled) : find_newest(look_up, request, context.budget);
    });
    if (is_numbered_by_template(ground.project, request.version)) {
      prepared.by_template = evaluate_template(context, ground.project, ground.channel);
    }
  }
  prepared.request = std::move(request);
  return prepared;
}

void prepare_number(CommandContext& context, PreparedRelease& prepared) {
  const auto ground =
      context.database.read([&](storage::Reader& reader) { return ground_of(reader, context, prepared.request); });
  prepared.by_template = evaluate_template(context, ground.project, ground.channel);
}

CreatedRelease create_release(storage::Txn& txn, CommandContext& context, const PreparedRelease& prepared) {
  const ReleaseRequest& request = prepared.request;
  if (prepared.existing) return still_existing(txn, *prepared.existing);
  const ReleaseGround ground = ground_of(txn, context, request);
  const auto packages = select_packages(ground, prepared, context.budget);

  storage::ReleaseRecord record;
  record.version =
      release_number(txn, context, ground.project, ground.channel, packages, request.version, prepared.by_template);
  record.version_key = version_key(record.version);
  if (auto existing = existing_release(txn, ground.project, request, record.version)) {
    return {std::move(*existing), true};
  }
  const VariableSnapshots variables = freeze_variables(txn, ground.project);
  views::ReleaseBody body;
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
  documents::audit(txn, context, EventCategory::Created,
                   fmt::format("Release {} of {} was created{}{}", record.version, ground.project.Name,
                               request.ignore_channel_rules ? " against the channel's rules" : "",
                               request.unverified.empty() ? ""
                                                          : fmt::format(" with packages that were not verified: {}",
                                                                        fmt::join(request.unverified, ", "))),
                   {record.id, record.project, "", ""});
  auto deployments = deploy_automatically(txn, context, record, views::automatic_targets(txn, record));
  return {std::move(record), false, std::move(deployments)};
}

}  // namespace slipway::commands
