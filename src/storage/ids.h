// Ids of the form `Projects-12`, handed out in blocks so that an id costs no write of its own; gaps are allowed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/guarded.h"
#include "storage/database.h"

namespace slipway::storage {

/// Threads: any; may be called inside a write, since a block is reserved within that very transaction. A block grows
/// from one id to 64 as a prefix turns out to be busy: rare kinds leave small gaps after a restart.
class Ids {
 public:
  /// `prefix` without the dash, e.g. "Projects".
  std::string next(Txn&, std::string_view prefix);
  std::int64_t next_number(Txn&, std::string_view prefix);

 private:
  struct Block {
    std::int64_t next = 0;
    std::int64_t end = 0;   ///< one past the last reserved number
    std::int64_t size = 1;  ///< of the block that is reserved next
  };

  void reserve(Txn&, const std::string& prefix, Block&);

  Guarded<std::map<std::string, Block, std::less<>>> blocks_;
};

}  // namespace slipway::storage
