// Reads that several commands and routes share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/lookup.h"
#include "model/resources/infrastructure/environment.h"
#include "model/resources/projects/library_variable_set.h"
#include "model/resources/projects/project.h"
#include "model/resources/tenants/tenant_variables.h"
#include "storage/releases.h"

namespace slipway::views {

/// The release of a project by version (any spelling of it, VER-1), or nullopt.
std::optional<storage::ReleaseRecord> find_release_of(storage::Reader&, const std::string& project,
                                                      const std::string& version);
/// `release` is an id, or a version of `project` (an id, slug or name). Throws Error{invalid} naming what is unknown.
storage::ReleaseRecord require_release(storage::Reader&, const model::Lookup&, const std::string& space,
                                       const std::string& project, const std::string& release);

std::vector<model::LibraryVariableSet> included_libraries(const model::Lookup&, const model::Project&);
/// Empty for a tenant that has set none.
model::TenantVariables tenant_variables_of(const model::Lookup&, const std::string& tenant);
/// GF-1
bool guided_failure_by_default(const model::Project&, const model::Environment&);

}  // namespace slipway::views
