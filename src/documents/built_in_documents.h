// Documents that every server has, as their schemas declare them.
#pragma once

#include "base/log.h"
#include "documents/write_context.h"
#include "storage/database.h"

namespace slipway::documents {

/// Makes those that are missing, in a fresh database and in one that an earlier version made; what somebody changed of
/// those that are there stays. Where nothing can be written, the log says so, and the next start tries again.
void make_built_in_documents(const WriteTools&, storage::Database&, const Log&);

}  // namespace slipway::documents
