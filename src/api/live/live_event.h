// One committed change as a browser's event stream tells it: ids, and what little the lists and pages show of it, so
// that nobody has to ask again for each event.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/http/call.h"
#include "model/catalogue.h"
#include "storage/database.h"

namespace slipway::api {

/// What a reader asks for; empty lists don't restrict.
struct LiveFilter {
  std::vector<std::string> spaces;
  std::vector<std::string> projects;
};

struct LiveEvent {
  std::int64_t number = 0;
  std::string name;        ///< "document", "release", "deployment", "task" or "log"
  std::string permission;  ///< what a reader must hold to be told
  std::string space, project;
  std::string data;  ///< JSON

  bool is_for(const Principal&, const LiveFilter&) const;
};

/// The events of some changes, in order, as the reader's snapshot shows what they are about. Of several changes of one
/// thing only the last is told, and what is of no route (locks, documents that no schema declares) not at all.
std::vector<LiveEvent> live_events(storage::Reader&, const std::vector<storage::Change>&, const model::Catalogue&);

}  // namespace slipway::api
