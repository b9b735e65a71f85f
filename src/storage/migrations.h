// How a database comes to today's schema: numbered steps, forward only (migrations/NNN.sql). A step that was released
// never changes.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "storage/database.h"

namespace slipway::storage {

/// Step n, counted from 1, takes a database from version n-1 to n.
std::span<const std::string_view> migration_steps();

/// What PostgreSQL needs to read of a script or statement in SQLite's dialect.
std::string to_postgres_schema(std::string_view script);
/// ?1 → $1. Stores write no question mark for anything else.
std::string to_postgres_query(std::string_view sql);

/// What a database says of itself.
struct SchemaVersion {
  int version = 0;  ///< of the newest step that ran; 0 for an empty database
  int minimum = 0;  ///< what a program must know to work with it
};
/// Runs `statement` and calls `row` for what it gives, until that returns false.
using RunQuery = std::function<void(const Query& statement, const std::function<bool(const Row&)>& row)>;
SchemaVersion read_schema_version(const RunQuery&);

/// The version that this program writes.
int newest_schema_version();
/// Why this program can't work with such a database, as a sentence without its subject; "" if it can.
std::string refusal_of(const SchemaVersion&);

/// What a migration needs of a connection.
struct MigrationTarget {
  std::function<SchemaVersion()> version;
  std::function<void(std::string_view script)> execute;
};

/// Brings the database to the newest version. The caller holds a transaction that excludes all other writers, so that
/// two servers that start at once migrate once. A newer database whose minimum this program meets is left as it is;
/// any other throws Error{unavailable}.
void migrate(const MigrationTarget&);

}  // namespace slipway::storage
