// What a document points at must exist, and is recorded so that it can't be deleted under it.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "model/schema.h"
#include "storage/database.h"
#include "storage/resources.h"

namespace slipway::api {

/// The references of `after` as stored: ids, and for tags the ids of the tag and of its set. Pointers that `before`
/// (null for a new document) lacks are checked: the target must exist in `space` or in the system and have a type that
/// the field allows. Problems name field and id.
std::vector<storage::Reference> check_references(storage::Reader&, const model::Schema&, const std::string& space,
                                                 const json::object* before, const json::object& after, Problems&);

}  // namespace slipway::api
