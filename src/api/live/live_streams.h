// The event streams that browsers hold open: one round reads the table of changes on for all of them, and hands each
// what it asked for and may see.
//
// Changes are read from the table, never taken from the stream inside the process, which only wakes: so a reader that
// was away goes on with what one that stayed is told, and changes of other nodes are no special case.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "api/live/live_event.h"
#include "api/people/space_and_user_cache.h"
#include "base/executor.h"
#include "base/log.h"
#include "base/time.h"
#include "net/http.h"

namespace slipway::api {

/// Threads: any. Its work happens on a strand of the executor.
class LiveStreams {
 public:
  /// So many readers at once; each holds what its connection may hold back (ServerOptions::max_stream_backlog_bytes).
  static constexpr std::size_t kMostReaders = 256;
  /// How soon after its key ends or is taken away a stream ends; at once where the change says so.
  static constexpr Duration kLook = std::chrono::seconds(10);

  struct Reader {
    Principal principal;
    LiveFilter filter;
    std::optional<std::int64_t> after;  ///< the last number it has seen; from now on without
    std::shared_ptr<net::EventWriter> writer;
  };

  /// What it is given outlives it, and the database its writes.
  struct Parts {
    storage::Database& database;
    SpaceAndUserCache& spaces_and_users;
    const model::Catalogue& catalogue;
    Executor& executor;
    const Clock& clock;
    const Log& log;
  };
  explicit LiveStreams(const Parts&);
  ~LiveStreams();

  bool has_room() const;
  std::size_t count() const;
  /// Its first event says where it goes on from: `ready`, or `too-old` when some changes after its number are gone.
  void add(Reader);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace slipway::api
