// The one door to the audit trail (AUD-1).
#pragma once

#include <string>

#include "documents/write_context.h"
#include "storage/database.h"
#include "storage/event_categories.h"

namespace slipway::documents {

using storage::EventCategory;

/// Whom and where an entry is about; parts that don't apply stay empty.
struct AuditSubject {
  std::string id;  ///< of the document
  std::string project = {}, environment = {}, tenant = {};
};

/// Appends an entry of the context's actor, now and in its space. `details`: a JSON diff, or "".
void audit(storage::Txn&, const WriteContext&, EventCategory, std::string message, AuditSubject,
           std::string details = {});

}  // namespace slipway::documents
