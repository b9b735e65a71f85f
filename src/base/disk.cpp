#include "base/disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/error.h"

namespace slipway {
namespace {

[[noreturn]] void fail_on(std::string_view doing, const std::string& path, int error) {
  fail(ErrorCode::internal, fmt::format("{} {} failed: {}.", doing, path, std::generic_category().message(error)));
}

/// An open file that closes itself.
class File {
 public:
  File(const std::string& path, int flags, unsigned mode) : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

std::optional<std::string> SystemDisk::read(const std::string& path) {
  const File file(path, O_RDONLY, 0);
  if (file.fd() < 0) {
    if (errno == ENOENT) return std::nullopt;
    fail_on("Reading", path, errno);
  }
  std::string content;
  char buffer[65536];
  for (;;) {
    const auto n = ::read(file.fd(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_on("Reading", path, errno);
    if (n == 0) return content;
    content.append(buffer, static_cast<std::size_t>(n));
  }
}

void SystemDisk::write(const std::string& path, std::string_view content, unsigned mode) {
  const std::string beside = path + ".new";
  {
    const File file(beside, O_WRONLY | O_CREAT | O_TRUNC, mode);
    if (file.fd() < 0) fail_on("Writing", beside, errno);
    while (!content.empty()) {
      const auto n = ::write(file.fd(), content.data(), content.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail_on("Writing", beside, errno);
      content.remove_prefix(static_cast<std::size_t>(n));
    }
    if (::fsync(file.fd()) != 0) fail_on("Syncing", beside, errno);
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) fail_on("Renaming to", path, errno);
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const File directory(folder, O_RDONLY | O_DIRECTORY, 0);
  if (directory.fd() < 0 || ::fsync(directory.fd()) != 0) fail_on("Syncing", folder, errno);
}

void SystemDisk::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail_on("Removing", path, errno);
}

void SystemDisk::make_directories(const std::string& path, unsigned mode) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(path, error);
  if (error) fail_on("Making", path, error.value());
  if (made && ::chmod(path.c_str(), mode) != 0) fail_on("Setting the mode of", path, errno);
}

std::optional<std::string> MemoryDisk::read(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto it = files_.find(path);
  return it == files_.end() ? std::nullopt : std::optional(it->second);
}

void MemoryDisk::write(const std::string& path, std::string_view content, unsigned) {
  const std::lock_guard lock(mutex_);
  files_[path] = std::string(content);
}

void MemoryDisk::remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  files_.erase(path);
}

void MemoryDisk::make_directories(const std::string&, unsigned) {}

}  // namespace slipway
