#include <filesystem>
#include <memory>

#include "storage/database.h"
#include "storage/folder_lock.h"
#include "storage/sqlite_reader_pool.h"
#include "storage/sqlite_writer.h"

namespace slipway::storage {
namespace {

constexpr int kReaderCacheKib = 512;
constexpr int kWriterCacheKib = 2048;

/// A VFS for tests keeps its files elsewhere, so there is no folder to lock.
std::unique_ptr<FolderLock> lock_folder(const DatabaseOptions& options) {
  if (!options.vfs.empty()) return nullptr;
  const auto folder = std::filesystem::path(options.path).parent_path();
  return std::make_unique<FolderLock>(folder.empty() ? "." : folder.string());
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const DatabaseOptions& options, const Log& log)
      : lock_(lock_folder(options)),
        writer_({options.path, options.vfs, true, kWriterCacheKib}, options.inline_writes, log),
        readers_({options.path, options.vfs, false, kReaderCacheKib}, options.readers) {}

  void subscribe(std::function<void(const std::vector<Change>&)> listener) override {
    writer_.subscribe(std::move(listener));
  }
  bool can_write() const override { return writer_.can_write(); }

 protected:
  void do_read(const std::function<void(Reader&)>& read) override { readers_.read(read); }
  void do_write(std::string_view name, const std::function<void(Txn&)>& run) override { writer_.write(name, run); }

 private:
  std::unique_ptr<FolderLock> lock_;
  SqliteWriter writer_;
  SqliteReaderPool readers_;  // closed first: the writer's connection, closing last, tidies up the write-ahead log
};

}  // namespace

std::unique_ptr<Database> open_sqlite(const DatabaseOptions& options, const Log& log) {
  return std::make_unique<SqliteDatabase>(options, log);
}

}  // namespace slipway::storage
