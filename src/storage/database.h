// The database, as the rest of the server sees it: named queries, consistent reads, and writes that are durable when
// they return. Two backends keep the contract; SQLite is the one a single node runs on.
//
// Stores (resources.h, tasks.h, …) are sets of free functions over a Reader or a Txn, so that any of them compose into
// one transaction. SQL lives in this room only.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/executor.h"
#include "base/log.h"
#include "base/time.h"
#include "storage/change.h"

namespace slipway::model {
class Catalogue;
}

namespace slipway::storage {

/// A statement with a name for traces and metrics. Portable SQL: parameters are ?1, ?2, …; no LIKE, no dialect JSON;
/// `strpos(haystack, needle)` is available on both backends. Every Query is prepared on a real PostgreSQL in the tests.
struct Query {
  std::string_view name;
  std::string_view sql;
};

/// Bytes, to tell a blob from a text.
struct Blob {
  std::string_view bytes;
};
using Parameter = std::variant<std::nullptr_t, std::int64_t, std::string_view, Blob>;

/// The values of ?1, ?2, …: `{a, b}` at the place of use, or a list that was put together. Texts are not copied; they
/// must outlive the call.
class Parameters {
 public:
  Parameters() = default;
  Parameters(std::initializer_list<Parameter> values) : values_(values.begin(), values.size()) {}
  Parameters(const std::vector<Parameter>& values) : values_(values) {}
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }
  std::size_t size() const { return values_.size(); }

 private:
  std::span<const Parameter> values_;
};

/// One row of a result; valid until the callback that got it returns.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual std::string_view text(int column) const = 0;  ///< also for blobs; empty for null

  std::string string(int column) const { return std::string(text(column)); }
  std::optional<std::string> maybe_string(int column) const {
    return is_null(column) ? std::nullopt : std::optional(string(column));
  }
  Time time(int column) const { return from_micros(integer(column)); }
  std::optional<Time> maybe_time(int column) const {
    return is_null(column) ? std::nullopt : std::optional(time(column));
  }
};

/// What ails a database, as far as its last calls tell.
enum class Trouble {
  none,
  busy,       ///< its locks or its memory are taken; passes
  full,       ///< no room on the disk
  read_only,  ///< the file or its file system takes no writes
  corrupt,    ///< what lies there is no database any more
  moved,      ///< another file, or none, lies where it was opened
  frozen,     ///< the disk does not answer
  failed,     ///< the disk answers with errors
  stopped,    ///< see Database::can_write
};

/// The storage could not do what it was asked. It is never the fault of whoever asked, so it ends no task. The code is
/// `unavailable`.
class StorageError : public Error {
 public:
  StorageError(Trouble trouble, std::string message)
      : Error(ErrorCode::unavailable, std::move(message)), trouble_(trouble) {}
  Trouble trouble() const { return trouble_; }

 private:
  Trouble trouble_;
};

/// A consistent view. One thread; not kept past the callback that got it.
class Reader {
 public:
  explicit Reader(const model::Catalogue& documents) : documents_(documents) {}
  virtual ~Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  /// The types of documents, in whose forms these are read and written.
  const model::Catalogue& documents() const { return documents_; }

  /// Calls `row` for each result row; stop early by returning false.
  virtual void each(const Query&, Parameters, const std::function<bool(const Row&)>& row) = 0;

  /// The first row, mapped; nullopt when there is none.
  template <class F>
  auto one(const Query& query, Parameters parameters, F map) -> std::optional<std::invoke_result_t<F, const Row&>> {
    std::optional<std::invoke_result_t<F, const Row&>> found;
    each(query, parameters, [&](const Row& row) {
      found.emplace(map(row));
      return false;
    });
    return found;
  }
  /// All rows, mapped.
  template <class F>
  auto all(const Query& query, Parameters parameters, F map) {
    std::vector<std::invoke_result_t<F, const Row&>> rows;
    each(query, parameters, [&](const Row& row) {
      rows.push_back(map(row));
      return true;
    });
    return rows;
  }

 private:
  const model::Catalogue& documents_;
};

/// A transaction. `write` may run its function again after a lost race, so the function must only touch the Txn.
class Txn : public Reader {
 public:
  using Reader::Reader;
  /// Runs a statement that changes rows; returns how many it changed.
  virtual std::int64_t run(const Query&, Parameters) = 0;
  /// Stored with this transaction (changes.h), and told to subscribers once the commit is durable; dropped when it
  /// fails. Of several in a row that a log went on, the last one stays.
  virtual void publish(Change) = 0;
  /// Called if what this transaction changed is not kept, so that memory filled from it can be emptied again.
  virtual void at_rollback(std::function<void()>) = 0;
};

struct DatabaseOptions {
  std::string path;            ///< file; its folder exists
  unsigned readers = 4;        ///< connections for reading
  bool may_create = true;      ///< false: a missing or empty database is refused
  bool inline_writes = false;  ///< run writes on the calling thread (simulation: everything on one thread)
  std::string vfs = {};        ///< SQLite VFS, for fault tests
  /// A write that takes longer is given up; while one does, new ones are refused at once. Only without inline_writes.
  Duration patience = std::chrono::seconds(5);
  /// The types of its documents; outlives the database. Null: those of the product.
  const model::Catalogue* documents = nullptr;
};

/// Threads: any.
class Database {
 public:
  virtual ~Database() = default;

  /// Runs `f(Reader&)` on one consistent snapshot and returns what it returns.
  template <class F>
  auto read(F&& f) {
    using Result = std::invoke_result_t<F, Reader&>;
    if constexpr (std::is_void_v<Result>) {
      do_read([&](Reader& r) { f(r); });
    } else {
      std::optional<Result> result;
      do_read([&](Reader& r) { result.emplace(f(r)); });
      return std::move(*result);
    }
  }

  /// Runs `f(Txn&)`; returns after the commit is durable and its changes are published. Whatever `f` throws rolls back
  /// its own changes alone and is thrown here. Whatever the storage is to blame for is a StorageError. A failed commit
  /// fails its whole group; unless it surely failed before it reached the disk (no room, no memory, a lock), no write
  /// succeeds until the database is opened anew. A disk that does not answer is not waited for: the error says whether
  /// nothing was stored or nobody knows. `name` appears in traces.
  template <class F>
  auto write(std::string_view name, F&& f) {
    using Result = std::invoke_result_t<F, Txn&>;
    if constexpr (std::is_void_v<Result>) {
      do_write(name, [&](Txn& t) { f(t); });
    } else {
      std::optional<Result> result;
      do_write(name, [&](Txn& t) { result.emplace(f(t)); });
      return std::move(*result);
    }
  }

  /// `listener` is called on the committing thread for each group of changes, in the order of commit; it must be quick
  /// and must not write. What it throws is told in the log, and keeps neither the write nor another listener.
  virtual void subscribe(std::function<void(const std::vector<Change>&)> listener) = 0;

  /// False from the first commit on that failed for more than want of room: only opening the database anew, by a
  /// restart, helps then.
  virtual bool can_write() const = 0;
  /// True from the first call on that met a part of the file that makes no sense.
  virtual bool is_damaged() const { return false; }
  /// True when the file is no longer where it was opened: what is written now is lost with the process.
  virtual bool has_moved() const { return false; }

 protected:
  virtual void do_read(const std::function<void(Reader&)>&) = 0;
  virtual void do_write(std::string_view name, const std::function<void(Txn&)>&) = 0;
};

/// Opens or makes the database, takes the folder's lock (one server per data folder: Error{unavailable} otherwise) and
/// migrates it; a newer schema than ours is refused. See schema.sql.
std::unique_ptr<Database> open_sqlite(const DatabaseOptions&, const Log&);

/// A page of a list and what a reader needs to show where it stands.
template <class T>
struct Page {
  std::vector<T> items;
  std::int64_t total = 0;
};

/// `skip` and `take` as clients send them; take is bounded by the API, never by the store.
struct Slice {
  std::int64_t skip = 0;
  std::int64_t take = 30;
};
/// For what needs all rows.
inline constexpr Slice everything{0, std::numeric_limits<std::int32_t>::max()};

}  // namespace slipway::storage
