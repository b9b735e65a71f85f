#include "commands/snapshots.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/describe.h"
#include "base/error.h"
#include "model/require.h"
#include "storage/contents.h"
#include "storage/resources.h"
#include "views/records.h"

namespace slipway::commands {
namespace {

/// Five letters that stand for a content.
std::string letters_of(std::string_view hash) {
  std::string letters;
  for (std::size_t i = 0; i < 5; ++i) letters += static_cast<char>('A' + static_cast<unsigned char>(hash[i]) % 26);
  return letters;
}

}  // namespace

std::string freeze(storage::Txn& txn, const std::string& id, const std::string& owner) {
  const auto resource = storage::find_resource(txn, id);
  if (!resource) model::fail_unknown("document", id);
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

}  // namespace slipway::commands
