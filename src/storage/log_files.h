// The two files beside a database in which its newest commits lie: who removes or cuts one under the server takes what
// only it holds, and what SQLite writes into it from then on is lost or does damage.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace slipway::storage {

/// Watches `-wal` and `-shm` of an open database. Threads: one at a time.
class LogFiles {
 public:
  /// The files as they are now. `database` is empty where nothing lies on a real disk.
  LogFiles(const std::string& database, int page_size);
  /// Throws StorageError{moved} when one is gone, another, or shorter than it must be. `pages`: how many the log holds
  /// at least.
  void require_in_place(int pages);

 private:
  struct State {
    dev_t device;
    ino_t number;
    std::int64_t size;
  };
  struct File {
    std::string path;
    std::optional<State> opened;  ///< none: there was none, so none is missed
  };
  static std::optional<State> state_of(const std::string& path);

  std::array<File, 2> files_;
  const int page_size_;
};

}  // namespace slipway::storage
