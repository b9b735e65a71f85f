#include "api/live/addressed_task.h"

#include <utility>

#include "model/require.h"

namespace slipway::api {

storage::TaskRecord addressed_task(const Call& call, storage::Reader& reader) {
  const std::string& id = call.parameter("id");
  auto task = storage::find_task(reader, id);
  if (!task || (call.has_space && task->space != call.space)) model::fail_unknown("resource", id);
  return std::move(*task);
}

}  // namespace slipway::api
