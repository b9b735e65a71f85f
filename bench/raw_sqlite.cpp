#include "bench/raw_sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>

#include "base/error.h"
#include "bench/load.h"

namespace slipway::bench {

RawSqlite::RawSqlite(const std::string& path) {
  if (sqlite3_open(path.c_str(), &database_) != SQLITE_OK) {
    fail(ErrorCode::unavailable, fmt::format("Can't open {}: {}.", path, sqlite3_errmsg(database_)));
  }
}

RawSqlite::~RawSqlite() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(database_);
}

sqlite3_stmt* RawSqlite::prepared(const std::string& sql) {
  const auto known =
      std::find_if(statements_.begin(), statements_.end(), [&](const auto& s) { return s.first == sql; });
  if (known != statements_.end()) return known->second;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    fail(ErrorCode::unavailable, fmt::format("{}: {}", sql, sqlite3_errmsg(database_)));
  }
  statements_.emplace_back(sql, statement);
  return statement;
}

std::vector<std::string> RawSqlite::column(const std::string& sql, const std::vector<std::string_view>& parameters) {
  sqlite3_stmt* statement = prepared(sql);
  int position = 0;
  for (const std::string_view parameter : parameters) {
    sqlite3_bind_text(statement, ++position, parameter.data(), static_cast<int>(parameter.size()), SQLITE_STATIC);
  }
  std::vector<std::string> values;
  int status = sqlite3_step(statement);
  for (; status == SQLITE_ROW; status = sqlite3_step(statement)) {
    const void* bytes = sqlite3_column_blob(statement, 0);
    values.emplace_back(static_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(statement, 0)));
  }
  sqlite3_reset(statement);
  if (status != SQLITE_DONE) fail(ErrorCode::unavailable, fmt::format("{}: {}", sql, sqlite3_errmsg(database_)));
  return values;
}

std::string RawSqlite::value(const std::string& sql, const std::vector<std::string_view>& parameters) {
  auto values = column(sql, parameters);
  return values.empty() ? "" : std::move(values.front());
}

double durable_commits_per_second(const std::string& folder, Duration duration) {
  RawSqlite database(folder + "/commits.db");
  database.column("PRAGMA journal_mode=WAL");
  database.column("PRAGMA synchronous=FULL");
  database.column("CREATE TABLE IF NOT EXISTS rows (number INTEGER PRIMARY KEY, body TEXT NOT NULL)");
  const std::string body(100, 'x');
  const double start = now_ms();
  const double end = start + std::chrono::duration<double, std::milli>(duration).count();
  int commits = 0;
  for (; now_ms() < end; ++commits) database.column("INSERT INTO rows (body) VALUES (?1)", {body});
  return commits * 1000 / (now_ms() - start);
}

double bytes_without_logs(const std::string& path) {
  RawSqlite database(path);
  const std::string sum = "SELECT total(pgsize) FROM dbstat WHERE aggregate = TRUE AND name NOT LIKE '%log_chunks%'";
  return std::stod(database.value(sum));
}

}  // namespace slipway::bench
