// Which queued tasks may start next: a pure structure in memory, so that a pick costs no look at the database (TSK-15).
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"

namespace slipway::engine {

struct QueuedTask {
  std::string id;
  std::string concurrency_key;
  int priority = 0;  ///< higher starts first
  Time queued{};
};

/// Order: priority, then oldest, then id number (TSK-5). At most one task of a concurrency key runs at a time; a head
/// that waits for its key does not hold up those behind it (TSK-2). Not thread-safe.
class TaskQueue {
 public:
  void add(QueuedTask);
  void remove(std::string_view id);
  /// Takes up to `most` tasks whose keys are free, and occupies their keys.
  std::vector<QueuedTask> take(std::size_t most);
  /// Occupies a key for a task that runs already (taken over at start).
  void occupy(const std::string& concurrency_key);
  /// The task that ran under this key has ended.
  void free(const std::string& concurrency_key);
  bool empty() const { return where_.empty(); }

 private:
  struct Order {
    int priority;
    Time queued;
    std::size_t id_length;  ///< with the id, orders numbers without parsing them
    std::string id;
    bool operator<(const Order&) const;
  };
  struct Key {
    bool occupied = false;
    std::set<Order> waiting;
  };
  void offer(const std::string& name, const Key&);
  void withdraw(const Key&);

  std::map<std::string, Key, std::less<>> keys_;
  std::map<Order, std::string> heads_;  ///< first waiting task of every free key → key
  std::map<std::string, std::pair<std::string, Order>, std::less<>> where_;
};

}  // namespace slipway::engine
