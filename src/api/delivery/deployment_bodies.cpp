#include "api/delivery/deployment_bodies.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "base/time.h"
#include "language/dotnet/dotnet_date.h"

namespace slipway::api {

using commands::DeploymentRequest;

namespace {

/// "On" and "Off" decide; "LifecycleDefault" and nothing leave it to the lifecycle.
std::optional<bool> priority_of(std::string_view text) {
  if (equals_ignoring_case(text, "On")) return true;
  if (equals_ignoring_case(text, "Off")) return false;
  if (text.empty() || equals_ignoring_case(text, "LifecycleDefault")) return std::nullopt;
  fail_invalid(fmt::format("Priority must be On, Off or LifecycleDefault; '{}' is none of them.", text));
}

/// Clients pass on what people typed, so any form counts that .NET reads as a DateTimeOffset; UTC where it names no
/// offset.
std::optional<Time> time_in(const std::optional<std::string>& text, std::string_view member) {
  if (!text || trim(*text).empty()) return std::nullopt;
  if (const auto time = parse_time(*text)) return time;
  const auto date = language::parse_date(*text);
  if (!date) {
    fail_invalid(fmt::format("{} must be a time such as 2024-05-01T02:03:04Z; '{}' is none.", member, *text));
  }
  return language::time_of(*date);
}

/// Someone who overrides a freeze believes that deployments are frozen; here nothing ever is.
void check_freezes(const CreateDeploymentBody& body) {
  Problems problems;
  for (const std::string& name : body.DeploymentFreezeNames) {
    if (!trim(name).empty()) {
      problems.add(
          fmt::format("DeploymentFreezeNames: there is no deployment freeze named '{}': this server has none. "
                      "Leave it out.",
                      name));
    }
  }
  if (!trim(body.DeploymentFreezeOverrideReason).empty()) {
    problems.add(
        "DeploymentFreezeOverrideReason: there is no deployment freeze to override. Leave it out; Comments "
        "are kept with the deployment.");
  }
  problems.throw_if_any();
}

}  // namespace

DeploymentRequest request_of(const CreateDeploymentBody& body) {
  check_freezes(body);
  DeploymentRequest request;
  request.project = body.ProjectName;
  if (request.project.empty()) fail_invalid("ProjectName: please name the project.");
  request.release = body.ReleaseVersion;
  request.skip_steps = body.SkipStepNames;
  request.variables = body.Variables;
  request.guided_failure = body.UseGuidedFailure;
  request.options = {.Comments = body.Comments,
                     .ForcePackageDownload = body.ForcePackageDownload,
                     .ForcePackageRedeployment = body.ForcePackageRedeployment,
                     .QueueTime = time_in(body.RunAt, "RunAt"),
                     .QueueTimeExpiry = time_in(body.NoRunAfter, "NoRunAfter")};
  request.priority = priority_of(body.Priority.value_or(""));
  request.specific_machines = body.SpecificMachineNames;
  request.excluded_machines = body.ExcludedMachineNames;
  request.update_variables = body.UpdateVariableSnapshot;
  request.cancel_active = body.CancelActive;
  return request;
}

DeploymentRequest request_of(const DeploymentDocument& document) {
  DeploymentRequest request;
  request.release = document.ReleaseId;
  request.environments = {document.EnvironmentId};
  if (document.TenantId && !document.TenantId->empty()) {
    request.tenants = planning::TenantQuery{{*document.TenantId}, {}};
  }
  request.skip_steps = document.SkipActions;
  request.variables = document.FormValues;
  request.guided_failure = document.UseGuidedFailure;
  request.options = {.Comments = document.Comments.value_or(""),
                     .ForcePackageDownload = document.ForcePackageDownload,
                     .ForcePackageRedeployment = document.ForcePackageRedeployment,
                     .QueueTime = time_in(document.QueueTime, "QueueTime"),
                     .QueueTimeExpiry = time_in(document.QueueTimeExpiry, "QueueTimeExpiry")};
  request.specific_machines = document.SpecificMachineIds;
  request.excluded_machines = document.ExcludedMachineIds;
  request.cancel_active = document.CancelActive;
  return request;
}

}  // namespace slipway::api
