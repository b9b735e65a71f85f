// What a commit changed, as it is told to subscribers and kept in the table of changes (changes.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace slipway::storage {

enum class TaskState;

struct Change {
  /// The numbers are stored.
  enum class Kind {
    document = 0,    ///< of the configuration, and users' keys
    release = 1,     //
    deployment = 2,  ///< made, gone, or current somewhere
    task = 3,        ///< came into a state, or is gone
    log = 4,         ///< a task's log or the units below it went on
    lock = 5,        ///< a lock was released; for engines alone
    erasure = 6,     ///< a history is to go; for the sweep alone
  };
  Kind kind = Kind::document;
  std::string id = {};                  ///< of the document, release, deployment or task; of a lock its key
  std::string type = {};                ///< of a document: its schema's
  std::string space = {};               ///< "" for what belongs to none
  std::string project = {};             ///< where it is known; of a project its own id
  std::optional<TaskState> state = {};  ///< of a task
  std::int64_t last_line = 0;           ///< of a log
  bool is_gone = false;                 ///< erased
  std::int64_t number = 0;              ///< given by the transaction that stores it; grows in the order of commit
};

}  // namespace slipway::storage
