#include "views/release_lookup.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "language/versions/version.h"
#include "model/require.h"

namespace slipway::views {

std::optional<storage::ReleaseRecord> find_release_of(storage::Reader& reader, const std::string& project,
                                                      const std::string& version) {
  const auto parsed = language::try_parse_release_version(version);
  if (!parsed) return std::nullopt;
  const std::string key = language::version_sort_key(*parsed);
  const std::string former_key = language::former_version_sort_key(*parsed);
  auto found = storage::find_release_by_version(reader, project, key);
  return found || former_key == key ? found : storage::find_release_by_version(reader, project, former_key);
}

storage::ReleaseRecord require_release(storage::Reader& reader, const model::Lookup& lookup, const std::string& space,
                                       const std::string& project, const std::string& given) {
  const std::string release(trim(given));
  if (release.empty()) fail_invalid("Please name the release.");
  if (trim(project).empty()) {
    auto by_id = storage::find_release(reader, release);
    if (!by_id || by_id->space != space) fail_invalid(fmt::format("There is no release '{}'.", release));
    return std::move(*by_id);
  }
  const auto owner = model::require_named<model::Project>(lookup, space, project, "project");
  if (auto found = find_release_of(reader, owner.Id, release)) return std::move(*found);
  auto by_id = storage::find_release(reader, release);
  if (by_id && by_id->project == owner.Id) return std::move(*by_id);
  fail_invalid(fmt::format("The project '{}' has no release '{}'.", owner.Name, release));
}

std::vector<model::LibraryVariableSet> included_libraries(const model::Lookup& lookup, const model::Project& project) {
  std::vector<model::LibraryVariableSet> libraries;
  for (const std::string& id : project.IncludedLibraryVariableSetIds) {
    if (auto library = model::find<model::LibraryVariableSet>(lookup, id)) libraries.push_back(std::move(*library));
  }
  return libraries;
}

model::TenantVariables tenant_variables_of(const model::Lookup& lookup, const std::string& tenant) {
  return model::find<model::TenantVariables>(lookup, "tenantvariables-" + tenant).value_or(model::TenantVariables{});
}

bool guided_failure_by_default(const model::Project& project, const model::Environment& environment) {
  return project.DefaultGuidedFailureMode == "On" ||
         (project.DefaultGuidedFailureMode == "EnvironmentDefault" && environment.UseGuidedFailure);
}

}  // namespace slipway::views
