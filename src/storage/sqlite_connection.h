// One SQLite connection with its prepared statements. Threads: one at a time.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "storage/database.h"

namespace slipway::storage {

/// What a connection throws for a result of SQLite, by its kind: trouble of the storage, with SQLite's extended code …
class SqliteTrouble : public StorageError {
 public:
  SqliteTrouble(int sqlite_code, Trouble trouble, std::string message)
      : StorageError(trouble, std::move(message)), sqlite_code_(sqlite_code) {}
  /// Surely met before anything was synced, so that the transaction can be rolled back and tried again.
  bool is_before_sync() const;

 private:
  int sqlite_code_;
};
/// … or a plain Error: `conflict` where a constraint speaks against it, `internal` for a statement that is wrong.
[[noreturn]] void throw_sqlite(int sqlite_code, int system_error, std::string message);

class SqliteConnection {
 public:
  struct Settings {
    std::string path;
    std::string vfs;      ///< "" for the system's
    bool writes = false;  ///< false: any change is refused
    bool may_create = false;
    int cache_kib = 512;  ///< at most this much memory for pages
    std::shared_ptr<std::atomic<bool>> is_damaged = std::make_shared<std::atomic<bool>>(false);  ///< Database's
  };

  /// Throws Error{unavailable} when the file cannot be opened.
  explicit SqliteConnection(const Settings&);

  /// Calls `row` for each result row until it returns false. Texts in `parameters` are not copied.
  void each(const Query&, const Parameters&, const std::function<bool(const Row&)>& row);
  /// Returns how many rows changed.
  std::int64_t run(const Query&, const Parameters&);
  static constexpr Duration kLockPatience = std::chrono::seconds(5);
  /// For how long to wait for locks that others hold, kLockPatience at first.
  void be_patient(Duration);
  /// Runs statements without parameters that are used once, such as pragmas and migrations.
  void execute(std::string_view script);

  /// False once SQLite gave a transaction up by itself, as it does when the disk is full.
  bool in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }
  sqlite3* handle() const { return db_.get(); }

 private:
  struct CloseDb {
    void operator()(sqlite3* db) const { sqlite3_close(db); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;
  class Use;

  Statement prepare(const Query&);
  [[noreturn]] void fail_at(std::string_view what, int code) const;

  std::unique_ptr<sqlite3, CloseDb> db_;
  std::shared_ptr<std::atomic<bool>> is_damaged_;
  /// Idle statements by their text, which each holds itself. A statement in use is not here, so that a query may run
  /// inside a callback of its own.
  std::unordered_multimap<std::string_view, Statement> idle_;
};

}  // namespace slipway::storage
