// What can happen to a release after it was made: edits, a refresh of its variables, defects, deletion (REL-3, 4, 6;
// BLK-1).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/context.h"
#include "commands/package_look_up.h"
#include "storage/releases.h"
#include "storage/tasks.h"
#include "views/records.h"

namespace slipway::commands {

/// Replaces the release's variables with what the project and its library sets hold now; process and packages stay.
storage::ReleaseRecord update_variables(storage::Txn&, WriteContext&, const std::string& release);

/// Members that are nullopt stay as they are.
struct ReleaseEdit {
  std::optional<std::string> version;
  std::optional<std::string> channel;  ///< id; its rules are checked anew (REL-2)
  std::optional<std::optional<std::string>> notes;
  std::optional<std::vector<planning::SelectedPackage>> packages;  ///< versions of those that the release has
  std::optional<std::map<std::string, std::string>> custom_fields;
  bool ignore_channel_rules = false;
  UnverifiedPackages unverified = {};
};
struct PreparedEdit {
  ReleaseEdit edit;
  std::vector<FoundPackage> packages;  ///< those whose versions change
};
/// Asks the feeds for the versions that change, as a creation does. Throws Error{invalid} naming what they lack.
PreparedEdit prepare_edit(CommandContext&, const std::string& release, ReleaseEdit);
/// Throws Error{conflict} when the release's packages changed since the edit was prepared.
storage::ReleaseRecord edit_release(storage::Txn&, CommandContext&, const std::string& release, const PreparedEdit&);

/// Erases the release with its deployments, their tasks, logs and secrets. Throws Error{conflict} while a task of it
/// has not ended.
void delete_release(storage::Txn&, CommandContext&, const std::string& release);

/// Prevents progression; throws Error{invalid} without a reason.
views::Defect report_defect(storage::Txn&, CommandContext&, const std::string& release, const std::string& reason);
/// Goes on with the automatic deployments that the defects held up (BLK-2).
void resolve_defects(storage::Txn&, CommandContext&, const std::string& release);

}  // namespace slipway::commands
