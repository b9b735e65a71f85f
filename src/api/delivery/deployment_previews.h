// What a deployment would do, where it may go, and what it asks for.
#pragma once

#include <string>

#include "base/json.h"
#include "storage/database.h"
#include "storage/releases.h"

namespace slipway::api {

/// `environment` and `tenant` by id, slug or name; an empty `tenant` means none. Disabled steps come last, if at all.
/// Throws Error{not_found}.
json::object preview_deployment(storage::Reader&, const storage::ReleaseRecord&, const std::string& environment,
                                const std::string& tenant, bool include_disabled);

json::object deployment_template(storage::Reader&, const storage::ReleaseRecord&);

}  // namespace slipway::api
