// A database as a file: for what is done beside the server, or while none runs. Nothing here migrates or repairs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "storage/database.h"
#include "storage/migrations.h"

namespace slipway::storage {

/// Threads: one. A server may have the same database open; its writes go on meanwhile.
class DatabaseFile {
 public:
  /// Throws Error{not_found} when there is no such file, and Error{unavailable} for one that is no database.
  explicit DatabaseFile(std::string path);
  ~DatabaseFile();
  DatabaseFile(const DatabaseFile&) = delete;
  DatabaseFile& operator=(const DatabaseFile&) = delete;

  /// Version 0 for a database that is not a server's.
  SchemaVersion schema_version();
  /// What is wrong with it, by SQLite's own check of every page and index; empty when it is sound.
  std::vector<std::string> damage();
  /// One consistent view, as Database::read.
  template <class F>
  auto read(F&& f) {
    std::optional<std::invoke_result_t<F, Reader&>> result;
    do_read([&](Reader& reader) { result.emplace(f(reader)); });
    return std::move(*result);
  }
  /// A copy of what is stored at one moment: a single file of mode 0600, durable when this returns. Throws
  /// Error{conflict} when there is a file of that name, which stays as it is. The copy gets its name once it is whole
  /// and `prove` has thrown nothing at it.
  void copy_to(const std::string& target, const std::function<void(DatabaseFile&)>& prove = {});

 private:
  void do_read(const std::function<void(Reader&)>&);
  class Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace slipway::storage
