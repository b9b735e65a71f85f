// The one writer of a SQLite database: takes all writes that wait, runs each under a savepoint of its own inside one
// transaction, and pays for one fsync for all of them.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "base/log.h"
#include "storage/log_files.h"
#include "storage/sqlite_connection.h"

namespace slipway::storage {

/// Threads: any.
class SqliteWriter {
 public:
  using Listener = std::function<void(const std::vector<Change>&)>;

  /// `inline_writes`: no thread; each write is a group of one on its caller's thread.
  /// `patience`: see DatabaseOptions.
  SqliteWriter(const SqliteConnection::Settings&, bool inline_writes, Duration patience,
               const model::Catalogue& documents, const Log&);
  /// Finishes the writes that wait.
  ~SqliteWriter();
  SqliteWriter(const SqliteWriter&) = delete;
  SqliteWriter& operator=(const SqliteWriter&) = delete;

  /// See Database::write.
  void write(std::string_view name, const std::function<void(Txn&)>& run);
  void subscribe(Listener);
  /// See Database::can_write.
  bool can_write() const { return can_write_; }

 private:
  struct Pending;
  struct Queue;
  using PendingPtr = std::shared_ptr<Pending>;  // a write may outlast the patience of who asked for it

  void work();
  PendingPtr next_waiting();
  void wait_for(const PendingPtr&);
  void run_group(const PendingPtr& first);
  void run_writes(const PendingPtr& first, std::vector<PendingPtr>& group);
  void run_alone(Pending&);
  bool undo_one();
  void require_in_place();
  void commit();
  bool roll_back();
  void stop_writing(std::string_view reason);
  void publish(const std::vector<PendingPtr>& group);
  void finish(const std::vector<PendingPtr>& group);
  void checkpoint_if_due(bool idle);

  // Touched by whoever runs a group: the thread, or inline the one caller that holds inline_mutex_.
  SqliteConnection connection_;
  const model::Catalogue& documents_;
  const Log& log_;
  std::exception_ptr poison_;  ///< why nothing can be written any more; null while all is well
  std::atomic<bool> can_write_{true};
  int wal_pages_ = 0;    ///< length of the write-ahead log after the last commit
  int tried_pages_ = 0;  ///< its length when it was last copied into the database, as far as readers let it be
  bool disk_is_full_ = false;
  std::optional<LogFiles> log_files_;  ///< there from the end of the constructor on
  const Duration patience_;
  std::atomic<std::thread::id> running_on_;  ///< the thread inside a group, to tell a write inside a write

  struct Queue {
    std::deque<PendingPtr> waiting;
    std::optional<std::chrono::steady_clock::time_point> busy_since;  ///< when the group under way began
    std::vector<Listener> listeners;
    bool stopping = false;
  };
  Guarded<Queue> queue_;
  std::condition_variable work_arrived_;

  std::mutex inline_mutex_;
  std::thread thread_;
};

}  // namespace slipway::storage
