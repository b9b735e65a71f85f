// What stands beside documents, made anew where a newer program wants it otherwise.
#pragma once

#include "base/log.h"
#include "model/catalogue.h"
#include "storage/database.h"

namespace slipway::documents {

/// Makes columns and references from the documents of each type whose schema is another than when that was last done,
/// so that a reference which is declared since protects its target in old documents too. The documents themselves stay
/// as they are stored. To be called at every start, before anything else reads; a start that is cut short has done
/// nothing of it.
void lift_documents(const model::Catalogue&, storage::Database&, const Log&);

}  // namespace slipway::documents
