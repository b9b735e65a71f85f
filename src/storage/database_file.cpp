#include "storage/database_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "model/catalogue.h"
#include "storage/sqlite_connection.h"

namespace slipway::storage {
namespace {

constexpr int kCacheKib = 2048;
constexpr Query kBegin{"begin look", "BEGIN"};
constexpr Query kEnd{"end look", "ROLLBACK"};

[[noreturn]] void fail_on(std::string_view doing, const std::string& path, int error) {
  fail(ErrorCode::unavailable, fmt::format("{} {} failed: {}.", doing, path, std::generic_category().message(error)));
}

std::string existing(std::string path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    fail_not_found(fmt::format("There is no database {}. Name the data folder, or the backup, that holds one.", path));
  }
  return path;
}

[[noreturn]] void fail_on_existing(const std::string& path) {
  fail(ErrorCode::conflict, fmt::format("{} exists already and is not overwritten. Choose another name.", path));
}

/// Makes the file for this user alone, so that at no time others may open it.
void make_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST) fail_on_existing(path);
  if (fd < 0) fail_on("Making", path, errno);
  const bool is_private = ::fchmod(fd, 0600) == 0;
  ::close(fd);
  if (!is_private) fail_on("Setting the mode of", path, errno);
}

void sync(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) fail_on("Opening", path, errno);
  const int failed = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  if (failed != 0) fail_on("Syncing", path, failed);
}

/// Gives a file another name, unless that is taken.
void rename_to_free(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return;
  const bool is_unknown_here = errno == EINVAL || errno == ENOSYS;  // to some file systems
  if (errno == EEXIST || (is_unknown_here && ::access(to.c_str(), F_OK) == 0)) fail_on_existing(to);
  if (!is_unknown_here || ::rename(from.c_str(), to.c_str()) != 0) fail_on("Naming", to, errno);
}

/// A file that gets its name once it is whole, so that a copy which is cut short never passes for one. Until kept, it
/// goes with this object.
class NewFile {
 public:
  explicit NewFile(std::string name) : name_(std::move(name)), path_(fmt::format("{}.{}.partial", name_, ::getpid())) {
    if (::access(name_.c_str(), F_OK) == 0) fail_on_existing(name_);
    make_file(path_);
  }
  ~NewFile() {
    if (!kept_) ::unlink(path_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  const std::string& path() const { return path_; }
  void keep() {
    sync(path_, O_RDWR);
    rename_to_free(path_, name_);
    kept_ = true;
    const auto folder = std::filesystem::path(name_).parent_path();
    sync(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY);
  }

 private:
  std::string name_, path_;
  bool kept_ = false;
};

class FileReader final : public Reader {
 public:
  FileReader(SqliteConnection& connection, const model::Catalogue& documents)
      : Reader(documents), connection_(connection) {}
  void each(const Query& query, Parameters parameters, const std::function<bool(const Row&)>& row) override {
    connection_.each(query, parameters, row);
  }

 private:
  SqliteConnection& connection_;
};

}  // namespace

class DatabaseFile::Connection : public SqliteConnection {
 public:
  using SqliteConnection::SqliteConnection;
};

DatabaseFile::DatabaseFile(std::string path)
    : connection_(std::make_unique<Connection>(
          SqliteConnection::Settings{.path = existing(std::move(path)), .vfs = {}, .cache_kib = kCacheKib})) {}
DatabaseFile::~DatabaseFile() = default;

SchemaVersion DatabaseFile::schema_version() {
  return read([&](Reader& reader) {
    return read_schema_version([&](const Query& query, const auto& row) { reader.each(query, {}, row); });
  });
}

std::vector<std::string> DatabaseFile::damage() {
  constexpr Query check{"integrity check", "PRAGMA integrity_check(20)"};
  std::vector<std::string> found;
  try {
    connection_->each(check, {}, [&](const Row& row) {
      if (row.text(0) != "ok") found.push_back(row.string(0));
      return true;
    });
  } catch (const Error& error) {
    found.push_back(error.message());
  }
  return found;
}

void DatabaseFile::copy_to(const std::string& target, const std::function<void(DatabaseFile&)>& prove) {
  NewFile file(target);
  {
    SqliteConnection copy({.path = file.path(), .vfs = {}, .writes = true, .may_create = true, .cache_kib = kCacheKib});
    copy.execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;");  // synced as a whole once it is there
    sqlite3_backup* const backup = sqlite3_backup_init(copy.handle(), "main", connection_->handle(), "main");
    if (backup == nullptr) {
      fail(ErrorCode::unavailable, fmt::format("Copying into {} failed: {}.", target, sqlite3_errmsg(copy.handle())));
    }
    sqlite3_backup_step(backup,
                        -1);  // in one step, so that it is one moment's state and writes can't make it start over
    if (const int code = sqlite3_backup_finish(backup); code != SQLITE_OK) {
      fail(ErrorCode::unavailable,
           fmt::format("Copying into {} failed: {}. Check the free space there.", target, sqlite3_errstr(code)));
    }
    copy.execute("PRAGMA journal_mode=DELETE");  // without a log beside it
  }
  if (prove) {
    DatabaseFile copy(file.path());
    prove(copy);
  }
  file.keep();
}

void DatabaseFile::do_read(const std::function<void(Reader&)>& read) {
  static const model::Catalogue no_documents({});
  connection_->run(kBegin, {});
  try {
    FileReader reader(*connection_, no_documents);
    read(reader);
  } catch (...) {
    connection_->run(kEnd, {});
    throw;
  }
  connection_->run(kEnd, {});
}

}  // namespace slipway::storage
