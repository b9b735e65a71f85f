#include "api/live/live_event.h"

#include <algorithm>
#include <set>
#include <utility>

#include "api/http/text_or_null.h"
#include "api/people/permissions.h"
#include "base/json.h"
#include "storage/releases.h"
#include "storage/tasks.h"

namespace slipway::api {
namespace {

using storage::Change;

bool is_asked_for(const std::vector<std::string>& wanted, const std::string& id) {
  return wanted.empty() || std::ranges::find(wanted, id) != wanted.end();
}

void tell_release(json::object& data, storage::Reader& reader, const std::string& id) {
  const auto release = storage::find_release(reader, id);
  if (!release) return;
  data["ChannelId"] = release->channel;
  data["Version"] = release->version;
}

void tell_deployment(json::object& data, storage::Reader& reader, const std::string& id) {
  const auto deployment = storage::find_deployment(reader, id);
  if (!deployment) return;
  data["ReleaseId"] = deployment->release;
  data["EnvironmentId"] = deployment->environment;
  data["TenantId"] = text_or_null(deployment->tenant);
  data["ChannelId"] = deployment->channel;
  data["TaskId"] = deployment->task;
}

void tell_task(json::object& data, storage::Reader& reader, const Change& change) {
  data["State"] = storage::to_string(*change.state);
  const auto task = storage::find_task(reader, change.id);
  if (!task) return;
  data["State"] = storage::to_string(task->state);
  data["DeploymentId"] = text_or_null(task->deployment);
  data["EnvironmentId"] = text_or_null(task->environment);
  data["TenantId"] = text_or_null(task->tenant);
  data["HasWarningsOrErrors"] = task->has_warnings || task->state == storage::TaskState::Failed;
  data["QueueTime"] = to_rfc3339(task->queued);
  data["StartTime"] = json::to_json(task->started);
  data["CompletedTime"] = json::to_json(task->completed);
}

/// Name and permission; none for what no route shows.
std::optional<std::pair<std::string, std::string>> kind_of(const Change& change, const model::Catalogue& catalogue) {
  switch (change.kind) {
    case Change::Kind::release:
      return {{"release", "ReleaseView"}};
    case Change::Kind::deployment:
      return {{"deployment", "DeploymentView"}};
    case Change::Kind::task:
      return {{"task", "TaskView"}};
    case Change::Kind::log:
      return {{"log", "TaskView"}};
    case Change::Kind::document:
      if (const auto* schema = catalogue.find(change.type)) return {{"document", schema->permissions.view}};
      return std::nullopt;
    case Change::Kind::lock:
    case Change::Kind::erasure:
      break;
  }
  return std::nullopt;
}

std::string data_of(storage::Reader& reader, const Change& change) {
  json::object data{
      {"Id", change.id}, {"SpaceId", text_or_null(change.space)}, {"ProjectId", text_or_null(change.project)}};
  if (change.is_gone) {
    data["IsGone"] = true;
  } else if (change.kind == Change::Kind::release) {
    tell_release(data, reader, change.id);
  } else if (change.kind == Change::Kind::deployment) {
    tell_deployment(data, reader, change.id);
  } else if (change.kind == Change::Kind::task) {
    tell_task(data, reader, change);
  } else if (change.kind == Change::Kind::log) {
    data["Last"] = change.last_line;
  }
  if (change.kind == Change::Kind::document) data["Type"] = change.type;
  return json::to_text(data);
}

}  // namespace

bool LiveEvent::is_for(const Principal& principal, const LiveFilter& filter) const {
  return is_asked_for(filter.spaces, space) && is_asked_for(filter.projects, project) &&
         is_permitted(principal, permission);
}

std::vector<LiveEvent> live_events(storage::Reader& reader, const std::vector<Change>& changes,
                                   const model::Catalogue& catalogue) {
  std::vector<LiveEvent> events;
  std::set<std::pair<Change::Kind, std::string_view>> told;
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    auto kind = kind_of(*change, catalogue);
    if (!kind || !told.emplace(change->kind, change->id).second) continue;
    events.push_back({change->number, std::move(kind->first), std::move(kind->second), change->space, change->project,
                      data_of(reader, *change)});
  }
  std::ranges::reverse(events);
  return events;
}

}  // namespace slipway::api
