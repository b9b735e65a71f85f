// The row of a document: what queries need beside its text.
#pragma once

#include <string>

#include "base/json.h"
#include "model/schema.h"
#include "storage/resources.h"

namespace slipway::documents {

/// With every column that follows from the document; its revision and sort among others are the caller's.
storage::StoredResource row_of(const model::Schema&, const std::string& id, const std::string& space,
                               const json::object& document);

}  // namespace slipway::documents
