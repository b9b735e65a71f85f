// Databases for tests: the same store tests run on each of the kinds below. May be used by the tests of other rooms.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "base/log.h"
#include "base/random.h"
#include "storage/database.h"
#include "storage/sqlite_fault_vfs.h"

namespace slipway::storage::testing {

/// A folder that goes when the test ends; in memory where there is such a place, since these tests sync a lot.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    const std::filesystem::path memory = "/dev/shm";
    const auto parent = std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
    std::string pattern = (parent / "slipway-test-XXXXXX").string();
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

/// SQLite in a file with its writer thread, as a server runs it.
class ThreadedSqlite {
 public:
  ThreadedSqlite() { reopen(); }
  /// Closes the database and opens it again, as a restart does.
  void reopen() {
    database_.reset();
    database_ = open_sqlite({.path = path()}, quiet_.log());
  }
  std::string path() const { return folder_.file("slipway.db"); }
  Database& operator*() const { return *database_; }
  Database* operator->() const { return database_.get(); }

 private:
  TemporaryFolder folder_;
  QuietLog quiet_;
  std::unique_ptr<Database> database_;
};

/// SQLite on a disk in memory without a thread, as simulations run it.
class SimulatedSqlite {
 public:
  SimulatedSqlite() { reopen(); }
  void reopen() {
    database_.reset();
    database_ = open_sqlite({.path = "slipway.db", .inline_writes = true, .vfs = disk_.name()}, quiet_.log());
  }
  SqliteFaultVfs& disk() { return disk_; }
  Database& operator*() const { return *database_; }
  Database* operator->() const { return database_.get(); }

 private:
  SqliteFaultVfs disk_{"simulated disk " + SystemRandom().uuid()};
  QuietLog quiet_;
  std::unique_ptr<Database> database_;
};

/// Another database, which it refuses writes to while told to, as one whose disk is full does. Both references outlive
/// it.
class RefusingDatabase final : public Database {
 public:
  RefusingDatabase(Database& inner, const bool& refuses) : inner_(inner), refuses_(refuses) {}
  void subscribe(std::function<void(const std::vector<Change>&)> listener) override {
    inner_.subscribe(std::move(listener));
  }
  bool can_write() const override { return inner_.can_write(); }
  bool is_damaged() const override { return inner_.is_damaged(); }
  bool has_moved() const override { return inner_.has_moved(); }

 protected:
  void do_read(const std::function<void(Reader&)>& read) override { inner_.read(read); }
  void do_write(std::string_view name, const std::function<void(Txn&)>& write) override {
    if (refuses_) throw StorageError(Trouble::full, "The disk is full.");
    inner_.write(name, write);
  }

 private:
  Database& inner_;
  const bool& refuses_;
};

/// For TEST_CASE_TEMPLATE: every kind of database that keeps the contract.
#define SLIPWAY_DATABASES slipway::storage::testing::ThreadedSqlite, slipway::storage::testing::SimulatedSqlite

}  // namespace slipway::storage::testing
