#include "documents/release_erasure.h"

#include <fmt/format.h>

#include "base/error.h"
#include "storage/journal.h"
#include "storage/task_log.h"

namespace slipway::documents {
namespace {

[[noreturn]] void fail_not_ended(std::string_view what, const storage::TaskRecord& task) {
  fail(ErrorCode::conflict, fmt::format("{} can't be deleted while '{}' ({}) has not ended; cancel it first.", what,
                                        task.description, task.id));
}

void erase_deployment(storage::Txn& txn, storage::Vault& vault, const storage::DeploymentRecord& deployment) {
  storage::erase_log(txn, deployment.task);
  storage::erase_units(txn, deployment.task);
  storage::erase_task(txn, deployment.task);
  storage::erase_deployment(txn, deployment.id);
  vault.erase_owned_by(txn, deployment.id);
}

}  // namespace

void require_ended(storage::Reader& reader, storage::TaskFilter tasks, std::string_view what) {
  tasks.states = {storage::TaskState::Queued, storage::TaskState::Executing, storage::TaskState::Cancelling};
  const auto active = storage::list_tasks(reader, tasks, {0, 1}).items;
  if (!active.empty()) fail_not_ended(what, active.front());
}

void erase_with_deployments(storage::Txn& txn, storage::Vault& vault, const storage::ReleaseRecord& release) {
  storage::DeploymentFilter filter;
  filter.release = release.id;
  const auto deployments = storage::list_deployments(txn, filter, storage::everything).items;
  for (const storage::DeploymentRecord& deployment : deployments) {
    const auto task = storage::find_task(txn, deployment.task);
    if (task && !storage::is_final(task->state)) fail_not_ended("Release " + release.version, *task);
  }
  for (const storage::DeploymentRecord& deployment : deployments) erase_deployment(txn, vault, deployment);
  storage::erase_release(txn, release.id);
}

void erase_releases_of(storage::Txn& txn, storage::Vault& vault, const std::string& project) {
  storage::ReleaseFilter filter;
  filter.project = project;
  for (const storage::ReleaseRecord& release : storage::list_releases(txn, filter, storage::everything).items) {
    erase_with_deployments(txn, vault, release);
  }
}

}  // namespace slipway::documents
