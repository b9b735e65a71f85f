// How calls ask for deployments: the command of newer clients, and the classic document. Two public contracts, so each
// spells its members itself; both come to one DeploymentRequest.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "commands/create_deployments.h"

namespace slipway::api {

/// POST deployments/create/…/v1. Members that are absent or null keep their defaults; keys match in any case.
struct CreateDeploymentBody {
  std::string ProjectName, ReleaseVersion;
  std::vector<std::string> EnvironmentNames;  ///< untenanted
  std::string EnvironmentName;                ///< tenanted
  std::vector<std::string> Tenants, TenantTags;
  std::vector<std::string> SpecificMachineNames, ExcludedMachineNames, SkipStepNames;
  std::vector<std::string> DeploymentFreezeNames;
  std::string DeploymentFreezeOverrideReason;
  bool ForcePackageRedeployment = false;
  bool ForcePackageDownload = false;
  bool UpdateVariableSnapshot = false;
  bool CancelActive = false;
  std::optional<bool> UseGuidedFailure;
  std::optional<std::string> Priority;
  std::optional<std::string> RunAt, NoRunAfter;
  std::map<std::string, std::string> Variables;
  std::string Comments;
};
BOOST_DESCRIBE_STRUCT(CreateDeploymentBody, (),
                      (ProjectName, ReleaseVersion, EnvironmentNames, EnvironmentName, Tenants, TenantTags,
                       SpecificMachineNames, ExcludedMachineNames, SkipStepNames, DeploymentFreezeNames,
                       DeploymentFreezeOverrideReason, ForcePackageRedeployment, ForcePackageDownload,
                       UpdateVariableSnapshot, CancelActive, UseGuidedFailure, Priority, RunAt, NoRunAfter, Variables,
                       Comments))

/// POST deployments.
struct DeploymentDocument {
  std::string ReleaseId, EnvironmentId;
  std::optional<std::string> TenantId;
  std::vector<std::string> SkipActions, SpecificMachineIds, ExcludedMachineIds;
  bool ForcePackageDownload = false;
  bool ForcePackageRedeployment = false;
  bool CancelActive = false;
  std::optional<bool> UseGuidedFailure;
  std::map<std::string, std::string> FormValues;
  std::optional<std::string> QueueTime, QueueTimeExpiry;
  std::optional<std::string> Comments;
};
BOOST_DESCRIBE_STRUCT(DeploymentDocument, (),
                      (ReleaseId, EnvironmentId, TenantId, SkipActions, SpecificMachineIds, ExcludedMachineIds,
                       ForcePackageDownload, ForcePackageRedeployment, CancelActive, UseGuidedFailure, FormValues,
                       QueueTime, QueueTimeExpiry, Comments))

/// Throws Error{invalid} naming the member that can't be meant. Environments and tenants are left to the caller.
commands::DeploymentRequest request_of(const CreateDeploymentBody&);
commands::DeploymentRequest request_of(const DeploymentDocument&);

}  // namespace slipway::api
