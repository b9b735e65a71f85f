// SQLite without a server around it: the limits that the server's figures are held against.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace slipway::bench {

/// One connection with one statement at hand for each SQL text. One thread at a time.
class RawSqlite {
 public:
  explicit RawSqlite(const std::string& path);
  ~RawSqlite();
  RawSqlite(const RawSqlite&) = delete;

  /// The first column of each row, texts and blobs alike; parameters are bound as texts.
  std::vector<std::string> column(const std::string& sql, const std::vector<std::string_view>& parameters = {});
  /// The first column of the first row; "" without one.
  std::string value(const std::string& sql, const std::vector<std::string_view>& parameters = {});

 private:
  sqlite3_stmt* prepared(const std::string& sql);

  sqlite3* database_ = nullptr;
  std::vector<std::pair<std::string, sqlite3_stmt*>> statements_;
};

/// Commits per second of one row each, each durable (WAL, synchronous=FULL), in a new database in `folder`.
double durable_commits_per_second(const std::string& folder, Duration duration);

/// Bytes in use by the tables and indexes of a database at rest, without those of the task logs.
double bytes_without_logs(const std::string& path);

}  // namespace slipway::bench
