// Databases for tests: the same store tests run on each of the kinds below. May be used by the tests of other rooms.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/executor.h"
#include "base/log.h"
#include "storage/database.h"

namespace slipway::storage::testing {

/// A folder that goes when the test ends.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "slipway-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A log that nobody reads.
class QuietLog {
 public:
  const Log& log() const { return log_; }

 private:
  ManualClock clock_;
  Log log_{clock_, LogLevel::error, [](std::string_view) {}};
};

/// SQLite in a file.
class SqliteInFile {
 public:
  explicit SqliteInFile(bool inline_writes) : inline_writes_(inline_writes) { reopen(); }
  /// Closes the database and opens it again, as a restart does.
  void reopen() {
    database_.reset();
    database_ = open_sqlite({.path = path(), .inline_writes = inline_writes_}, quiet_.log());
  }
  std::string path() const { return folder_.file("slipway.db"); }
  Database& operator*() const { return *database_; }
  Database* operator->() const { return database_.get(); }

 private:
  bool inline_writes_;
  TemporaryFolder folder_;
  QuietLog quiet_;
  std::unique_ptr<Database> database_;
};

/// With its writer thread, as a server runs it.
struct ThreadedSqlite : SqliteInFile {
  ThreadedSqlite() : SqliteInFile(false) {}
};
/// Without a thread, as simulations run it.
struct InlineSqlite : SqliteInFile {
  InlineSqlite() : SqliteInFile(true) {}
};

/// For TEST_CASE_TEMPLATE: every kind of database that keeps the contract.
#define SLIPWAY_DATABASES slipway::storage::testing::ThreadedSqlite, slipway::storage::testing::InlineSqlite

}  // namespace slipway::storage::testing
