#include "api/delivery/delivery_shapes.h"

#include "api/http/shape.h"
#include "planning/deployment_options.h"
#include "planning/lifecycle_progress.h"
#include "planning/package_selection.h"

namespace slipway::api {
namespace {

using namespace shape;

json::object texts() { return list_of(text()); }
json::object named() { return object({{"Id", text()}, {"Name", text()}}); }

json::object release() {
  return object(
      {{"Id", text()},
       {"SpaceId", text()},
       {"ProjectId", text()},
       {"ChannelId", text()},
       {"Version", text()},
       {"ReleaseNotes", or_null(text())},
       {"Assembled", time()},
       {"IgnoreChannelRules", flag()},
       {"ProjectDeploymentProcessSnapshotId", text()},
       {"ProjectVariableSetSnapshotId", text()},
       {"LibraryVariableSetSnapshotIds", texts()},
       {"SelectedPackages", list_of(of<planning::SelectedPackage>())},
       {"SelectedGitResources", list_of(map_of(anything()))},
       {"BuildInformation", list_of(map_of(anything()))},
       {"CustomFields", map_of(text())},
       {"VersionControlReference", or_null(object({{"GitRef", or_null(text())}, {"GitCommit", or_null(text())}}))},
       {"Links", links()}});
}

/// The shape of an object that has the members of T, too. What it says of one by itself stands.
template <json::Described T>
json::object with_members_of(json::object shape) {
  const json::object added = of<T>();
  for (const auto& member : added.at("properties").get_object()) {
    const bool is_new = shape["properties"].as_object().emplace(member.key(), member.value()).second;
    if (is_new) shape["required"].as_array().emplace_back(member.key());
  }
  return shape;
}

json::object deployment() {
  json::object shape = object({{"Id", text()},
                               {"SpaceId", text()},
                               {"ReleaseId", text()},
                               {"EnvironmentId", text()},
                               {"TenantId", or_null(text())},
                               {"ProjectId", text()},
                               {"ChannelId", text()},
                               {"DeploymentProcessId", or_null(text())},
                               {"TaskId", text()},
                               {"Name", text()},
                               {"Created", time()},
                               {"DeployedBy", text()},
                               {"DeployedById", text()},
                               {"Comments", or_null(text())},
                               {"UseGuidedFailure", flag()},
                               {"FailureEncountered", flag()},
                               {"ManifestVariableSetId", or_null(text())},
                               {"SkipActions", texts()},
                               {"SpecificMachineIds", texts()},
                               {"ExcludedMachineIds", texts()},
                               {"DeployedToMachineIds", texts()},
                               {"FormValues", map_of(text())},
                               {"Changes", list_of(map_of(anything()))},
                               {"ChangesMarkdown", text()},
                               {"Links", links()}});
  return with_members_of<planning::DeploymentOptions>(std::move(shape));
}

json::object state() {
  return choice({"Queued", "Executing", "Cancelling", "Success", "Failed", "Canceled", "TimedOut"});
}

json::object task() {
  return object({{"Id", text()},
                 {"SpaceId", text()},
                 {"Name", text()},
                 {"Description", text()},
                 {"Arguments", object({{"DeploymentId", text()}})},
                 {"ProjectId", or_null(text())},
                 {"EnvironmentId", or_null(text())},
                 {"TenantId", or_null(text())},
                 {"State", state()},
                 {"Completed", text()},
                 {"QueueTime", time()},
                 {"QueueTimeExpiry", or_null(time())},
                 {"StartTime", or_null(time())},
                 {"LastUpdatedTime", time()},
                 {"CompletedTime", or_null(time())},
                 {"ServerNode", or_null(text())},
                 {"Duration", text()},
                 {"ErrorMessage", text()},
                 {"HasBeenPickedUpByProcessor", flag()},
                 {"IsCompleted", flag()},
                 {"FinishedSuccessfully", flag()},
                 {"HasPendingInterruptions", flag()},
                 {"CanRerun", flag()},
                 {"QueueReason", text()},
                 {"HasWarningsOrErrors", flag()},
                 {"Links", links()}});
}

json::object activity_log() {
  return object(
      {{"Id", text()},
       {"Name", text()},
       {"Status", choice({"Pending", "Running", "Success", "Failed", "Skipped", "SuccessWithWarning", "Canceled"})},
       {"Started", or_null(time())},
       {"Ended", or_null(time())},
       {"ShowAtSummaryLevel", flag()},
       {"ProgressPercentage", whole_number()},
       {"ProgressMessage", text()},
       {"Unit", or_null(whole_number())},
       {"LogElements", list_of(object({{"Category", text()},
                                       {"OccurredAt", time()},
                                       {"MessageText", text()},
                                       {"Detail", or_null(text())},
                                       {"Number", whole_number()}}))},
       {"Children", list_of("ActivityLog")}});
}

json::object task_details() {
  return object({{"Task", one("Task")},
                 {"Progress", object({{"ProgressPercentage", whole_number()}, {"EstimatedTimeRemaining", text()}})},
                 {"PhysicalLogSize", whole_number()},
                 {"ActivityLogs", list_of("ActivityLog")},
                 {"Links", links()}});
}

json::object dashboard_item() {
  return object({{"Id", text()},
                 {"ProjectId", text()},
                 {"EnvironmentId", text()},
                 {"ReleaseId", text()},
                 {"DeploymentId", text()},
                 {"TaskId", text()},
                 {"TenantId", or_null(text())},
                 {"ChannelId", text()},
                 {"ReleaseVersion", text()},
                 {"Created", time()},
                 {"QueueTime", time()},
                 {"StartTime", or_null(time())},
                 {"CompletedTime", or_null(time())},
                 {"State", state()},
                 {"HasPendingInterruptions", flag()},
                 {"PendingInterruptionTypes", texts()},
                 {"HasPendingPreconditions", flag()},
                 {"PendingPreconditionTypes", texts()},
                 {"HasWarningsOrErrors", flag()},
                 {"ErrorMessage", text()},
                 {"Duration", text()},
                 {"IsCurrent", flag()},
                 {"IsPrevious", flag()},
                 {"IsCompleted", flag()},
                 {"Links", links()}});
}

json::object dashboard() {
  return object({{"Items", list_of("DashboardItem")},
                 {"Projects", list_of(object({{"Id", text()},
                                              {"Name", text()},
                                              {"Links", links()},
                                              {"Slug", text()},
                                              {"ProjectGroupId", text()},
                                              {"EnvironmentIds", texts()},
                                              {"TenantedDeploymentMode", text()},
                                              {"CanPerformUntenantedDeployment", flag()},
                                              {"IsDisabled", flag()}}))},
                 {"ProjectGroups",
                  list_of(object({{"Id", text()}, {"Name", text()}, {"Links", links()}, {"EnvironmentIds", texts()}}))},
                 {"Environments", list_of(object({{"Id", text()}, {"Name", text()}, {"Links", links()}}))},
                 {"Tenants", list_of(object({{"Id", text()},
                                             {"Name", text()},
                                             {"TenantTags", texts()},
                                             {"ProjectEnvironments", map_of(texts())},
                                             {"IsDisabled", flag()}}))},
                 {"ProjectLimit", or_null(whole_number())},
                 {"IsFiltered", flag()},
                 {"Links", links()}});
}

json::object project_progression() {
  return object({{"Environments", list_of(named())},
                 {"ChannelEnvironments", map_of(list_of(named()))},
                 {"Releases", list_of(object({{"Release", one("Release")},
                                              {"Channel", or_null(one("Channel"))},
                                              {"Deployments", map_of(list_of("DashboardItem"))},
                                              {"NextDeployments", texts()},
                                              {"HasUnresolvedDefect", flag()},
                                              {"ReleaseRetentionPeriod", or_null(map_of(anything()))},
                                              {"TentacleRetentionPeriod", or_null(map_of(anything()))}}))}});
}

json::object release_progression() {
  return object(
      {{"Phases",
        list_of(object({{"Id", or_null(text())},
                        {"Name", text()},
                        {"Blocked", flag()},
                        {"Progress", detail::of<planning::Progress>()},
                        {"Deployments", list_of(object({{"Task", one("Task")}, {"Deployment", one("Deployment")}}))},
                        {"AutomaticDeploymentTargets", texts()},
                        {"OptionalDeploymentTargets", texts()},
                        {"MinimumEnvironmentsBeforePromotion", whole_number()},
                        {"IsOptionalPhase", flag()}}))},
       {"NextDeployments", texts()},
       {"NextDeploymentsMinimumRequired", whole_number()}});
}

json::object deployment_template() {
  const auto promotions = list_of(object({{"Id", text()}, {"Name", text()}, {"Links", links()}}));
  return object({{"IsDeploymentProcessModified", flag()},
                 {"IsVariableSetModified", flag()},
                 {"IsLibraryVariableSetModified", flag()},
                 {"DeploymentNotes", or_null(text())},
                 {"PromoteTo", promotions},
                 {"TenantPromotions", list_of(object({{"Id", text()}, {"Name", text()}, {"PromoteTo", promotions}}))},
                 {"Links", links()}});
}

json::object deployment_preview() {
  const auto control = object({{"Type", text()},
                               {"Name", text()},
                               {"Label", text()},
                               {"Description", text()},
                               {"Required", flag()},
                               {"IsSecure", flag()},
                               {"DisplaySettings", map_of(text())}});
  const auto input = object({{"Name", text()}, {"Value", or_null(text())}, {"IsDefault", flag()}});
  return object(
      {{"StepsToExecute", list_of(object({{"ActionId", text()},
                                          {"ActionName", text()},
                                          {"ActionNumber", text()},
                                          {"Roles", texts()},
                                          {"MachineNames", texts()},
                                          {"Machines", list_of(map_of(anything()))},
                                          {"CanBeSkipped", flag()},
                                          {"IsDisabled", flag()},
                                          {"HasNoApplicableMachines", flag()},
                                          {"UnavailableMachines", list_of(map_of(anything()))},
                                          {"ExcludedMachines", list_of(map_of(anything()))},
                                          {"Inputs", list_of(input)},
                                          {"Problems", texts()}}))},
       {"StepsToSkip", list_of(object({{"ActionId", text()}, {"ActionName", text()}, {"Reason", text()}}))},
       {"UseGuidedFailureModeByDefault", flag()},
       {"Changes", list_of(map_of(anything()))},
       {"ChangesMarkdown", text()},
       {"Form",
        object({{"Values", map_of(text())},
                {"Elements", list_of(object({{"Name", text()}, {"IsValueRequired", flag()}, {"Control", control}}))}})},
       {"Links", links()}});
}

json::object evidence() {
  return object({{"DeploymentId", text()},
                 {"TaskId", text()},
                 {"ProjectId", text()},
                 {"ReleaseId", text()},
                 {"ReleaseVersion", or_null(text())},
                 {"EnvironmentId", text()},
                 {"TenantId", or_null(text())},
                 {"State", state()},
                 {"CompletedTime", or_null(time())},
                 {"Steps", list_of(object({{"ActionName", or_null(text())},
                                           {"ActionType", or_null(text())},
                                           {"Result", text()},
                                           {"StartTime", time()},
                                           {"CompletedTime", or_null(time())},
                                           {"Evidence", or_null(map_of(anything()))}}))},
                 {"Links", links()}});
}

json::object process_template() {
  return object({{"DeploymentProcessId", text()},
                 {"LastReleaseVersion", or_null(text())},
                 {"NextVersionIncrement", or_null(text())},
                 {"VersioningPackageStepName", or_null(text())},
                 {"VersioningPackageReferenceName", or_null(text())},
                 {"Packages", list_of(object({{"StepName", text()},
                                              {"ActionName", text()},
                                              {"PackageReferenceName", text()},
                                              {"PackageId", text()},
                                              {"NuGetPackageId", text()},
                                              {"FeedId", text()},
                                              {"NuGetFeedId", text()},
                                              {"FeedName", text()},
                                              {"NuGetFeedName", text()},
                                              {"ProjectName", or_null(text())},
                                              {"VersionSelectedLastRelease", or_null(text())},
                                              {"FixedVersion", or_null(text())},
                                              {"IsResolvable", flag()}}))},
                 {"GitResources", list_of(map_of(anything()))},
                 {"Warnings", list_of(text())},
                 {"Links", links()}});
}

json::object created_deployments() {
  return object(
      {{"DeploymentServerTasks", list_of(object({{"DeploymentId", text()},
                                                 {"ServerTaskId", text()},
                                                 {"EnvironmentId", text()},
                                                 {"TenantId", or_null(text())},
                                                 {"TenantName", or_null(text())}}))},
       {"SkippedTenants", list_of(object({{"TenantId", text()}, {"TenantName", text()}, {"Reason", text()}}))}});
}

json::object defect() {
  return object(
      {{"Id", text()}, {"Description", text()}, {"Status", choice({"Unresolved", "Resolved"})}, {"Links", links()}});
}

json::object event() {
  return object({{"Id", text()},
                 {"SpaceId", or_null(text())},
                 {"Category", text()},
                 {"Message", text()},
                 {"MessageHtml", or_null(text())},
                 {"MessageReferences", list_of(map_of(anything()))},
                 {"Occurred", time()},
                 {"UserId", text()},
                 {"Username", text()},
                 {"IsService", flag()},
                 {"IdentityEstablishedWith", text()},
                 {"UserAgent", text()},
                 {"IpAddress", text()},
                 {"Comments", or_null(text())},
                 {"Details", or_null(text())},
                 {"RelatedDocumentIds", texts()},
                 {"ChangeDetails", object({{"DocumentContext", anything()}, {"Differences", anything()}})},
                 {"Links", links()}});
}

json::object package_version() {
  return object({{"Id", text()},
                 {"FeedId", text()},
                 {"PackageId", text()},
                 {"Version", text()},
                 {"Title", or_null(text())},
                 {"Published", or_null(time())},
                 {"ReleaseNotes", or_null(text())},
                 {"SizeBytes", whole_number()},
                 {"Digest", or_null(text())},
                 {"Links", links()}});
}

json::object package_description() {
  return object({{"Id", text()},
                 {"Name", text()},
                 {"Description", text()},
                 {"LatestVersion", or_null(text())},
                 {"Links", links()}});
}

}  // namespace

json::object delivery_components() {
  return {{"Release", release()},
          {"ReleaseProgression", release_progression()},
          {"CreatedRelease",
           object({{"ReleaseId", text()}, {"ReleaseVersion", text()}, {"AutomaticallyDeployedEnvironments", text()}})},
          {"Defect", defect()},
          {"Deployment", deployment()},
          {"DeploymentEvidence", evidence()},
          {"DeploymentPreview", deployment_preview()},
          {"DeploymentTemplate", deployment_template()},
          {"CreatedDeployments", created_deployments()},
          {"Task", task()},
          {"TaskDetails", task_details()},
          {"ActivityLog", activity_log()},
          {"Dashboard", dashboard()},
          {"DashboardItem", dashboard_item()},
          {"ProjectProgression", project_progression()},
          {"ProcessTemplate", process_template()},
          {"Event", event()},
          {"PackageVersion", package_version()},
          {"PackageDescription", package_description()}};
}

}  // namespace slipway::api
