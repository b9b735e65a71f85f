// What a list's query asks for.
#pragma once

#include <string>

#include "api/http/call.h"
#include "model/schema.h"
#include "storage/database.h"
#include "storage/resources.h"

namespace slipway::api {

/// The filter for a list of that type in the call's space: ids, name, partialName, and the parameters that the schema
/// declares. Empty parameters do not restrict; values that match nothing yield nothing.
storage::ResourceFilter list_filter(const Call&, storage::Reader&, const model::Schema&);

/// Restricts it to what belongs to `owner` by `field`.
void restrict_to_owner(storage::Reader&, storage::ResourceFilter&, const model::Schema&, const std::string& field,
                       const std::string& owner);

}  // namespace slipway::api
