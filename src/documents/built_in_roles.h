// Built-in roles of a database that an earlier version seeded.
#pragma once

#include "base/log.h"
#include "documents/write_context.h"
#include "storage/database.h"

namespace slipway::documents {

/// Brings the built-in roles to what this version seeds: new ones are made, and those that are there grant what they
/// grant today. Roles that people made are left alone. Idempotent; writes only where something differs. Where nothing
/// can be written, the log says so, and the next start tries again.
void renew_built_in_roles(const WriteTools&, storage::Database&, const Log&);

}  // namespace slipway::documents
