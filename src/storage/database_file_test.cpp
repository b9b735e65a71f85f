#include "storage/database_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "storage/database_testing.h"
#include "storage/migrations.h"
#include "storage/queue_hold.h"

using namespace slipway;
using namespace slipway::storage;
using slipway::storage::testing::TemporaryFolder;
using slipway::storage::testing::ThreadedSqlite;

namespace {

void hold(Database& database, const char* reason) {
  database.write("hold", [&](Txn& txn) { hold_queue(txn, {reason, from_micros(1), true}); });
}

std::string reason_in(DatabaseFile& file) {
  return file.read([](Reader& reader) { return queue_hold(reader).value_or(QueueHold{}).reason; });
}

}  // namespace

TEST_CASE("a copy of a database that is in use holds what was stored, in one file for its owner alone") {
  ThreadedSqlite database;
  hold(*database, "stored");
  const TemporaryFolder folder;
  const std::string copy = folder.file("copy.db");
  DatabaseFile(database.path()).copy_to(copy);
  hold(*database, "stored later");
  DatabaseFile file(copy);
  CHECK(file.schema_version().version == newest_schema_version());
  CHECK(file.damage().empty());
  CHECK(reason_in(file) == "stored");
  struct stat about {};
  REQUIRE(::stat(copy.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  CHECK_FALSE(std::filesystem::exists(copy + "-wal"));
}

TEST_CASE("a copy overwrites nothing") {
  ThreadedSqlite database;
  const TemporaryFolder folder;
  const std::string copy = folder.file("copy.db");
  std::ofstream(copy) << "mine";
  CHECK_THROWS_WITH_AS(DatabaseFile(database.path()).copy_to(copy), doctest::Contains("exists already"), Error);
  CHECK(std::filesystem::file_size(copy) == 4);
  CHECK_THROWS_AS(DatabaseFile(database.path()).copy_to(folder.file("no/copy.db")), Error);
}

TEST_CASE("a copy has its name once it is whole and proven, so that what was cut short is not taken for one") {
  ThreadedSqlite database;
  hold(*database, "stored");
  const TemporaryFolder folder;
  const std::string copy = folder.file("copy.db");
  const auto files = [&] {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(copy).parent_path())) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  };
  DatabaseFile from(database.path());
  from.copy_to(copy, [&](DatabaseFile& file) {
    CHECK(reason_in(file) == "stored");
    REQUIRE(files().size() == 1);
    CHECK(files().front().ends_with(".partial"));
  });
  CHECK(files() == std::vector<std::string>{"copy.db"});

  const std::string other = folder.file("other.db");
  CHECK_THROWS_AS(from.copy_to(other, [](DatabaseFile&) { fail(ErrorCode::unavailable, "damaged"); }), Error);
  CHECK_THROWS_WITH_AS(from.copy_to(other, [&](DatabaseFile&) { std::ofstream(other) << "mine"; }),
                       doctest::Contains("exists already"), Error);
  CHECK(std::filesystem::file_size(other) == 4);
  CHECK(files().size() == 2);
}

TEST_CASE("a file that is no database, and one that is damaged, are told") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(DatabaseFile(folder.file("none.db")), doctest::Contains("There is no database"), Error);
  std::ofstream(folder.file("text.db")) << std::string(5000, 'x');
  CHECK_THROWS_AS(DatabaseFile(folder.file("text.db")).schema_version(), Error);

  ThreadedSqlite database;
  hold(*database, "stored");
  const std::string copy = folder.file("copy.db");
  DatabaseFile(database.path()).copy_to(copy);
  {
    std::fstream bytes(copy, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(3 * 4096);
    bytes << std::string(4096, 'x');
  }
  CHECK_FALSE(DatabaseFile(copy).damage().empty());
}
