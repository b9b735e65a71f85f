#include "commands/change_release.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/name.h"
#include "base/nearest.h"
#include "base/text.h"
#include "commands/create_deployments.h"
#include "commands/release_numbers.h"
#include "commands/snapshots.h"
#include "documents/audit.h"
#include "documents/history_erasure.h"
#include "language/templates/template.h"
#include "model/require.h"
#include "model/resources/packages/feed.h"
#include "model/resources/projects/channel.h"
#include "planning/package_selection.h"
#include "storage/document_lookup.h"
#include "storage/tasks.h"
#include "views/frozen_release.h"

namespace slipway::commands {
namespace {

using storage::EventCategory;

storage::ReleaseRecord existing(storage::Reader& reader, const WriteContext& context, const std::string& id) {
  auto release = storage::find_release(reader, id);
  if (!release || release->space != context.space) model::fail_unknown("resource", id);
  return std::move(*release);
}

void save(storage::Txn& txn, WriteContext& context, const storage::ReleaseRecord& release, EventCategory category,
          std::string message, std::string details = {}) {
  storage::update_release(txn, release);
  documents::audit(txn, context, category, std::move(message), {release.id, release.project, "", ""},
                   std::move(details));
}

const std::string& action_of(const planning::SelectedPackage& edited) {
  return edited.ActionName.empty() ? edited.StepName : edited.ActionName;
}

bool is_for(const planning::SelectedPackage& edited, const planning::SelectedPackage& package) {
  return equals_ignoring_case(action_of(edited), package.ActionName) &&
         equals_ignoring_case(edited.PackageReferenceName, package.PackageReferenceName);
}

/// An edit of a package that the release doesn't have would change nothing.
void check_edits_mean_something(const views::ReleaseBody& body, const std::vector<planning::SelectedPackage>& edited) {
  constexpr std::size_t most_problems = 20;
  std::vector<std::string> known;
  for (const planning::SelectedPackage& package : body.SelectedPackages) {
    known.push_back(package.PackageReferenceName.empty()
                        ? package.ActionName
                        : fmt::format("{} ({})", package.ActionName, package.PackageReferenceName));
  }
  Problems problems;
  for (std::size_t i = 0; i < edited.size() && problems.list().size() < most_problems; ++i) {
    const auto is_meant = [&](const planning::SelectedPackage& package) { return is_for(edited[i], package); };
    if (std::any_of(body.SelectedPackages.begin(), body.SelectedPackages.end(), is_meant)) continue;
    problems.add(fmt::format(
        "SelectedPackages[{}] names the package '{}' of step '{}', which the release does not have: it has {}.{}", i,
        edited[i].PackageReferenceName, action_of(edited[i]),
        known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", ")), did_you_mean(action_of(edited[i]), known)));
  }
  problems.throw_if_any();
}

/// The edited version of a package; null where it stays.
const planning::SelectedPackage* change_of(const planning::SelectedPackage& package,
                                           const std::vector<planning::SelectedPackage>& edited) {
  const auto change = std::find_if(edited.begin(), edited.end(),
                                   [&](const planning::SelectedPackage& e) { return is_for(e, package); });
  const bool changes = change != edited.end() && !change->Version.empty() && change->Version != package.Version;
  return changes ? &*change : nullptr;
}

/// The packages whose versions the edit changes, each with its new one.
std::vector<planning::PackageNeed> changed_needs(const views::ReleaseBody& body, const ReleaseEdit& edit) {
  std::vector<planning::PackageNeed> needs;
  for (const planning::SelectedPackage& package : body.SelectedPackages) {
    const planning::SelectedPackage* change = edit.packages ? change_of(package, *edit.packages) : nullptr;
    if (change == nullptr) continue;
    // What was resolvable when the release was made was resolved then.
    const bool is_resolvable =
        language::can_skip_evaluation(package.PackageId) && language::can_skip_evaluation(package.FeedId);
    needs.push_back({package.StepName, package.ActionName, "", package.PackageReferenceName, package.PackageId,
                     package.FeedId, package.PackageId, package.FeedId, is_resolvable, change->Version, std::nullopt});
  }
  return needs;
}

/// The release's packages, those that the edit changes as they were found.
std::vector<planning::SelectedPackage> with_changes(std::vector<planning::SelectedPackage> packages,
                                                    const PreparedEdit& prepared) {
  for (planning::SelectedPackage& package : packages) {
    const planning::SelectedPackage* change = change_of(package, *prepared.edit.packages);
    if (change == nullptr) continue;
    const auto found =
        std::find_if(prepared.packages.begin(), prepared.packages.end(), [&](const FoundPackage& candidate) {
          return candidate.selected.ActionName == package.ActionName &&
                 candidate.selected.PackageReferenceName == package.PackageReferenceName;
        });
    if (found == prepared.packages.end()) {
      fail(ErrorCode::conflict, "SelectedPackages: the release was changed meanwhile; load it again and repeat.");
    }
    package = found->selected;
  }
  return packages;
}

/// CHN-6: the same rules as at creation.
void check_rules(storage::Reader& reader, const storage::ReleaseRecord& release, const views::ReleaseBody& body,
                 language::Budget& budget) {
  const storage::DocumentLookup lookup(reader);
  const auto channel = model::require<model::Channel>(lookup, release.channel, "channel");
  const auto process = views::frozen_process(reader, release.process_snapshot);
  Problems problems;
  for (const planning::PackageNeed& need : planning::packages_needed(process, channel, planning::as_written)) {
    for (const planning::SelectedPackage& package : body.SelectedPackages) {
      if (package.ActionName != need.action || package.PackageReferenceName != need.reference) continue;
      const auto feed = model::find_in<model::Feed>(lookup, release.space, package.FeedId);
      if (auto violation = planning::rule_violation(need, feed ? feed->FeedType : "", package.Version, budget)) {
        problems.add(std::move(*violation));
      }
    }
  }
  problems.throw_if_any("The packages don't fit the channel.");
}

void move_to_channel(storage::Reader& reader, storage::ReleaseRecord& release, const std::string& id) {
  const storage::DocumentLookup lookup(reader);
  const auto channel = model::find_in<model::Channel>(lookup, release.project, id);
  if (!channel) {
    fail_invalid(fmt::format("The release's project has no channel '{}'.", id));
  }
  release.channel = channel->Id;
}

void require_ended(storage::Reader& reader, const storage::ReleaseRecord& release) {
  storage::DeploymentFilter active;
  active.release = release.id;
  active.states = {storage::TaskState::Queued, storage::TaskState::Executing, storage::TaskState::Cancelling};
  const auto deployments = storage::list_deployments(reader, active, {0, 1}).items;
  if (deployments.empty()) return;
  storage::TaskFilter task;
  task.ids = {deployments.front().task};
  documents::require_ended(reader, std::move(task), "Release " + release.version);
}

}  // namespace

storage::ReleaseRecord update_variables(storage::Txn& txn, WriteContext& context, const std::string& id) {
  storage::ReleaseRecord release = existing(txn, context, id);
  const storage::DocumentLookup lookup(txn);
  const auto variables = freeze_variables(txn, model::require<model::Project>(lookup, release.project, "project"));
  views::ReleaseBody body = views::body_of(release);
  body.LibraryVariableSetSnapshotIds = variables.libraries;
  release.variables_snapshot = variables.project;
  release.body = to_text(body);
  save(txn, context, release, EventCategory::Modified,
       fmt::format("The variables of release {} were updated", release.version));
  return release;
}

PreparedEdit prepare_edit(CommandContext& context, const std::string& id, ReleaseEdit edit) {
  const std::vector<LookUp> look_ups = context.database.read([&](storage::Reader& reader) {
    const views::ReleaseBody body = views::body_of(existing(reader, context, id));
    if (edit.packages) check_edits_mean_something(body, *edit.packages);
    return plan_look_ups(reader, context, changed_needs(body, edit), edit.unverified);
  });
  auto packages =
      find_packages(look_ups, [](const LookUp& look_up) { return find_version(look_up, *look_up.need.fixed_version); });
  return {std::move(edit), std::move(packages)};
}

storage::ReleaseRecord edit_release(storage::Txn& txn, CommandContext& context, const std::string& id,
                                    const PreparedEdit& prepared) {
  const ReleaseEdit& edit = prepared.edit;
  storage::ReleaseRecord release = existing(txn, context, id);
  views::ReleaseBody body = views::body_of(release);
  if (edit.version && !trim_name(*edit.version).empty()) {
    release.version = checked_number(std::string(trim_name(*edit.version)));
    release.version_key = version_key(release.version);
  }
  if (edit.channel) move_to_channel(txn, release, *edit.channel);
  if (edit.notes) body.ReleaseNotes = *edit.notes;
  if (edit.custom_fields) body.CustomFields = *edit.custom_fields;
  if (edit.packages) body.SelectedPackages = with_changes(std::move(body.SelectedPackages), prepared);
  body.IgnoreChannelRules = body.IgnoreChannelRules || edit.ignore_channel_rules;
  if (!body.IgnoreChannelRules) check_rules(txn, release, body, context.budget);
  release.body = to_text(body);
  save(txn, context, release, EventCategory::Modified, fmt::format("Release {} was changed", release.version));
  return release;
}

void delete_release(storage::Txn& txn, CommandContext& context, const std::string& id) {
  const storage::ReleaseRecord release = existing(txn, context, id);
  require_ended(txn, release);
  storage::erase_release(txn, release.id);
  documents::erase_history(txn, context.vault, release.id, release.space);
  documents::audit(txn, context, EventCategory::Deleted, fmt::format("Release {} was deleted", release.version),
                   {release.id, release.project, "", ""});
}

views::Defect report_defect(storage::Txn& txn, CommandContext& context, const std::string& id,
                            const std::string& reason) {
  if (trim(reason).empty()) fail_invalid("Description: say why the release must not go on.");
  storage::ReleaseRecord release = existing(txn, context, id);
  views::ReleaseBody body = views::body_of(release);
  views::Defect defect{context.ids.next(txn, "Defects"), reason, "Unresolved"};
  body.Defects.push_back(defect);
  release.body = to_text(body);
  save(txn, context, release, EventCategory::ReleaseBlocked,
       fmt::format("Release {} was blocked: {}", release.version, reason));
  return defect;
}

void resolve_defects(storage::Txn& txn, CommandContext& context, const std::string& id) {
  storage::ReleaseRecord release = existing(txn, context, id);
  const auto due_before = views::automatic_targets(txn, release);
  views::ReleaseBody body = views::body_of(release);
  for (views::Defect& defect : body.Defects) defect.Status = "Resolved";
  release.body = to_text(body);
  save(txn, context, release, EventCategory::ReleaseUnblocked,
       fmt::format("Release {} was unblocked", release.version));
  deploy_automatically(txn, context, release, views::newly_due(due_before, views::automatic_targets(txn, release)));
}

}  // namespace slipway::commands
