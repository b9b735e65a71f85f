#include "views/frozen_release.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/describe.h"
#include "model/require.h"
#include "storage/contents.h"
#include "views/records.h"

namespace slipway::views {
namespace {

template <class T>
T read_snapshot(storage::Reader& reader, const std::string& snapshot) {
  const auto document = storage::find_snapshot(reader, T::type, snapshot);
  if (!document) model::fail_unknown("snapshot", snapshot);
  return json::from_json<T>(*document);
}

}  // namespace

model::DeploymentProcess frozen_process(storage::Reader& reader, const std::string& snapshot) {
  return read_snapshot<model::DeploymentProcess>(reader, snapshot);
}

model::VariableSet frozen_variables(storage::Reader& reader, const std::string& snapshot) {
  return read_snapshot<model::VariableSet>(reader, snapshot);
}

std::string frozen_key(const storage::ReleaseRecord& release) {
  return fmt::format("{} {} {}", release.process_snapshot, release.variables_snapshot,
                     fmt::join(body_of(release).LibraryVariableSetSnapshotIds, " "));
}

std::shared_ptr<const planning::FrozenRelease> load_frozen(storage::Reader& reader,
                                                           const storage::ReleaseRecord& release) {
  auto frozen = std::make_shared<planning::FrozenRelease>();
  frozen->process = frozen_process(reader, release.process_snapshot);
  frozen->project_variables = frozen_variables(reader, release.variables_snapshot);
  for (const std::string& library : body_of(release).LibraryVariableSetSnapshotIds) {
    frozen->library_variables.push_back(frozen_variables(reader, library));
  }
  return frozen;
}

}  // namespace slipway::views
