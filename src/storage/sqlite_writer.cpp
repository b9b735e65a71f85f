#include "storage/sqlite_writer.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/brief.h"
#include "base/error.h"
#include "base/failpoint.h"
#include "base/failure.h"
#include "storage/changes.h"
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

SchemaVersion schema_version_of(SqliteConnection& connection) {
  return read_schema_version([&](const Query& query, const auto& row) { connection.each(query, {}, row); });
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
  // The log and its shared memory stay when the last connection closes: a start on a full disk has no room to make
  // them.
  int stays = 1;
  sqlite3_file_control(connection.handle(), "main", SQLITE_FCNTL_PERSIST_WAL, &stays);
}

int page_size_of(SqliteConnection& connection) {
  constexpr Query pragma{"page size", "PRAGMA page_size"};
  int size = 0;
  connection.each(pragma, {}, [&](const Row& row) {
    size = static_cast<int>(row.integer(0));
    return false;
  });
  return size;
}

void migrate_under_lock(SqliteConnection& connection) {
  connection.run(kBegin, {});
  migrate({.version = [&] { return schema_version_of(connection); },
           .execute = [&](std::string_view script) { connection.execute(script); }});
  connection.run(kCommit, {});
}

}  // namespace

/// A write on its way. `name` and `run` are on the stack of who asked for it, who stays until it has run.
struct SqliteWriter::Pending {
  Pending(std::string_view n, const std::function<void(Txn&)>& r) : name(n), run(r) {}

  std::string_view name;
  const std::function<void(Txn&)>& run;
  std::vector<Change> changes = {};
  std::vector<std::function<void()>> undo = {};
  std::exception_ptr failure = nullptr;
  std::condition_variable ready = {};

  struct Progress {
    bool has_begun = false, has_run = false, finished = false;
  };
  /// Its queue guards it: only who holds that has it to show.
  Progress& progress(const Queue&) { return progress_; }

  void give_up(std::exception_ptr why) {
    if (!failure) failure = std::move(why);
    changes.clear();
    for (const auto& forget : std::exchange(undo, {})) forget();
  }

  class Transaction final : public Txn {
   public:
    Transaction(SqliteConnection& connection, Pending& write, const model::Catalogue& documents)
        : Txn(documents), connection_(connection), write_(write) {}
    void each(const Query& query, Parameters parameters, const std::function<bool(const Row&)>& row) override {
      connection_.each(query, parameters, row);
    }
    std::int64_t run(const Query& query, Parameters parameters) override { return connection_.run(query, parameters); }
    void publish(Change change) override {
      auto& changes = write_.changes;
      const bool goes_on = change.kind == Change::Kind::log && !changes.empty() &&
                           changes.back().kind == Change::Kind::log && changes.back().id == change.id;
      if (goes_on) changes.pop_back();
      changes.push_back(std::move(change));
    }
    void at_rollback(std::function<void()> forget) override { write_.undo.push_back(std::move(forget)); }

   private:
    SqliteConnection& connection_;
    Pending& write_;
  };

 private:
  Progress progress_;
};

SqliteWriter::SqliteWriter(const SqliteConnection::Settings& settings, bool inline_writes, Duration patience,
                           const model::Catalogue& documents, const Log& log)
    : connection_(settings), documents_(documents), log_(log), patience_(patience) {
  if (!settings.may_create && schema_version_of(connection_).version == 0) {
    fail(ErrorCode::not_found, fmt::format("The database {} is empty.", settings.path));
  }
  use_write_ahead_log(connection_);
  migrate_under_lock(connection_);
  log_files_.emplace(settings.vfs.empty() ? settings.path : "", page_size_of(connection_));
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
    const auto queue = queue_.lock();
    queue->stopping = true;
    work_arrived_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void SqliteWriter::write(std::string_view name, const std::function<void(Txn&)>& run) {
  if (running_on_ == std::this_thread::get_id()) {
    fail(ErrorCode::internal, fmt::format("The write \"{}\" was started inside another write.", name));
  }
  const auto write = std::make_shared<Pending>(name, run);
  if (!thread_.joinable()) {
    const std::lock_guard one_at_a_time(inline_mutex_);
    run_group(write);
  } else {
    wait_for(write);
  }
  if (write->failure) std::rethrow_exception(write->failure);
}

/// A disk that stands still (a snapshot that takes long, a storage network that is gone) must not take every thread of
/// the server with it.
void SqliteWriter::wait_for(const PendingPtr& write) {
  auto queue = queue_.lock();
  if (queue->busy_since && std::chrono::steady_clock::now() - *queue->busy_since > patience_) {
    throw StorageError(Trouble::frozen, "The disk of the database does not answer, so nothing was stored. Try again.");
  }
  queue->waiting.push_back(write);
  work_arrived_.notify_one();
  const auto over = [&](const Queue& held) { return write->progress(held).finished; };
  while (!queue.wait_for(write->ready, patience_, over)) {
    if (write->progress(*queue).has_run) {
      throw StorageError(Trouble::frozen,
                         "The disk of the database does not answer; nobody knows yet whether this was stored. Look, "
                         "or repeat the call under its Idempotency-Key.");
    }
    if (write->progress(*queue).has_begun) continue;
    std::erase(queue->waiting, write);
    throw StorageError(Trouble::frozen,
                       "The database did not get to this write in time, since the disk of the database does not answer "
                       "or is slow. Nothing was stored. Try again.");
  }
}

void SqliteWriter::subscribe(Listener listener) { queue_.lock()->listeners.push_back(std::move(listener)); }

void SqliteWriter::work() {
  for (;;) {
    {
      auto queue = queue_.lock();
      queue.wait(work_arrived_, [](const Queue& q) { return q.stopping || !q.waiting.empty(); });
      if (queue->waiting.empty()) return;
    }
    if (const auto next = next_waiting()) run_group(next);
  }
}

SqliteWriter::PendingPtr SqliteWriter::next_waiting() {
  const auto queue = queue_.lock();
  if (queue->waiting.empty()) return nullptr;
  auto next = std::move(queue->waiting.front());
  queue->waiting.pop_front();
  next->progress(*queue).has_begun = true;
  if (!queue->busy_since) queue->busy_since = std::chrono::steady_clock::now();
  return next;
}

void SqliteWriter::run_group(const PendingPtr& first) {
  running_on_ = std::this_thread::get_id();
  std::vector<PendingPtr> group{first};
  try {
    run_writes(first, group);
    commit();
  } catch (...) {
    for (const auto& write : group) write->give_up(std::current_exception());
    if (!poison_ && !roll_back()) stop_writing("a transaction could not be rolled back");
  }
  publish(group);
  running_on_ = std::thread::id();
  finish(group);
  queue_.lock()->busy_since.reset();
}

void SqliteWriter::run_writes(const PendingPtr& first, std::vector<PendingPtr>& group) {
  group.reserve(kLargestGroup);
  if (poison_) std::rethrow_exception(poison_);
  // Before anything is read: what was committed behind the end of a log that was cut short would be followed into the
  // database by what is missing before it.
  log_files_->require_in_place(wal_pages_);
  connection_.run(kBegin, {});
  run_alone(*first);
  while (group.size() < kLargestGroup) {
    const auto next = next_waiting();
    if (next == nullptr) break;
    group.push_back(next);
    run_alone(*next);
  }
}

/// Runs one write of the group. What it throws is its own affair, unless SQLite gave up the whole transaction.
void SqliteWriter::run_alone(Pending& write) {
  connection_.run(kSave, {});
  try {
    Pending::Transaction txn(connection_, write, documents_);
    const Brief brief;
    write.run(txn);
    store_changes(txn, write.changes);
    connection_.run(kKeep, {});
  } catch (...) {
    write.give_up(std::current_exception());
    if (!undo_one()) {
      throw StorageError(Trouble::failed,
                         fmt::format("The database gave up a transaction during \"{}\"; nothing of it was stored. "
                                     "Check the disk and the free space of the data folder.",
                                     write.name));
    }
  }
  queue_.with([&](const Queue& queue) { write.progress(queue).has_run = true; });
}

/// Back to before the present write. False when only the whole transaction can be rolled back, or already is.
bool SqliteWriter::undo_one() {
  try {
    if (!connection_.in_transaction()) return false;
    connection_.run(kUndo, {});
    connection_.run(kKeep, {});
    return true;
  } catch (...) {
    return false;
  }
}

/// A commit into a file that has lost its name would be acknowledged, and lost.
void SqliteWriter::require_in_place() {
  int has_moved = 0;
  const int code = sqlite3_file_control(connection_.handle(), "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
  if (code != SQLITE_OK || has_moved == 0) return;
  throw StorageError(Trouble::moved,
                     "The database's file was moved, deleted or replaced while the server runs, so nothing was stored. "
                     "Put it back, then restart the server.");
}

void SqliteWriter::commit() {
  require_in_place();
  try {
    failpoint("storage: before commit");
    connection_.run(kCommit, {});
    failpoint("storage: after commit");
  } catch (const SqliteTrouble& trouble) {
    // What is met before the sync leaves no more undecided than a power loss does, and the next commit writes over it.
    if (!trouble.is_before_sync() || !roll_back()) {
      stop_writing(trouble.message());
      std::rethrow_exception(poison_);
    }
    if (trouble.trouble() != Trouble::full) throw;
    if (!std::exchange(disk_is_full_, true)) log_.error("The disk of the database is full.");
    throw StorageError(
        Trouble::full,
        "The disk is full, so nothing was stored. Make room where the data folder lies, then repeat the call.");
  } catch (const Error& error) {
    stop_writing(error.message());
    std::rethrow_exception(poison_);
  }
  if (std::exchange(disk_is_full_, false)) log_.info("The disk of the database has room again.");
}

/// False when a transaction stays open.
bool SqliteWriter::roll_back() {
  try {
    if (connection_.in_transaction()) connection_.run(kRollback, {});
    return true;
  } catch (...) {
    return !connection_.in_transaction();
  }
}

/// After a failed fsync nobody knows what is on the disk. Opening the database anew reads what really is there, so
/// until then neither a write nor a checkpoint may touch it.
void SqliteWriter::stop_writing(std::string_view reason) {
  log_.error("The database stopped writing.", {{"reason", std::string(reason)}});
  poison_ = std::make_exception_ptr(StorageError(
      Trouble::stopped,
      fmt::format("Nothing can be written since a commit failed ({}). Check the disk and the free space of the "
                  "data folder, then restart the server.",
                  reason)));
  can_write_ = false;
  sqlite3_db_config(connection_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  roll_back();
}

void SqliteWriter::publish(const std::vector<PendingPtr>& group) {
  std::vector<Change> changes;
  for (const auto& write : group) {
    std::ranges::move(write->changes, std::back_inserter(changes));
  }
  if (changes.empty()) return;
  const auto listeners = queue_.with([](const Queue& queue) { return queue.listeners; });
  for (const auto& listener : listeners) {
    try {
      listener(changes);
    } catch (...) {  // the write is stored, whoever can't hear of it
      log_.error("a listener could not be told what was written",
                 {{"error", error_of(std::current_exception()).message()}});
    }
  }
}

void SqliteWriter::finish(const std::vector<PendingPtr>& group) {
  bool idle = true;
  {
    const auto queue = queue_.lock();
    for (const auto& write : group) {
      write->progress(*queue).finished = true;
      write->ready.notify_one();
    }
    idle = queue->waiting.empty();
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
