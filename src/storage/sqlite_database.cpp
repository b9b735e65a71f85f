#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "model/catalogue.h"
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
  require_one_name(options.path);
  const auto folder = std::filesystem::path(options.path).parent_path();
  return std::make_unique<FolderLock>(folder.empty() ? "." : folder.string());
}

/// What stays the same while a file is renamed, and is another's when a file takes its place.
using FileIdentity = std::optional<std::pair<dev_t, ino_t>>;

FileIdentity identity_of(const std::string& path) {
  struct stat about {};
  if (path.empty() || ::stat(path.c_str(), &about) != 0) return std::nullopt;
  return std::pair(about.st_dev, about.st_ino);
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const DatabaseOptions& options, const Log& log)
      : documents_(options.documents == nullptr ? std::make_unique<model::Catalogue>(model::all_resources()) : nullptr),
        lock_(lock_folder(options)),
        writer_({options.path, options.vfs, true, options.may_create, kWriterCacheKib, is_damaged_},
                options.inline_writes, options.patience, documents_ ? *documents_ : *options.documents, log),
        readers_({options.path, options.vfs, false, false, kReaderCacheKib, is_damaged_}, options.readers,
                 documents_ ? *documents_ : *options.documents),
        path_(options.vfs.empty() ? options.path : ""),
        file_(identity_of(path_)) {}

  void subscribe(std::function<void(const std::vector<Change>&)> listener) override {
    writer_.subscribe(std::move(listener));
  }
  bool can_write() const override { return writer_.can_write(); }
  bool is_damaged() const override { return *is_damaged_; }
  bool has_moved() const override { return !path_.empty() && identity_of(path_) != file_; }

 protected:
  void do_read(const std::function<void(Reader&)>& read) override { readers_.read(read); }
  void do_write(std::string_view name, const std::function<void(Txn&)>& run) override { writer_.write(name, run); }

 private:
  const std::unique_ptr<const model::Catalogue> documents_;  ///< none where another is named
  std::unique_ptr<FolderLock> lock_;
  const std::shared_ptr<std::atomic<bool>> is_damaged_ = std::make_shared<std::atomic<bool>>(false);
  SqliteWriter writer_;
  SqliteReaderPool readers_;  // closed first: the writer's connection, closing last, tidies up the write-ahead log
  const std::string path_;    // empty for a simulated disk, which keeps no files
  const FileIdentity file_;
};

}  // namespace

std::unique_ptr<Database> open_sqlite(const DatabaseOptions& options, const Log& log) {
  return std::make_unique<SqliteDatabase>(options, log);
}

}  // namespace slipway::storage
