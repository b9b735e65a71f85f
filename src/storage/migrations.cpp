#include "storage/migrations.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/error.h"

namespace slipway::storage {
namespace {

/// What a program must know to work with a database of the newest version. A step that programs of the version before
/// can't live with raises it to its own number.
constexpr int kMinimum = 4;
/// Before it, databases said nothing of a minimum.
constexpr int kFirstWithMinimum = 4;

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

SchemaVersion read_schema_version(const RunQuery& run) {
  constexpr Query exists{"find schema version", "SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'"};
  constexpr Query version{"schema version", "SELECT version FROM schema_version"};
  constexpr Query minimum{"minimum version", "SELECT minimum FROM schema_version"};
  bool is_there = false;
  SchemaVersion found;
  const auto read = [&](const Query& query, int& into) {
    run(query, [&](const Row& row) {
      into = static_cast<int>(row.integer(0));
      return false;
    });
  };
  run(exists, [&](const Row&) {
    is_there = true;
    return false;
  });
  if (!is_there) return found;
  read(version, found.version);
  if (found.version >= kFirstWithMinimum) read(minimum, found.minimum);
  return found;
}

int newest_schema_version() { return static_cast<int>(migration_steps().size()); }

std::string refusal_of(const SchemaVersion& found) {
  if (found.minimum <= newest_schema_version()) return "";
  return fmt::format(
      "has schema version {}, which takes a program that knows version {}, but this one knows versions up to {}. A "
      "newer Slipway has used it; install that version, or restore a backup from before the upgrade.",
      found.version, found.minimum, newest_schema_version());
}

void migrate(const MigrationTarget& target) {
  const SchemaVersion found = target.version();
  if (const std::string why = refusal_of(found); !why.empty()) {
    fail(ErrorCode::unavailable, "The database " + why);
  }
  if (found.version >= newest_schema_version()) return;
  for (const std::string_view step : migration_steps().subspan(static_cast<std::size_t>(found.version))) {
    target.execute(step);
  }
  target.execute("DELETE FROM schema_version");
  target.execute(
      fmt::format("INSERT INTO schema_version (version, minimum) VALUES ({}, {})", newest_schema_version(), kMinimum));
}

}  // namespace slipway::storage
