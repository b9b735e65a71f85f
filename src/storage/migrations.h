// The schema and how a database of an older version gets there. Migrations go forward only.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace slipway::storage {

/// schema.sql: version 1.
std::string_view schema_sql();
/// From version 2 to 3.
std::string_view migration_003();

/// What PostgreSQL needs to read of a script or statement in SQLite's dialect.
std::string to_postgres_schema(std::string_view script);
/// ?1 → $1. Stores write no question mark for anything else.
std::string to_postgres_query(std::string_view sql);

/// The version that this program writes.
int newest_schema_version();

/// What a migration needs of a connection. `version` is 0 for an empty database.
struct MigrationTarget {
  std::function<int()> version;
  std::function<void(std::string_view script)> execute;
};

/// Brings the database to the newest version. The caller holds a transaction that excludes all other writers, so that
/// two servers that start at once migrate once. Throws Error{unavailable} when the database is newer than this program.
void migrate(const MigrationTarget&);

}  // namespace slipway::storage
