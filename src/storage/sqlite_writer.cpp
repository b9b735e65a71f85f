#include "storage/sqlite_writer.h"

#include <fmt/format.h>
#include <pthread.h>

#include <utility>

#include "base/brief.h"
#include "base/error.h"
#include "base/failpoint.h"
#include "storage/migrations.h"

namespace slipway::storage {
namespace {

/// A group ends when this many have run, so that the first does not wait for an endless stream behind it.
constexpr std::size_t kLargestGroup = 256;

/// The write-ahead log is copied into the database when nobody waits and it is worth an fsync (4 MiB more than last
/// time), in any case after 16 MiB more. From 64 MiB on, readers have kept it from starting over: then the copying also
/// looks whether they are gone.
constexpr int kPagesWorthCopying = 1024;
constexpr int kPagesToCopyNow = 4 * kPagesWorthCopying;
constexpr int kPagesToStartOver = 16 * kPagesWorthCopying;

constexpr Query kBegin{"begin", "BEGIN IMMEDIATE"};
constexpr Query kCommit{"commit", "COMMIT"};
constexpr Query kRollback{"rollback", "ROLLBACK"};
constexpr Query kSave{"savepoint", "SAVEPOINT one_write"};
constexpr Query kKeep{"release savepoint", "RELEASE one_write"};
constexpr Query kUndo{"rollback to savepoint", "ROLLBACK TO one_write"};

int schema_version_of(SqliteConnection& connection) {
  constexpr Query exists{"find_schema_version", "SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'"};
  constexpr Query version{"schema_version", "SELECT version FROM schema_version"};
  int found = 0;
  connection.each(exists, {}, [&](const Row&) {
    connection.each(version, {}, [&](const Row& row) {
      found = static_cast<int>(row.integer(0));
      return false;
    });
    return false;
  });
  return found;
}

/// SQLite does not fail when it cannot, it only says so.
void use_write_ahead_log(SqliteConnection& connection) {
  constexpr Query pragma{"write-ahead log", "PRAGMA journal_mode=WAL"};
  std::string mode;
  connection.each(pragma, {}, [&](const Row& row) {
    mode = row.string(0);
    return false;
  });
  if (mode != "wal") {
    fail(ErrorCode::unavailable,
         "The database cannot keep a write-ahead log where it lies. Network file systems are "
         "not supported; use a local disk.");
  }
  connection.execute("PRAGMA journal_size_limit=67108864");
}

void migrate_under_lock(SqliteConnection& connection) {
  connection.run(kBegin, {});
  migrate({.version = [&] { return schema_version_of(connection); },
           .execute = [&](std::string_view script) { connection.execute(script); }});
  connection.run(kCommit, {});
}

}  // namespace

/// A write on its way; lives on the stack of who asked for it.
struct SqliteWriter::Pending {
  std::string_view name;
  const std::function<void(Txn&)>& run;
  std::vector<Change> changes = {};
  std::vector<std::function<void()>> undo = {};
  std::exception_ptr failure = nullptr;
  bool finished = false;  ///< guarded by mutex_
  std::condition_variable ready = {};

  void give_up(std::exception_ptr why) {
    if (!failure) failure = std::move(why);
    changes.clear();
    for (const auto& forget : undo) forget();
    undo.clear();
  }

  class Transaction final : public Txn {
   public:
    Transaction(SqliteConnection& connection, Pending& write) : connection_(connection), write_(write) {}
    void each(const Query& query, Parameters parameters, const std::function<bool(const Row&)>& row) override {
      connection_.each(query, parameters, row);
    }
    std::int64_t run(const Query& query, Parameters parameters) override { return connection_.run(query, parameters); }
    void publish(Change change) override { write_.changes.push_back(std::move(change)); }
    void at_rollback(std::function<void()> forget) override { write_.undo.push_back(std::move(forget)); }

   private:
    SqliteConnection& connection_;
    Pending& write_;
  };
};

SqliteWriter::SqliteWriter(const SqliteConnection::Settings& settings, bool inline_writes, const Log& log)
    : connection_(settings), log_(log) {
  use_write_ahead_log(connection_);
  migrate_under_lock(connection_);
  sqlite3_wal_hook(
      connection_.handle(),
      [](void* pages, sqlite3*, const char*, int count) {
        *static_cast<int*>(pages) = count;
        return SQLITE_OK;
      },
      &wal_pages_);
  if (inline_writes) return;
  thread_ = std::thread([this] { work(); });
  pthread_setname_np(thread_.native_handle(), "db-writer");
}

SqliteWriter::~SqliteWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    work_arrived_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void SqliteWriter::write(std::string_view name, const std::function<void(Txn&)>& run) {
  if (running_on_ == std::this_thread::get_id()) {
    fail(ErrorCode::internal, fmt::format("The write \"{}\" was started inside another write.", name));
  }
  Pending write{name, run};
  if (!thread_.joinable()) {
    const std::lock_guard one_at_a_time(inline_mutex_);
    run_group(write);
  } else {
    std::unique_lock lock(mutex_);
    waiting_.push_back(&write);
    work_arrived_.notify_one();
    write.ready.wait(lock, [&] { return write.finished; });
  }
  if (write.failure) std::rethrow_exception(write.failure);
}

void SqliteWriter::subscribe(Listener listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(listener));
}

void SqliteWriter::work() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      work_arrived_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
    }
    run_group(*next_waiting());
  }
}

SqliteWriter::Pending* SqliteWriter::next_waiting() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) return nullptr;
  Pending* next = waiting_.front();
  waiting_.pop_front();
  return next;
}

void SqliteWriter::run_group(Pending& first) {
  running_on_ = std::this_thread::get_id();
  std::vector<Pending*> group{&first};
  try {
    if (poison_) std::rethrow_exception(poison_);
    connection_.run(kBegin, {});
    run_alone(first);
    while (group.size() < kLargestGroup) {
      Pending* next = next_waiting();
      if (next == nullptr) break;
      group.push_back(next);
      run_alone(*next);
    }
    commit();
  } catch (...) {
    for (Pending* write : group) write->give_up(std::current_exception());
    if (!poison_ && !roll_back()) stop_writing("a transaction could not be rolled back");
  }
  publish(group);
  running_on_ = std::thread::id();
  finish(group);
}

/// Runs one write of the group. What it throws is its own affair, unless SQLite gave up the whole transaction.
void SqliteWriter::run_alone(Pending& write) {
  connection_.run(kSave, {});
  try {
    Pending::Transaction txn(connection_, write);
    const Brief brief;
    write.run(txn);
    connection_.run(kKeep, {});
  } catch (...) {
    write.give_up(std::current_exception());
    if (!undo_one()) {
      fail(ErrorCode::unavailable,
           fmt::format("The database gave up a transaction during \"{}\"; nothing of it was stored. Check the disk and "
                       "the free space of the data folder.",
                       write.name));
    }
  }
}

/// Back to before the present write. False when only the whole transaction can be rolled back, or already is.
bool SqliteWriter::undo_one() {
  try {
    if (!connection_.in_transaction()) return false;
    connection_.run(kUndo, {});
    connection_.run(kKeep, {});
    return true;
  } catch (const SqliteError&) {
    return false;
  }
}

void SqliteWriter::commit() {
  try {
    failpoint("storage: before commit");
    connection_.run(kCommit, {});
    failpoint("storage: after commit");
  } catch (const SqliteError& error) {
    if (!error.is_disk_full() || !roll_back()) {
      stop_writing(error.message());
      std::rethrow_exception(poison_);
    }
    // Only writing to the log finds the disk full, which is before its sync: no more than a power loss is undecided,
    // and the next commit writes over it.
    if (!std::exchange(disk_is_full_, true)) log_.error("The disk of the database is full.");
    fail(ErrorCode::unavailable,
         "The disk is full, so nothing was stored. Make room where the data folder lies, then repeat the call.");
  }
  disk_is_full_ = false;
}

/// False when a transaction stays open.
bool SqliteWriter::roll_back() {
  try {
    if (connection_.in_transaction()) connection_.run(kRollback, {});
    return true;
  } catch (const SqliteError&) {
    return !connection_.in_transaction();
  }
}

/// After a failed fsync nobody knows what is on the disk. Opening the database anew reads what really is there, so
/// until then neither a write nor a checkpoint may touch it.
void SqliteWriter::stop_writing(std::string_view reason) {
  log_.error("The database stopped writing.", {{"reason", std::string(reason)}});
  poison_ = std::make_exception_ptr(
      Error(ErrorCode::unavailable,
            fmt::format("Nothing can be written since a commit failed ({}). Check the disk and the free space of the "
                        "data folder, then restart the server.",
                        reason)));
  can_write_ = false;
  sqlite3_db_config(connection_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  roll_back();
}

void SqliteWriter::publish(const std::vector<Pending*>& group) {
  std::vector<Change> changes;
  for (Pending* write : group) {
    for (Change& change : write->changes) {
      change.number = ++last_change_;
      changes.push_back(std::move(change));
    }
  }
  if (changes.empty()) return;
  std::vector<Listener> listeners;
  {
    const std::lock_guard lock(mutex_);
    listeners = listeners_;
  }
  for (const auto& listener : listeners) listener(changes);
}

void SqliteWriter::finish(const std::vector<Pending*>& group) {
  bool idle = true;
  {
    const std::lock_guard lock(mutex_);
    for (Pending* write : group) {
      write->finished = true;
      write->ready.notify_one();  // under the lock: the write is gone as soon as its owner sees `finished`
    }
    idle = waiting_.empty();
  }
  checkpoint_if_due(idle);
}

void SqliteWriter::checkpoint_if_due(bool idle) {
  if (wal_pages_ < tried_pages_) tried_pages_ = 0;  // the log started over
  if (wal_pages_ - tried_pages_ < (idle ? kPagesWorthCopying : kPagesToCopyNow) || poison_) return;
  tried_pages_ = wal_pages_;
  const int mode = wal_pages_ < kPagesToStartOver ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART;
  connection_.be_patient(Duration(0));  // a reader may stay for minutes, as a backup does, and writes wait meanwhile
  const int code = sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, mode, nullptr, nullptr);
  connection_.be_patient(SqliteConnection::kLockPatience);
  if (code != SQLITE_OK && code != SQLITE_BUSY) {
    log_.warning("Copying the write-ahead log into the database failed; it is tried again.",
                 {{"reason", sqlite3_errstr(code)}});
  }
}

}  // namespace slipway::storage
