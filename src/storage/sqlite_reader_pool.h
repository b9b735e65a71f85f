// The connections that read. Opened when first needed; the one used last is used next, so that its cache stays warm
// and a quiet server keeps few of them.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <vector>

#include "base/guarded.h"
#include "storage/sqlite_connection.h"

namespace slipway::storage {

/// Threads: any. At most `limit` reads run at once; others wait.
class SqliteReaderPool {
 public:
  SqliteReaderPool(SqliteConnection::Settings settings, unsigned limit, const model::Catalogue& documents);

  /// Runs `read` on one snapshot: all it sees was committed before its first statement.
  void read(const std::function<void(Reader&)>& read);

 private:
  class Lease;
  std::unique_ptr<SqliteConnection> take();
  /// Null: it is gone, and another one may be opened.
  void give_back(std::unique_ptr<SqliteConnection>);

  const SqliteConnection::Settings settings_;
  const model::Catalogue& documents_;
  struct Connections {
    std::vector<std::unique_ptr<SqliteConnection>> idle;
    unsigned may_open = 0;  ///< how many more may exist
  };
  Guarded<Connections> connections_;
  std::condition_variable returned_;
};

}  // namespace slipway::storage
