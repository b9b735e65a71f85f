#include "base/disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
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

/// A file beside `path` that nobody else can have put there or linked elsewhere, and that goes with this object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& path) : path_(path + ".XXXXXX"), fd_(::mkostemp(path_.data(), O_CLOEXEC)) {
    if (fd_ < 0) fail_on("Writing beside", path, errno);
  }
  ~TemporaryFile() {
    ::close(fd_);
    ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

  void fill(std::string_view content, unsigned mode) const {
    while (!content.empty()) {
      const auto n = ::write(fd_, content.data(), content.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail_on("Writing", path_, errno);
      content.remove_prefix(static_cast<std::size_t>(n));
    }
    if (::fchmod(fd_, mode) != 0) fail_on("Setting the mode of", path_, errno);
    if (::fsync(fd_) != 0) fail_on("Syncing", path_, errno);
  }

 private:
  std::string path_;
  const int fd_;
};

void require_regular(const File& file, const std::string& path) {
  struct stat about {};
  if (::fstat(file.fd(), &about) != 0) fail_on("Looking at", path, errno);
  if (S_ISREG(about.st_mode)) return;
  fail_invalid(fmt::format("{} is {}, and a file is needed. Name the file.", path,
                           S_ISDIR(about.st_mode)    ? "a folder"
                           : S_ISFIFO(about.st_mode) ? "a pipe"
                                                     : "a device"));
}

void sync_folder_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  const File directory(folder, O_RDONLY | O_DIRECTORY, 0);
  if (directory.fd() < 0 || ::fsync(directory.fd()) != 0) fail_on("Syncing", folder, errno);
}

}  // namespace

std::optional<std::string> SystemDisk::read(const std::string& path) {
  const File file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);  // opening a pipe would wait for who writes it
  if (file.fd() < 0) {
    if (errno == ENOENT) return std::nullopt;
    fail_on("Reading", path, errno);
  }
  require_regular(file, path);
  std::string content;
  char buffer[65536];
  for (;;) {
    const auto n = ::read(file.fd(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_on("Reading", path, errno);
    if (n == 0) return content;
    content.append(buffer, static_cast<std::size_t>(n));
    if (content.size() > kLargestFileRead) {
      fail_invalid(fmt::format("{} is larger than {} MiB, which no file of its kind is. Is it the right one?", path,
                               kLargestFileRead >> 20));
    }
  }
}

bool SystemDisk::create(const std::string& path, std::string_view content, unsigned mode) {
  const TemporaryFile beside(path);
  beside.fill(content, mode);
  // A rename would replace what another process has made meanwhile; a link does not.
  if (::link(beside.path().c_str(), path.c_str()) != 0) {
    if (errno == EEXIST) return false;
    fail_on("Making", path, errno);
  }
  sync_folder_of(path);
  return true;
}

std::optional<unsigned> SystemDisk::mode(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) == 0) return about.st_mode & 07777u;
  if (errno == ENOENT) return std::nullopt;
  fail_on("Looking at", path, errno);
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
  const auto files = files_.lock();
  const auto it = files->find(path);
  return it == files->end() ? std::nullopt : std::optional(it->second.content);
}

bool MemoryDisk::create(const std::string& path, std::string_view content, unsigned mode) {
  return files_.lock()->try_emplace(path, File{std::string(content), mode}).second;
}

std::optional<unsigned> MemoryDisk::mode(const std::string& path) {
  const auto files = files_.lock();
  const auto it = files->find(path);
  return it == files->end() ? std::nullopt : std::optional(it->second.mode);
}

void MemoryDisk::write(const std::string& path, std::string_view content, unsigned mode) {
  files_.lock()->insert_or_assign(path, File{std::string(content), mode});
}

void MemoryDisk::remove(const std::string& path) { files_.lock()->erase(path); }

void MemoryDisk::make_directories(const std::string&, unsigned) {}

}  // namespace slipway
