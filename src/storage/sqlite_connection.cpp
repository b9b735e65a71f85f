#include "storage/sqlite_connection.h"

#include <fmt/format.h>

#include <cerrno>

namespace slipway::storage {
namespace {

/// Once in a process, before its first connection: SQLite's own count of its memory, which nobody reads, takes a lock
/// at each allocation.
void configure_sqlite() {
  static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(once);
}

/// strpos of PostgreSQL, as far as stores use it: more than zero exactly when the first text contains the second.
void strpos(sqlite3_context* context, int, sqlite3_value** values) {
  const auto text = [](sqlite3_value* value) {
    const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
    return std::string_view(bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_value_bytes(value)));
  };
  const auto at = text(values[0]).find(text(values[1]));
  sqlite3_result_int64(context, at == std::string_view::npos ? 0 : static_cast<sqlite3_int64>(at) + 1);
}

/// None for what is no trouble of the storage, but of the statement.
Trouble trouble_of(int sqlite_code, int system_error) {
  switch (sqlite_code & 0xff) {
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
      return Trouble::none;
    case SQLITE_FULL:
      return Trouble::full;
    case SQLITE_READONLY:
      return Trouble::read_only;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Trouble::corrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:  // the locks of the write-ahead log changed hands too often, as on a disk that stood still
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
    case SQLITE_ABORT:
      return Trouble::busy;
    default:
      if (sqlite_code == SQLITE_IOERR_NOMEM) return Trouble::busy;
      if (system_error == ENOSPC || system_error == EDQUOT) return Trouble::full;
      return system_error == EROFS ? Trouble::read_only : Trouble::failed;
  }
}

/// Binding a null pointer would bind NULL, but an empty view is an empty text.
const char* data_of(std::string_view text) { return text.data() == nullptr ? "" : text.data(); }

int bind(sqlite3_stmt* statement, int at, const Parameter& parameter) {
  if (const auto* number = std::get_if<std::int64_t>(&parameter)) return sqlite3_bind_int64(statement, at, *number);
  if (const auto* text = std::get_if<std::string_view>(&parameter)) {
    return sqlite3_bind_text64(statement, at, data_of(*text), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  if (const auto* blob = std::get_if<Blob>(&parameter)) {
    return sqlite3_bind_blob64(statement, at, data_of(blob->bytes), blob->bytes.size(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, at);
}

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  bool is_null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  std::string_view text(int column) const override {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  sqlite3_stmt* statement_;
};

}  // namespace

/// A statement taken from the idle ones, with its parameters bound; goes back when done.
class SqliteConnection::Use {
 public:
  Use(SqliteConnection& connection, const Query& query, const Parameters& parameters)
      : connection_(connection), query_(query), statement_(connection.prepare(query)) {
    int at = 0;
    for (const Parameter& parameter : parameters) {
      if (const int code = bind(statement_.get(), ++at, parameter); code != SQLITE_OK) {
        connection_.fail_at(query_.name, code);
      }
    }
  }
  ~Use() {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
    const std::string_view sql = sqlite3_sql(statement_.get());
    connection_.idle_.emplace(sql, std::move(statement_));
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  /// False after the last row.
  bool step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) connection_.fail_at(query_.name, code);
    return false;
  }
  SqliteRow row() const { return SqliteRow(statement_.get()); }

 private:
  SqliteConnection& connection_;
  const Query& query_;
  Statement statement_;
};

bool SqliteTrouble::is_before_sync() const {
  const int primary = sqlite_code_ & 0xff;
  return trouble() == Trouble::busy || primary == SQLITE_FULL || primary == SQLITE_READONLY;
}

void throw_sqlite(int sqlite_code, int system_error, std::string message) {
  const Trouble trouble = trouble_of(sqlite_code, system_error);
  if (trouble != Trouble::none) throw SqliteTrouble(sqlite_code, trouble, std::move(message));
  fail((sqlite_code & 0xff) == SQLITE_CONSTRAINT ? ErrorCode::conflict : ErrorCode::internal, std::move(message));
}

SqliteConnection::SqliteConnection(const Settings& settings) : is_damaged_(settings.is_damaged) {
  configure_sqlite();
  sqlite3* db = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (settings.may_create ? SQLITE_OPEN_CREATE : 0);
  const int code =
      sqlite3_open_v2(settings.path.c_str(), &db, flags, settings.vfs.empty() ? nullptr : settings.vfs.c_str());
  db_.reset(db);
  if (code != SQLITE_OK) {
    const Trouble trouble = trouble_of(code, db == nullptr ? 0 : sqlite3_system_errno(db));
    throw SqliteTrouble(code, trouble == Trouble::none ? Trouble::failed : trouble,
                        fmt::format("Opening the database {} failed: {}. Check that the folder exists and that "
                                    "this user may write to it.",
                                    settings.path, db == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db)));
  }
  sqlite3_extended_result_codes(db, 1);
  be_patient(kLockPatience);
  sqlite3_create_function_v2(db, "strpos", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nullptr, strpos,
                             nullptr, nullptr, nullptr);
  // Pages of the file are read through the mapping; the cache holds what the WAL has newer, and changes not yet
  // committed. Checkpoints are the writer's decision (sqlite_writer.h).
  execute(
      fmt::format("PRAGMA cache_size=-{}; PRAGMA mmap_size=67108864; PRAGMA temp_store=MEMORY;"
                  "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA trusted_schema=OFF;"
                  // What was deleted or replaced (old hashes, sealed secrets) does not stay readable in free pages.
                  "PRAGMA secure_delete=ON;",
                  settings.cache_kib));
  if (!settings.writes) execute("PRAGMA query_only=ON");
}

void SqliteConnection::each(const Query& query, const Parameters& parameters,
                            const std::function<bool(const Row&)>& row) {
  Use use(*this, query, parameters);
  while (use.step()) {
    if (!row(use.row())) return;
  }
}

std::int64_t SqliteConnection::run(const Query& query, const Parameters& parameters) {
  Use use(*this, query, parameters);
  while (use.step()) {
  }
  return sqlite3_changes64(db_.get());
}

void SqliteConnection::be_patient(Duration longest) {
  sqlite3_busy_timeout(db_.get(), static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(longest).count()));
}

void SqliteConnection::execute(std::string_view script) {
  const int code = sqlite3_exec(db_.get(), std::string(script).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail_at(script.substr(0, 60), code);
}

SqliteConnection::Statement SqliteConnection::prepare(const Query& query) {
  if (const auto idle = idle_.find(query.sql); idle != idle_.end()) return std::move(idle_.extract(idle).mapped());
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_.get(), query.sql.data(), static_cast<int>(query.sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) fail_at(query.name, code);
  return Statement(statement);
}

void SqliteConnection::fail_at(std::string_view what, int code) const {
  const int system_error = sqlite3_system_errno(db_.get());
  std::string message = fmt::format("The database could not run \"{}\": {}.", what, sqlite3_errmsg(db_.get()));
  if (trouble_of(code, system_error) == Trouble::full) message += " The disk is full: make room where it lies.";
  if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB) {
    *is_damaged_ = true;
    const char* file = sqlite3_db_filename(db_.get(), "main");
    message = fmt::format("The file {} is damaged, or no database at all: {}. Restore a backup that is whole.",
                          file == nullptr ? "of the database" : file, sqlite3_errmsg(db_.get()));
  }
  throw_sqlite(code, system_error, std::move(message));
}

}  // namespace slipway::storage
