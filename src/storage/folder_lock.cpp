#include "storage/folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
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

}  // namespace slipway::storage
