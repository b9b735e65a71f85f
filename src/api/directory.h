// Spaces and users as every call needs them: where an address leads, and who a key's owner is. Small, kept in memory,
// and read anew after any change to them; so a request costs no extra database read.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "api/call.h"
#include "storage/database.h"

namespace slipway::api {

/// What the database held at one instant. Immutable.
struct DirectoryState {
  std::map<std::string, std::string, std::less<>> spaces;  ///< id, slug and folded name → id
  std::string default_space;
  std::map<std::string, Principal, std::less<>> users;  ///< active ones, by id

  /// By id, slug or name (ignoring case).
  std::optional<std::string> find_space(std::string_view id_slug_or_name) const;
};

/// Threads: any.
class Directory {
 public:
  /// Subscribes to the database's changes; must outlive its writes.
  explicit Directory(storage::Database&);
  /// Everything that was committed before the call is in it. Not to be called inside a read or write.
  std::shared_ptr<const DirectoryState> current();

 private:
  storage::Database& database_;
  std::shared_ptr<std::atomic<std::uint64_t>> changes_;  ///< shared with the subscription
  std::mutex mutex_;
  std::shared_ptr<const DirectoryState> state_;
  std::uint64_t state_changes_ = 0;
};

}  // namespace slipway::api
