// A disk for SQLite that lives in memory and misbehaves on command: it forgets what was not synced, and fails.
//
// Tests and simulations open a database with `DatabaseOptions::vfs = disk.name()`. The model is a Linux file system at
// its worst: a write is durable only once its file was synced; at a crash each 512-byte sector written since may or may
// not have reached the disk; a write that fails may have been done in part; what a failed sync was to save is lost for
// good, though it can be read until the crash. Same calls, same bytes: nothing here depends on time or chance, except
// the Random that a crash is given (and the salt that SQLite draws for its log).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/time.h"

namespace slipway::storage {

/// Threads: any, but crash() while no other thread is inside SQLite. Outlives the databases on it.
class SqliteFaultVfs {
 public:
  /// `name` must be unique in the process while this lives.
  explicit SqliteFaultVfs(std::string name);
  ~SqliteFaultVfs();
  SqliteFaultVfs(const SqliteFaultVfs&) = delete;
  SqliteFaultVfs& operator=(const SqliteFaultVfs&) = delete;

  const std::string& name() const;

  /// Power loss. What is open stays open and fails from now on; to go on, close it and open it again. Without `luck`
  /// nothing survives that was not synced.
  void crash(Random* luck = nullptr);

  /// lock: of the file or its shared memory, shared or not.
  enum class Operation { read, write, sync, lock };
  static constexpr std::size_t kOperations = 4;
  enum class Failure { io_error, disk_full, busy, locking_protocol, corrupt, read_only, no_memory };
  static constexpr std::size_t kFailures = 7;
  static std::string_view name_of(Operation);
  static std::string_view name_of(Failure);
  /// The `nth` such operation from now fails (1 is the next), and with `from_then_on` all after it.
  void fail(Operation, int nth, Failure, bool from_then_on = false);
  /// From now on writes and syncs don't return.
  void freeze();
  /// No more failures; what is frozen goes on.
  void heal();
  /// How many were tried so far.
  int count(Operation) const;
  /// How long SQLite has waited for locks so far; here no time passes meanwhile.
  Duration waited() const;

 private:
  class Disk;
  struct Calls;
  std::unique_ptr<Disk> disk_;
};

}  // namespace slipway::storage
