// Documents named in an address: by id, slug or name.
#pragma once

#include <string_view>

#include "api/http/call.h"
#include "model/schema.h"
#include "storage/database.h"
#include "storage/resources.h"

namespace slipway::api {

/// The document of that type in the call's space (or the system), within `owner` when that is not empty. Throws
/// Error{not_found}.
storage::StoredResource resolve(const Call&, storage::Reader&, const model::Schema&, std::string_view id_slug_or_name,
                                std::string_view owner = {});

}  // namespace slipway::api
