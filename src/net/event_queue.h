// The bounded queue between those who write one event stream and the connection that carries it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "net/http.h"

namespace slipway::net {

/// One event as text/event-stream. `id` and `event` are left out when empty; data with line breaks becomes several
/// `data:` lines, which readers join again.
std::string format_event(std::string_view id, std::string_view event, std::string_view data);

/// Threads: push, finish and is_open from any; take and close by the connection.
class EventQueue {
 public:
  /// `wake` is called (under the queue's lock, never after close()) when something is to be taken or the queue has
  /// ended.
  EventQueue(std::size_t max_bytes, std::function<void()> wake);

  /// False once the queue is closed, finished or would grow over its bound; the last also ends it.
  bool push(std::string_view text);
  /// Nobody will push any more.
  void finish();
  bool is_open() const;

  struct Taken {
    std::string text;   ///< all that waited, in order
    bool last = false;  ///< nothing comes after it
  };
  Taken take();
  /// The reader has left.
  void close();

 private:
  void wake_once() SLIPWAY_REQUIRES(mutex_);

  const std::size_t max_bytes_;
  const std::function<void()> wake_;
  mutable Mutex mutex_;
  std::string waiting_ SLIPWAY_GUARDED_BY(mutex_);
  bool woken_ SLIPWAY_GUARDED_BY(mutex_) = false;
  bool ended_ SLIPWAY_GUARDED_BY(mutex_) = false;
  bool closed_ SLIPWAY_GUARDED_BY(mutex_) = false;
};

/// Finishes the queue when its last reference goes.
std::shared_ptr<EventWriter> make_event_writer(std::shared_ptr<EventQueue>);

}  // namespace slipway::net
