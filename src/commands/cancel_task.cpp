#include "commands/cancel_task.h"

#include <fmt/format.h>

#include "documents/audit.h"
#include "model/require.h"

namespace slipway::commands {

storage::TaskRecord cancel_task(storage::Txn& txn, WriteContext& context, const std::string& id) {
  const auto before = storage::find_task(txn, id);
  if (!before) model::fail_unknown("resource", id);
  if (storage::is_final(before->state) || before->state == storage::TaskState::Cancelling) return *before;
  auto after = storage::cancel_task(txn, id, context.clock.now());
  context.space = before->space;
  documents::audit(txn, context, storage::EventCategory::TaskCanceled, fmt::format("Cancel: {}", before->description),
                   {before->deployment, before->project, before->environment, before->tenant});
  return after.value_or(*before);
}

}  // namespace slipway::commands
