// What commands work with, and who acts.
//
// A command has two halves. `prepare…` looks things up, outside ones too, and holds no transaction. The other half
// takes a Txn, plans again on fresh rows, and makes all its changes in that one write; its caller decides what else the
// write holds (an idempotency key's answer, for one).
#pragma once

#include <optional>
#include <string>

#include "base/deadline.h"
#include "documents/write_context.h"
#include "feeds/feed_types.h"
#include "language/templates/budget.h"
#include "storage/database.h"

namespace slipway::commands {

using documents::Actor;
using documents::WriteContext;

/// Lives as long as one request.
struct CommandContext : WriteContext {
  storage::Database& database;
  const feeds::FeedTypes& feeds;
  std::optional<Deadline> calls_end;  ///< when calls to others must have ended; none: there must be no such calls
  /// What all templates and rules that the request looks at may use.
  language::Budget budget{language::kRequestLimits, language::time_of_this_thread};
};

}  // namespace slipway::commands
