// Task definitions compared by meaning: AWS fills in and rewrites members, so that what was registered never comes back
// as it was sent. Two definitions are equal when their canonical forms are.
#pragma once

#include <string>

#include "base/json.h"

namespace slipway::aws {

/// What RegisterTaskDefinition takes of a described definition: everything but the members that AWS alone sets. Unknown
/// members are kept, so that new ones of AWS survive.
json::object registrable(const json::object& definition);

/// The normal form: registrable members, AWS's defaults filled in, "2 GB" as "2048", lists whose order means nothing
/// sorted, empty and null members dropped, names in order. Tags are no part of it: changing them needs no revision.
/// Idempotent. Values that it does not understand stay as they are.
json::object canonical_task_definition(const json::object& definition);

/// 64 hexadecimal digits, equal for definitions that mean the same.
std::string task_definition_hash(const json::object& definition);

}  // namespace slipway::aws
