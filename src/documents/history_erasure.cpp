#include "documents/history_erasure.h"

#include <fmt/format.h>

#include "base/error.h"
#include "storage/erasures.h"

namespace slipway::documents {
namespace {

constexpr int kSlicesAtOnce = 16;  // a write of some ten milliseconds: about 150 deployments

}  // namespace

void require_ended(storage::Reader& reader, storage::TaskFilter tasks, std::string_view what) {
  tasks.states = {storage::TaskState::Queued, storage::TaskState::Executing, storage::TaskState::Cancelling};
  const auto active = storage::list_tasks(reader, tasks, {0, 1}).items;
  if (active.empty()) return;
  const storage::TaskRecord& task = active.front();
  fail(ErrorCode::conflict, fmt::format("{} can't be deleted while '{}' ({}) has not ended; cancel it first.", what,
                                        task.description, task.id));
}

void erase_history(storage::Txn& txn, storage::Vault& vault, const std::string& subject, const std::string& space) {
  storage::begin_erasure(txn, subject, space);
  for (int slice = 0; slice < kSlicesAtOnce; ++slice) {
    if (!storage::erase_slice(txn, vault, subject)) return;
  }
}

}  // namespace slipway::documents
