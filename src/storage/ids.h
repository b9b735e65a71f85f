// Ids of the form `Projects-12`, handed out in blocks so that an id costs no write of its own; gaps are allowed.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "storage/database.h"

namespace slipway::storage {

/// Threads: any; may be called inside a write, since a block is reserved within that very transaction.
class Ids {
 public:
  /// `prefix` without the dash, e.g. "Projects".
  std::string next(Txn&, std::string_view prefix);
  std::int64_t next_number(Txn&, std::string_view prefix);
};

}  // namespace slipway::storage
