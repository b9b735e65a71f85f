// Nodes: the servers that claim tasks from this database. Each start of a node is an epoch of its own, and a claim
// names both, so that what a dead process held is told from what a living one holds.
//
// Today one server at a time has a database (the data folder's lock), so whoever begins knows all others to be dead.
// With several, a node's life hangs on a lease that it renews; only who calls `end_other_nodes` changes then.
#pragma once

#include <string>
#include <string_view>

#include "storage/database.h"

namespace slipway::storage {

/// One run of a node.
struct Node {
  std::string name = {};
  std::int64_t epoch = 0;
};

/// The next epoch of the node; its earlier ones are dead from now on.
Node begin_node(Txn&, std::string_view name, Time now);
/// For who knows that it is the only one.
void end_other_nodes(Txn&, std::string_view name);

}  // namespace slipway::storage
