// Is the database older than what has run already? A restored one must not go on with its old deployments by itself.
//
// Two things outside the database's content show it. Beside the master key lies a small file, the mark, that says what
// newest entry of the audit trail a server has seen; and the database remembers which file it was in, which a copy is
// not. What is restored as a whole disk shows neither: for that there is --hold-queue.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/disk.h"
#include "base/executor.h"
#include "base/log.h"
#include "base/time.h"
#include "storage/database.h"

namespace slipway::cli {

struct Mark {
  std::string installation;
  std::int64_t newest_event = 0;
  Time written{};
  std::string restored_from;  ///< a backup's name, until the first start on it
};

/// What a start knows.
struct StartEvidence {
  std::string installation;
  std::int64_t newest_event = 0;
  Time newest_event_at{};
  std::string remembered_file;  ///< which file the database was in at its last start; "" when it does not know
  std::string present_file;
  std::optional<Mark> mark;
};

/// A sentence, when the queue must be held.
std::optional<std::string> reason_to_hold(const StartEvidence&);

/// What tells a file from its copies; "" where the system has nothing.
std::string identity_of_file(const std::string& path);

/// The mark's file. Threads: one at a time.
class MarkFile {
 public:
  /// Beside the master key, or in the data folder where that one can't be written.
  MarkFile(Disk&, const std::string& key_file, const std::string& data_folder);
  std::optional<Mark> read();
  void write(const Mark&);
  /// Wherever it lies.
  void remove();
  const std::string& beside_key() const { return beside_key_; }
  const std::string& in_data() const { return in_data_; }

 private:
  std::optional<Mark> read(const std::string& path);
  bool write(const std::string& path, const Mark&);

  Disk& disk_;
  std::string beside_key_, in_data_;
};

/// Looks at the evidence when the server starts, and keeps the mark up while it runs.
class StartGuard {
 public:
  StartGuard(storage::Database&, MarkFile, std::string database_path, std::string installation, const Clock&,
             const Log&);
  /// Holds the queue if something asks for it, then brings mark and database up to date.
  void start(bool hold_anyway);
  /// From now on the mark follows what runs, some seconds behind.
  void follow(Executor&);
  void write_mark();

 private:
  StartEvidence evidence();
  void remember(const std::string& file);

  storage::Database& database_;
  MarkFile file_;
  const std::string path_, installation_;
  const Clock& clock_;
  const Log& log_;
  std::shared_ptr<std::atomic<bool>> due_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace slipway::cli
