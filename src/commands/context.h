// What commands work with, and who acts.
//
// A command has two halves. `prepare…` looks things up, outside ones too, and holds no transaction. The other half
// takes a Txn, plans again on fresh rows, and makes all its changes in that one write; its caller decides what else the
// write holds (an idempotency key's answer, for one).
#pragma once

#include <string>

#include "base/time.h"
#include "feeds/feed_types.h"
#include "storage/database.h"
#include "storage/ids.h"
#include "storage/secrets.h"

namespace slipway::commands {

struct Actor {
  std::string user;  ///< "Users-1"
  std::string username;
};

/// Lives as long as one request. The references outlive it.
struct CommandContext {
  storage::Database& database;
  storage::Ids& ids;
  storage::Vault& vault;
  const Clock& clock;
  const feeds::FeedTypes& feeds;
  Actor actor;
  std::string space;  ///< id
};

}  // namespace slipway::commands
