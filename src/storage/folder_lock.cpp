#include "storage/folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/error.h"

namespace slipway::storage {

FolderLock::FolderLock(const std::string& folder) : fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (fd_ < 0) {
    fail(ErrorCode::unavailable,
         fmt::format("Opening the data folder {} failed: {}.", folder, std::generic_category().message(errno)));
  }
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(fd_);
    fail(ErrorCode::unavailable,
         error == EWOULDBLOCK
             ? fmt::format("Another Slipway server uses the data folder {}. Stop it first, or give this one a folder "
                           "of its own.",
                           folder)
             : fmt::format("Locking the data folder {} failed: {}.", folder, std::generic_category().message(error)));
  }
}

FolderLock::~FolderLock() { ::close(fd_); }

void require_one_name(const std::string& path) {
  struct stat about {};
  if (::lstat(path.c_str(), &about) != 0) return;  // none yet, or one that opening it will tell of
  if (S_ISLNK(about.st_mode)) {
    fail(ErrorCode::unavailable,
         fmt::format("The database {} is a symbolic link. Two servers could open what it leads to: name the folder "
                     "where the file itself lies, with --data.",
                     path));
  }
  if (!S_ISREG(about.st_mode)) {
    fail(ErrorCode::unavailable, fmt::format("The database {} is no file. Name a folder of the server's own.", path));
  }
  if (about.st_nlink > 1) {
    fail(ErrorCode::unavailable,
         fmt::format("The database {} has a second name (a hard link), so another server could open it too, and a copy "
                     "made by linking would change with it. Remove the other name; to copy a database, use `slipway "
                     "backup`.",
                     path));
  }
}

}  // namespace slipway::storage
