// What commands work with, and who acts.
//
// A command has two halves. `prepare…` looks things up, outside ones too, and holds no transaction. The other half
// takes a Txn, plans again on fresh rows, and makes all its changes in that one write; its caller decides what else the
// write holds (an idempotency key's answer, for one).
#pragma once

#include <optional>
#include <string>

#include "base/deadline.h"
#include "base/time.h"
#include "feeds/feed_types.h"
#include "language/budget.h"
#include "storage/database.h"
#include "storage/events.h"
#include "storage/ids.h"
#include "storage/secrets.h"

namespace slipway::commands {

struct Actor {
  std::string user;  ///< "Users-1"
  std::string username;
  storage::Origin origin = {};  ///< for the audit trail
};

/// What a write needs. The references outlive it.
struct WriteContext {
  storage::Ids& ids;
  storage::Vault& vault;
  const Clock& clock;
  Actor actor;
  std::string space;  ///< id
};

/// Lives as long as one request.
struct CommandContext : WriteContext {
  storage::Database& database;
  const feeds::FeedTypes& feeds;
  std::optional<Deadline> calls_end;  ///< when calls to others must have ended; none: there must be no such calls
  /// What all templates and rules that the request looks at may use.
  language::Budget budget{language::kRequestLimits, language::time_of_this_thread};
};

}  // namespace slipway::commands
