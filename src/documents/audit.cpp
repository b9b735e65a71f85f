#include "documents/audit.h"

namespace slipway::documents {

void audit(storage::Txn& txn, const WriteContext& context, EventCategory category, std::string message,
           AuditSubject subject, std::string details) {
  storage::Event event;
  event.occurred = context.clock.now();
  event.space = context.space;
  event.user = context.actor.user;
  event.username = context.actor.username;
  event.message = std::move(message);
  event.subject = std::move(subject.id);
  event.project = std::move(subject.project);
  event.environment = std::move(subject.environment);
  event.tenant = std::move(subject.tenant);
  event.details = std::move(details);
  event.origin = context.actor.origin;
  storage::append_event(txn, context.ids, category, event);
}

}  // namespace slipway::documents
