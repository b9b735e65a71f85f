#include "api/delivery/delivery_documents.h"

#include <fmt/format.h>

#include <set>

#include "api/http/text_or_null.h"
#include "base/describe.h"
#include "model/resources/people/user.h"
#include "storage/document_lookup.h"
#include "views/records.h"

namespace slipway::api {
namespace {

/// In the shape that clients read. Earlier versions kept whatever was sent.
json::value git_reference(const json::value& kept) {
  const json::object* reference = kept.if_object();
  if (reference == nullptr) return nullptr;
  const auto text = [&](std::string_view member) {
    const auto found = json::text_at(*reference, member);
    return found ? json::value(*found) : json::value(nullptr);
  };
  return json::object{{"GitRef", text("GitRef")}, {"GitCommit", text("GitCommit")}};
}

json::object release_links(const storage::ReleaseRecord& release) {
  const std::string space = "/api/" + release.space;
  const std::string self = space + "/releases/" + release.id;
  return {{"Self", self},
          {"Web", fmt::format("/app#/{}/releases/{}", release.space, release.id)},
          {"Project", space + "/projects/" + release.project},
          {"Channel", space + "/channels/" + release.channel},
          {"Progression", self + "/progression"},
          {"Deployments", self + "/deployments{?skip,take}"},
          {"DeploymentTemplate", self + "/deployments/template"},
          {"DeploymentPreviews", self + "/deployments/previews"},
          {"SnapshotVariables", self + "/snapshot-variables"},
          {"Artifacts", space + "/artifacts?regarding=" + release.id},
          {"Defects", self + "/defects"},
          {"ReportDefect", self + "/defects"},
          {"ResolveDefect", self + "/defects/resolve"},
          {"ProjectDeploymentProcessSnapshot", space + "/deploymentprocesses/" + release.process_snapshot},
          {"ProjectVariableSnapshot", space + "/variables/" + release.variables_snapshot}};
}

json::object deployment_links(const storage::DeploymentRecord& deployment) {
  const std::string space = "/api/" + deployment.space;
  json::object links = {{"Self", space + "/deployments/" + deployment.id},
                        {"Web", fmt::format("/app#/{}/deployments/{}", deployment.space, deployment.id)},
                        {"Task", "/api/tasks/" + deployment.task},
                        {"Environment", space + "/environments/" + deployment.environment},
                        {"Release", space + "/releases/" + deployment.release},
                        {"Project", space + "/projects/" + deployment.project},
                        {"Evidence", fmt::format("{}/deployments/{}/evidence", space, deployment.id)},
                        {"Interruptions", space + "/interruptions?regarding=" + deployment.id},
                        {"Artifacts", space + "/artifacts?regarding=" + deployment.id}};
  if (!deployment.tenant.empty()) links["Tenant"] = space + "/tenants/" + deployment.tenant;
  return links;
}

json::object task_links(const storage::TaskRecord& task) {
  const std::string self = "/api/tasks/" + task.id;
  return {{"Self", self},
          {"Web", fmt::format("/app#/{}/tasks/{}", task.space, task.id)},
          {"Raw", self + "/raw"},
          {"Details", self + "/details{?verbose,tail}"},
          {"Log", self + "/log{?after,take,tail,level}"},
          {"Cancel", self + "/cancel"},
          {"State", self + "/state"},
          {"QueuedBehind", self + "/queued-behind{?skip,take}"},
          {"Artifacts", fmt::format("/api/{}/artifacts?regarding={}", task.space, task.id)},
          {"Interruptions", fmt::format("/api/{}/interruptions?regarding={}", task.space, task.id)}};
}

std::string duration_of(const storage::TaskRecord& task, Time now) {
  return task.started ? describe_duration(task.completed.value_or(now) - *task.started) : "";
}

/// What stands in `Completed`: the time for people, or the state of what has not ended.
std::string completed_text(const storage::TaskRecord& task) {
  return task.completed ? to_rfc3339(*task.completed) : std::string(storage::to_string(task.state));
}

}  // namespace

DeliveryDocuments::DeliveryDocuments(storage::Reader& reader, Time now)
    : reader_(reader), now_(now), hold_(storage::queue_hold(reader)) {}

json::object DeliveryDocuments::release(const storage::ReleaseRecord& record) const {
  const views::ReleaseBody body = views::body_of(record);
  return {{"Id", record.id},
          {"SpaceId", record.space},
          {"ProjectId", record.project},
          {"ChannelId", record.channel},
          {"Version", record.version},
          {"ReleaseNotes", json::to_json(body.ReleaseNotes)},
          {"Assembled", to_rfc3339(record.assembled)},
          {"IgnoreChannelRules", body.IgnoreChannelRules},
          {"ProjectDeploymentProcessSnapshotId", record.process_snapshot},
          {"ProjectVariableSetSnapshotId", record.variables_snapshot},
          {"LibraryVariableSetSnapshotIds", json::to_json(body.LibraryVariableSetSnapshotIds)},
          {"SelectedPackages", json::to_json(body.SelectedPackages)},
          {"SelectedGitResources", json::array()},
          {"BuildInformation", json::array()},
          {"CustomFields", json::to_json(body.CustomFields)},
          {"VersionControlReference", git_reference(body.VersionControlReference)},
          {"Links", release_links(record)}};
}

json::object DeliveryDocuments::deployment(const storage::DeploymentRecord& record) {
  const views::DeploymentBody body = views::body_of(record);
  const storage::ReleaseRecord* release = find_release(record.release);
  const storage::TaskRecord* task = find_task(record.task);
  json::object form_values;
  for (const auto& [variable, value] : body.FormValues) {
    if (value.is_string()) form_values.emplace(variable, value);  // answers to sensitive prompts are never shown
  }
  json::object document{
      {"Id", record.id},
      {"SpaceId", record.space},
      {"ReleaseId", record.release},
      {"EnvironmentId", record.environment},
      {"TenantId", text_or_null(record.tenant)},
      {"ProjectId", record.project},
      {"ChannelId", record.channel},
      {"DeploymentProcessId", release == nullptr ? json::value(nullptr) : json::value(release->process_snapshot)},
      {"TaskId", record.task},
      {"Name", body.Name},
      {"Created", to_rfc3339(record.created)},
      {"DeployedBy", username(record.deployed_by)},
      {"DeployedById", record.deployed_by},
      {"UseGuidedFailure", body.UseGuidedFailure},
      {"FailureEncountered", task != nullptr && task->state == storage::TaskState::Failed},
      {"ManifestVariableSetId", nullptr},
      {"SkipActions", json::to_json(body.SkipActions)},
      {"SpecificMachineIds", json::array()},
      {"ExcludedMachineIds", json::array()},
      {"DeployedToMachineIds", json::array()},
      {"FormValues", std::move(form_values)},
      {"Changes", json::array()},
      {"ChangesMarkdown", ""},
      {"Links", deployment_links(record)}};
  const json::value options = json::to_json(body.options());
  for (const auto& option : options.get_object()) document.insert(option);
  document["Comments"] = text_or_null(body.Comments);
  return document;
}

json::object DeliveryDocuments::task(const storage::TaskRecord& record) const {
  const bool is_completed = storage::is_final(record.state);
  return {{"Id", record.id},
          {"SpaceId", record.space},
          {"Name", record.name},
          {"Description", record.description},
          {"Arguments", json::object{{"DeploymentId", record.deployment}}},
          {"ProjectId", text_or_null(record.project)},
          {"EnvironmentId", text_or_null(record.environment)},
          {"TenantId", text_or_null(record.tenant)},
          {"State", storage::to_string(record.state)},
          {"Completed", completed_text(record)},
          {"QueueTime", to_rfc3339(record.queued)},
          {"QueueTimeExpiry", json::to_json(record.queue_expiry)},
          {"StartTime", json::to_json(record.started)},
          {"LastUpdatedTime", to_rfc3339(record.completed.value_or(record.started.value_or(record.queued)))},
          {"CompletedTime", json::to_json(record.completed)},
          {"ServerNode", text_or_null(record.node)},
          {"Duration", duration_of(record, now_)},
          {"ErrorMessage", record.error},
          {"QueueReason", hold_ && keeps_waiting(*hold_, record.state) ? text_of(*hold_) : ""},
          {"HasBeenPickedUpByProcessor", record.started.has_value()},
          {"IsCompleted", is_completed},
          {"FinishedSuccessfully", record.state == storage::TaskState::Success},
          {"HasPendingInterruptions", false},
          {"CanRerun", false},
          {"HasWarningsOrErrors", record.has_warnings || record.state == storage::TaskState::Failed},
          {"Links", task_links(record)}};
}

Standing standing_of(const storage::DeploymentRecord& deployment, const storage::CurrentState& state) {
  if (deployment.id == state.last_success) return Standing::runs;
  return deployment.id == state.previous_success ? Standing::ran_before : Standing::attempt;
}

json::object DeliveryDocuments::dashboard_item(const storage::DeploymentRecord& record, Standing standing) {
  const storage::ReleaseRecord* release = find_release(record.release);
  const storage::TaskRecord* known = find_task(record.task);
  const storage::TaskRecord task = known == nullptr ? storage::TaskRecord{} : *known;
  return {{"Id", record.id},
          {"ProjectId", record.project},
          {"EnvironmentId", record.environment},
          {"ReleaseId", record.release},
          {"DeploymentId", record.id},
          {"TaskId", record.task},
          {"TenantId", text_or_null(record.tenant)},
          {"ChannelId", record.channel},
          {"ReleaseVersion", release == nullptr ? "" : release->version},
          {"Created", to_rfc3339(record.created)},
          {"QueueTime", to_rfc3339(task.queued)},
          {"StartTime", json::to_json(task.started)},
          {"CompletedTime", json::to_json(task.completed)},
          {"State", storage::to_string(task.state)},
          {"HasPendingInterruptions", false},
          {"PendingInterruptionTypes", json::array()},
          {"HasPendingPreconditions", false},
          {"PendingPreconditionTypes", json::array()},
          {"HasWarningsOrErrors", task.has_warnings || task.state == storage::TaskState::Failed},
          {"ErrorMessage", task.error},
          {"Duration", duration_of(task, now_)},
          {"IsCurrent", standing == Standing::runs},
          {"IsPrevious", standing == Standing::ran_before},
          {"IsCompleted", storage::is_final(task.state)},
          {"Links", deployment_links(record)}};
}

void DeliveryDocuments::look_ahead(const std::vector<storage::DeploymentRecord>& deployments) {
  std::set<std::string> releases;
  std::vector<std::string> tasks;
  for (const storage::DeploymentRecord& deployment : deployments) {
    releases.insert(deployment.release);
    tasks.push_back(deployment.task);
  }
  for (auto& release : storage::find_releases(reader_, {releases.begin(), releases.end()})) {
    releases_[release.id] = std::move(release);
  }
  for (auto& task : storage::find_tasks(reader_, tasks)) tasks_[task.id] = std::move(task);
}

const storage::TaskRecord* DeliveryDocuments::find_task(const std::string& id) {
  auto known = tasks_.find(id);
  if (known == tasks_.end()) known = tasks_.emplace(id, storage::find_task(reader_, id)).first;
  return known->second ? &*known->second : nullptr;
}

const storage::ReleaseRecord* DeliveryDocuments::find_release(const std::string& id) {
  auto known = releases_.find(id);
  if (known == releases_.end()) known = releases_.emplace(id, storage::find_release(reader_, id)).first;
  return known->second ? &*known->second : nullptr;
}

const std::string& DeliveryDocuments::username(const std::string& user) {
  auto known = usernames_.find(user);
  if (known == usernames_.end()) {
    const storage::DocumentLookup lookup(reader_);
    const auto found = model::find<model::User>(lookup, user);
    known = usernames_.emplace(user, found ? found->Username : user).first;
  }
  return known->second;
}

}  // namespace slipway::api
