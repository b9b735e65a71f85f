#include "storage/migrations.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/error.h"

namespace slipway::storage {
namespace {

/// Where the sender of a change was, and by what they showed who they are; "" for what the server does by itself.
std::string_view events_tell_origin() {
  return "ALTER TABLE events ADD COLUMN address TEXT NOT NULL DEFAULT '';"
         "ALTER TABLE events ADD COLUMN agent TEXT NOT NULL DEFAULT '';"
         "ALTER TABLE events ADD COLUMN identity TEXT NOT NULL DEFAULT '';";
}

/// Step n takes a database from version n to n+1. A released step never changes; a change of the schema is a new one.
const std::array kSteps{schema_sql, events_tell_origin, migration_003};

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kPostgresWords{{
    {" INTEGER", " BIGINT"},
    {" BLOB", " BYTEA"},
    // Names are folded and compared by us, so that both databases sort alike.
    {" TEXT", " TEXT COLLATE \"C\""},
    {") STRICT, WITHOUT ROWID;", ");"},
    {") STRICT;", ");"},
}};

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

}  // namespace

std::string to_postgres_schema(std::string_view script) {
  std::string text(script);
  for (const auto& [ours, theirs] : kPostgresWords) replace_all(text, ours, theirs);
  return text;
}

std::string to_postgres_query(std::string_view sql) {
  std::string text(sql);
  replace_all(text, "?", "$");
  return text;
}

int newest_schema_version() { return static_cast<int>(kSteps.size()); }

void migrate(const MigrationTarget& target) {
  const int found = target.version();
  if (found > newest_schema_version()) {
    fail(ErrorCode::unavailable,
         fmt::format("The database has schema version {}, but this program knows versions up to {}. A newer Slipway "
                     "has used it; install that version, or restore a backup from before the upgrade.",
                     found, newest_schema_version()));
  }
  if (found == newest_schema_version()) return;
  for (auto step = static_cast<std::size_t>(found); step < kSteps.size(); ++step) target.execute(kSteps[step]());
  target.execute("DELETE FROM schema_version");
  target.execute(fmt::format("INSERT INTO schema_version (version) VALUES ({})", newest_schema_version()));
}

}  // namespace slipway::storage
