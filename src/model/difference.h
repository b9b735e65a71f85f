// What an edit changed, for the audit trail (AUD-1).
#pragma once

#include "base/json.h"

namespace slipway::model {

/// Path ("Phases[0].Name") → {"From", "To"}; a secret reads "changed". Empty when nothing changed. Either side may be
/// null (a document that was created or deleted), then all members count.
json::object difference(const json::object* before, const json::object* after);

}  // namespace slipway::model
