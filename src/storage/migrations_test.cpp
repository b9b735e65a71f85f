#include "storage/migrations.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>

#include "base/hash.h"
#include "storage/database_testing.h"
#include "storage/sqlite_connection.h"

namespace slipway::storage {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

/// What each released step was. Lines are added here, never changed.
constexpr std::string_view kReleased[] = {
    "89ab3e5b72fad28e7c2302a90ca3afe0534dbe875d4df95f68987bdfb40a8c91",
    "f148b0b289ea7b464334f3a465896e92d82b9e4b0d9dc3a9b9758af6d1e516c7",
    "d2c9f6596cf8df4bbebd443ef126ad5da94ce02769955612c3eb91c6cf26db97",
};

SqliteConnection connect(const std::string& path) {
  return SqliteConnection({.path = path, .vfs = {}, .writes = true, .may_create = true});
}

/// Name → statement that makes it, without comments and blanks.
std::map<std::string, std::string> schema_of(SqliteConnection& connection) {
  constexpr Query all{"all", "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"};
  std::map<std::string, std::string> found;
  connection.each(all, {}, [&](const Row& row) {
    const std::string bare = std::regex_replace(row.string(1), std::regex("--[^\n]*"), "");
    found[row.string(0)] = std::regex_replace(bare, std::regex("\\s*([(),])\\s*|\\s+"), " $1");
    return true;
  });
  return found;
}

std::map<std::string, std::string> schema_of(const std::string& path) {
  SqliteConnection connection = connect(path);
  return schema_of(connection);
}

/// What schema.sql says.
std::map<std::string, std::string> todays_schema() {
  std::ifstream file(SLIPWAY_SCHEMA);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  SqliteConnection connection = connect(":memory:");
  connection.execute(text);
  return schema_of(connection);
}

/// A database as a program left it that knew `version` steps, with a row of each kind that later steps touch.
void make_old(const std::string& path, int version) {
  SqliteConnection connection = connect(path);
  connection.execute("PRAGMA journal_mode=WAL");
  for (int n = 0; n < version; ++n) connection.execute(migration_steps()[static_cast<std::size_t>(n)]);
  connection.execute(fmt::format("INSERT INTO schema_version (version) VALUES ({})", version));
  connection.execute(
      "INSERT INTO resources (id, type, space, parent, kind, name, name_key, slug, sort, revision, has_secrets, body)"
      " VALUES ('Environments-1', 'Environment', 'Spaces-1', '', '', 'Test', 'test', 'test', 3, 4, 0, '{}');"
      "INSERT INTO snapshots (id, owner, hash) VALUES ('variableset-Projects-1-s-0-AAAAA', 'Projects-1', x'00');"
      "INSERT INTO events (number, occurred, category, space, user_id, username, message, subject, project, "
      "environment,"
      " tenant, details) VALUES (7, 1, 'Created', '', '', '', 'told', '', '', '', '', '')");
}

void expect_migrated(const std::string& path) {
  SqliteConnection connection = connect(path);
  CHECK(schema_of(connection) == todays_schema());
  const SchemaVersion now =
      read_schema_version([&](const Query& query, const auto& row) { connection.each(query, {}, row); });
  CHECK(now.version == newest_schema_version());
  CHECK(now.minimum <= now.version);
  constexpr Query kept{"kept",
                       "SELECT 1 FROM resources JOIN snapshots JOIN events WHERE slug = 'test' AND sort = 3 AND"
                       " revision = 4 AND body = '{}' AND owner = 'Projects-1' AND events.number = 7"};
  int rows = 0;
  connection.each(kept, {}, [&](const Row&) { return ++rows > 0; });
  CHECK(rows == 1);
}

void open_as_server(const std::string& path) {
  const testing::QuietLog quiet;
  open_sqlite({.path = path}, quiet.log());
}

/// Runs a script, and calls `before` each statement of it.
void step_through(SqliteConnection& connection, std::string_view script, const std::function<void()>& before) {
  const std::string text(script);
  const char* rest = text.c_str();
  while (*rest != '\0') {
    sqlite3_stmt* statement = nullptr;
    REQUIRE(sqlite3_prepare_v2(connection.handle(), rest, -1, &statement, &rest) == SQLITE_OK);
    if (statement == nullptr) break;  // only comments are left
    before();
    CHECK(sqlite3_step(statement) == SQLITE_DONE);
    sqlite3_finalize(statement);
  }
}

TEST_CASE("all steps from an empty database give what schema.sql says") {
  const TemporaryFolder folder;
  open_as_server(folder.file("slipway.db"));
  const auto today = todays_schema();
  CHECK(today.size() > 40);
  CHECK(schema_of(folder.file("slipway.db")) == today);
}

TEST_CASE("so do the later steps from every earlier version, and what was stored stays") {
  for (int version = 1; version < newest_schema_version(); ++version) {
    CAPTURE(version);
    const TemporaryFolder folder;
    make_old(folder.file("slipway.db"), version);
    open_as_server(folder.file("slipway.db"));
    expect_migrated(folder.file("slipway.db"));
  }
}

TEST_CASE("a released step never changes") {
  REQUIRE(migration_steps().size() >= std::size(kReleased));
  for (std::size_t n = 0; n < std::size(kReleased); ++n) {
    CAPTURE(n + 1);
    CHECK(sha256_hex(migration_steps()[n]) == kReleased[n]);
  }
}

TEST_CASE("killed at whichever statement of a migration, the next start finishes it") {
  int kills = 0;
  for (int version = 1; version < newest_schema_version(); ++version) {
    const TemporaryFolder folder;
    const std::string path = folder.file("slipway.db");
    make_old(path, version);
    SqliteConnection connection = connect(path);
    // What lies on the disk at this instant is what a killed process leaves.
    const auto die_here = [&] {
      CAPTURE(version);
      CAPTURE(kills);
      const TemporaryFolder left;
      for (const std::string ending : {"", "-wal"}) {
        if (fs::exists(path + ending)) fs::copy_file(path + ending, left.file("slipway.db" + ending));
      }
      open_as_server(left.file("slipway.db"));
      expect_migrated(left.file("slipway.db"));
      ++kills;
    };
    const auto execute = [&](std::string_view script) { step_through(connection, script, die_here); };
    execute("BEGIN IMMEDIATE");
    migrate({.version = [&] { return SchemaVersion{version, 0}; }, .execute = execute});
    execute("COMMIT");
    die_here();
  }
  MESSAGE(kills << " kills");
  CHECK(kills > 20);
}

TEST_CASE("under every fault of the disk a migration is done as a whole or not at all, and the next start finishes") {
  int tried = 0, failed = 0;
  for (std::size_t operation = 0; operation < SqliteFaultVfs::kOperations; ++operation) {
    for (int nth = 1; nth <= 40; ++nth) {
      SqliteFaultVfs disk("old disk");
      const testing::QuietLog quiet;
      const DatabaseOptions options{.path = "slipway.db", .inline_writes = true, .vfs = disk.name()};
      {
        SqliteConnection old({.path = "slipway.db", .vfs = disk.name(), .writes = true, .may_create = true});
        old.execute("PRAGMA journal_mode=WAL");
        old.execute(migration_steps()[0]);
        old.execute("INSERT INTO schema_version (version) VALUES (1)");
      }
      disk.fail(SqliteFaultVfs::Operation(operation), nth, SqliteFaultVfs::Failure::io_error, true);
      try {
        open_sqlite(options, quiet.log());
      } catch (const StorageError&) {
        ++failed;
      }
      disk.heal();
      open_sqlite(options, quiet.log());
      SqliteConnection now({.path = "slipway.db", .vfs = disk.name()});
      CHECK(schema_of(now) == todays_schema());
      ++tried;
    }
  }
  MESSAGE(tried << " faults tried, " << failed << " met");
  CHECK(failed > 20);
}

TEST_CASE_TEMPLATE("a newer database whose minimum we meet opens and stays as it is", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  constexpr Query age{"age", "UPDATE schema_version SET version = version + 1"};
  constexpr Query version{"version", "SELECT version FROM schema_version"};
  database->write("age", [&](Txn& t) { t.run(age, {}); });
  database.reopen();
  CHECK(database->read([&](Reader& r) { return r.one(version, {}, [](const Row& row) { return row.integer(0); }); }) ==
        newest_schema_version() + 1);
}

TEST_CASE_TEMPLATE("a database that takes a newer program is refused", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  constexpr Query age{"age", "UPDATE schema_version SET version = version + 2, minimum = version + 1"};
  database->write("age", [&](Txn& t) { t.run(age, {}); });
  CHECK_THROWS_WITH_AS(database.reopen(), doctest::Contains("A newer Slipway has used it"), Error);
}

}  // namespace
}  // namespace slipway::storage
