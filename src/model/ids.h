// Ids compare ignoring case, and are stored in one spelling: whatever comes from a client is brought to it where it
// comes in, so that everything behind compares bytes.
#pragma once

#include <string>
#include <string_view>

namespace slipway::model {

/// The stored spelling of an id, "projects-1" → "Projects-1"; also of the ids of releases, deployments, tasks, events,
/// keys and snapshots. A text that is none stays as it is.
std::string canonical_id(std::string_view id);

}  // namespace slipway::model
