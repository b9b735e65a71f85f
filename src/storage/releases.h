// Releases and deployments: immutable records of what was frozen and what was asked for, and the table of what runs
// where, which the transaction that ends a deployment keeps (dashboards read it and never scan history).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/any_of.h"
#include "storage/database.h"
#include "storage/tasks.h"

namespace slipway::storage {

struct ReleaseRecord {
  std::string id = {}, space = {}, project = {}, channel = {};
  std::string version = {};      ///< as entered
  std::string version_key = {};  ///< equal for equal versions (VER-1); unique per project
  Time assembled{};
  std::string process_snapshot = {};    ///< "deploymentprocess-Projects-1-s-3-ABCDE"
  std::string variables_snapshot = {};  ///< "variableset-Projects-1-s-2-FGHIJ"
  /// JSON: ReleaseNotes, SelectedPackages (with digests), LibraryVariableSetSnapshotIds, CustomFields, …
  std::string body = {};
};

/// Throws Error{conflict} when the project has that version already (REL-1).
void insert_release(Txn&, const ReleaseRecord&);
void update_release(Txn&, const ReleaseRecord&);
/// With what is known of where it succeeded. Its deployments are erased before it.
void erase_release(Txn&, std::string_view id);
std::optional<ReleaseRecord> find_release(Reader&, std::string_view id);
/// Those there are, in any order (batch.h).
std::vector<ReleaseRecord> find_releases(Reader&, const std::vector<std::string>& ids);
std::optional<ReleaseRecord> find_release_by_version(Reader&, std::string_view project, std::string_view version_key);
/// The most recently created one of the project, or of one of its channels when `channel` is not empty.
/// The project's that was made before this one.
std::optional<ReleaseRecord> release_before(Reader&, std::string_view project, std::string_view id);
std::optional<ReleaseRecord> latest_release(Reader&, std::string_view project, std::string_view channel);
struct ReleaseFilter {
  std::string space = {}, project = {}, channel = {};
  std::optional<std::vector<std::string>> ids = {};
};
/// Newest first.
Page<ReleaseRecord> list_releases(Reader&, const ReleaseFilter&, Slice);

struct DeploymentRecord {
  std::string id = {}, space = {}, release = {}, project = {}, environment = {}, tenant = {}, channel = {}, task = {};
  Time created{};
  std::string deployed_by = {};  ///< user id
  std::string body = {};         ///< JSON: Name, Comments, FormValues, SkipActions, UseGuidedFailure, …
};
void insert_deployment(Txn&, const DeploymentRecord&);
std::optional<DeploymentRecord> find_deployment(Reader&, std::string_view id);
/// Those there are, in any order (batch.h).
std::vector<DeploymentRecord> find_deployments(Reader&, const std::vector<std::string>& ids);
struct DeploymentFilter {
  AnyOf space = {};
  std::string release = {};
  AnyOf project = {}, environment = {}, tenant = {}, channel = {};
  std::vector<TaskState> states = {};  ///< of the deployment's task
  std::optional<std::vector<std::string>> ids = {};
};
/// Newest first.
Page<DeploymentRecord> list_deployments(Reader&, const DeploymentFilter&, Slice);
/// The record alone; its task is erased by itself. Current state keeps naming it.
void erase_deployment(Txn&, std::string_view id);

/// What runs where: one row per (project, environment, tenant).
struct CurrentState {
  std::string project = {}, environment = {}, tenant = {};
  std::string last_deployment = {};  ///< the last attempt that ended
  std::string last_success = {};     ///< deployment id, "" if none
  std::string last_success_release = {};
  std::string previous_success = {};  ///< the success before that one, to roll back to; "" if none
};
void record_ended(Txn&, const DeploymentRecord&, bool success);
std::optional<CurrentState> current_state(Reader&, std::string_view project, std::string_view environment,
                                          std::string_view tenant);
/// Of all environments and tenants of a project, or of all projects when `project` is "".
std::vector<CurrentState> current_states(Reader&, std::string_view project);
/// Environments in which this release has succeeded for this tenant ("" = untenanted) (LIF-2, LIF-7).
std::vector<std::string> environments_reached(Reader&, std::string_view release, std::string_view tenant);

}  // namespace slipway::storage
