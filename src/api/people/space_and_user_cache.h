// Spaces and users as every call needs them: where an address leads, and who a key's owner is. Small, kept in memory,
// and read anew once a request's own snapshot shows that any was written since, by whichever node.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/call.h"
#include "base/guarded.h"
#include "storage/database.h"

namespace slipway::api {

/// What the database held at one instant. Immutable.
struct SpacesAndUsers {
  std::map<std::string, std::string, std::less<>> spaces;  ///< id, slug and folded name → id
  std::string default_space;
  std::map<std::string, Principal, std::less<>> users;  ///< active ones, by id

  /// By id, slug or name (ignoring case).
  std::optional<std::string> find_space(std::string_view id_slug_or_name) const;
};

/// Threads: any.
class SpaceAndUserCache {
 public:
  /// As the reader's snapshot has them.
  std::shared_ptr<const SpacesAndUsers> at(storage::Reader&);

 private:
  struct Newest {
    std::shared_ptr<const SpacesAndUsers> state;
    std::int64_t generation = 0;  ///< of that state
  };
  Guarded<Newest> newest_;
};

}  // namespace slipway::api
