#include "storage/log_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <string_view>

#include "storage/database.h"

namespace slipway::storage {
namespace {

constexpr std::int64_t kLogHeader = 32, kFrameHeader = 24;  // https://www.sqlite.org/walformat.html

[[noreturn]] void fail_on(const std::string& path, std::string_view what) {
  throw StorageError(
      Trouble::moved,
      fmt::format("{}, a part of the database, was {} while the server runs, so nothing is stored any more. "
                  "Restart the server, without kill -9, so that it saves what it can; then compare with your backup.",
                  path, what));
}

}  // namespace

std::optional<LogFiles::State> LogFiles::state_of(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return std::nullopt;
  return State{about.st_dev, about.st_ino, about.st_size};
}

LogFiles::LogFiles(const std::string& database, int page_size) : page_size_(page_size) {
  if (database.empty()) return;
  files_ = {File{database + "-wal", state_of(database + "-wal")}, File{database + "-shm", state_of(database + "-shm")}};
}

void LogFiles::require_in_place(int pages) {
  for (File& file : files_) {
    if (!file.opened) continue;
    const auto found = state_of(file.path);
    if (!found) fail_on(file.path, "deleted or moved");
    if (found->device != file.opened->device || found->number != file.opened->number) fail_on(file.path, "replaced");
    const bool is_log = &file == &files_[0];
    const std::int64_t least = !is_log     ? file.opened->size  // it never shrinks while it is open
                               : pages > 0 ? kLogHeader + pages * (kFrameHeader + page_size_)
                                           : 0;
    if (found->size < least) fail_on(file.path, "cut short");
    file.opened->size = std::max(file.opened->size, found->size);
  }
}

}  // namespace slipway::storage
