// When a task can't be gone on with here and now: its records can't be read or written, or are another holder's.
#pragma once

#include "base/error.h"
#include "storage/database.h"

namespace slipway::engine {

/// Ends the run of a task, not the task: whoever takes it up next goes on from its records. Not an Error, so that no
/// step takes it for one of its own.
struct Lost {
  Error why;
};

/// Runs what asks nothing but our own records. Trouble of the storage passes, so it is no answer.
template <class F>
auto from_records(F read) {
  try {
    return read();
  } catch (const storage::StorageError& trouble) {
    throw Lost{trouble};
  }
}

}  // namespace slipway::engine
