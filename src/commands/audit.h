// Audit entries of commands (AUD-1).
#pragma once

#include <string>

#include "commands/context.h"
#include "storage/event_categories.h"
#include "storage/events.h"
#include "storage/releases.h"
#include "storage/tasks.h"

namespace slipway::commands {

/// Whom and where an entry is about; parts that don't apply stay empty.
struct AuditSubject {
  std::string id;  ///< of the document
  std::string project, environment, tenant;
};

void audit(storage::Txn&, WriteContext&, storage::EventCategory category, std::string message, AuditSubject,
           std::string details = {});

}  // namespace slipway::commands
