#include "commands/snapshots.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/describe.h"
#include "base/error.h"
#include "commands/names.h"
#include "commands/records.h"
#include "storage/contents.h"
#include "storage/resources.h"

namespace slipway::commands {
namespace {

/// Five letters that stand for a content.
std::string letters_of(std::string_view hash) {
  std::string letters;
  for (std::size_t i = 0; i < 5; ++i) letters += static_cast<char>('A' + static_cast<unsigned char>(hash[i]) % 26);
  return letters;
}

template <class T>
T read_snapshot(storage::Reader& reader, const std::string& snapshot) {
  const auto document = storage::find_snapshot(reader, T::type, snapshot);
  if (!document) fail_unknown("snapshot", snapshot);
  return json::from_json<T>(*document);
}

}  // namespace

std::string freeze(storage::Txn& txn, const std::string& id, const std::string& owner) {
  const auto resource = storage::find_resource(txn, id);
  if (!resource) fail_unknown("document", id);
  const auto version = json::integer_at(storage::parse_document(*resource), "Version").value_or(0);
  const std::string hash = storage::put_content(txn, resource->body);
  std::string snapshot = fmt::format("{}-s-{}-{}", id, version, letters_of(hash));
  storage::name_snapshot(txn, {snapshot, resource->type, owner, hash});
  return snapshot;
}

VariableSnapshots freeze_variables(storage::Txn& txn, const model::Project& project) {
  VariableSnapshots snapshots{freeze(txn, project.VariableSetId, project.Id), {}};
  for (const std::string& library : project.IncludedLibraryVariableSetIds) {
    snapshots.libraries.push_back(freeze(txn, "variableset-" + library, library));
  }
  return snapshots;
}

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

}  // namespace slipway::commands
