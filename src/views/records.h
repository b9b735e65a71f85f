// What the bodies of release and deployment records hold (storage/releases.h keeps them as JSON texts).
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "planning/deployment_options.h"
#include "planning/package_selection.h"
#include "storage/releases.h"

namespace slipway::views {

/// A reason not to go on with a release (BLK-1).
struct Defect {
  std::string Id, Description;
  std::string Status = "Unresolved";  ///< or Resolved
};
BOOST_DESCRIBE_STRUCT(Defect, (), (Id, Description, Status))

struct ReleaseBody {
  std::optional<std::string> ReleaseNotes;
  bool IgnoreChannelRules = false;
  std::vector<planning::SelectedPackage> SelectedPackages;
  std::vector<std::string> LibraryVariableSetSnapshotIds;
  std::map<std::string, std::string> CustomFields;
  json::value VersionControlReference;  ///< {GitRef, GitCommit}, or null
  std::vector<Defect> Defects;

  bool is_blocked() const;
};
BOOST_DESCRIBE_STRUCT(ReleaseBody, (),
                      (ReleaseNotes, IgnoreChannelRules, SelectedPackages, LibraryVariableSetSnapshotIds, CustomFields,
                       VersionControlReference, Defects))

struct DeploymentBody : planning::DeploymentOptions {
  planning::DeploymentOptions& options() { return *this; }
  const planning::DeploymentOptions& options() const { return *this; }

  std::string Name;
  std::map<std::string, json::value> FormValues;  ///< prompted variable's id → text or stored secret
  std::vector<std::string> SkipActions;           ///< ids
  bool UseGuidedFailure = false;
};
BOOST_DESCRIBE_STRUCT(DeploymentBody, (planning::DeploymentOptions), (Name, FormValues, SkipActions, UseGuidedFailure))

ReleaseBody body_of(const storage::ReleaseRecord&);
DeploymentBody body_of(const storage::DeploymentRecord&);
/// Members at their defaults are left out: there are many deployments.
std::string to_text(const ReleaseBody&);
std::string to_text(const DeploymentBody&);

}  // namespace slipway::views
