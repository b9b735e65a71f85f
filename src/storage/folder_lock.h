// One server per data folder: two would overwrite each other's blobs and run the same tasks.
#pragma once

#include <string>

namespace slipway::storage {

/// Holds an exclusive lock on a folder for as long as it lives; the kernel frees it when the process dies.
class FolderLock {
 public:
  /// Throws Error{unavailable} when another process (or another database of this one) holds it.
  explicit FolderLock(const std::string& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int fd_;
};

/// Throws Error{unavailable} when the database's file has a second name, a symbolic or a hard link, or is no file: the
/// same database could be opened from another folder, past that folder's lock.
void require_one_name(const std::string& database);

}  // namespace slipway::storage
