// The disk seam, for what is not in the database: key files, blobs, spools.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace slipway {

/// Threads: any. Paths are absolute. Failures throw Error{internal} naming the path and the system's reason.
class Disk {
 public:
  virtual ~Disk() = default;
  /// nullopt when the file does not exist.
  virtual std::optional<std::string> read(const std::string& path) = 0;
  /// Whole file, durable when it returns: written beside, synced, renamed, folder synced. `mode` as in chmod.
  virtual void write(const std::string& path, std::string_view content, unsigned mode = 0644) = 0;
  virtual void remove(const std::string& path) = 0;
  virtual void make_directories(const std::string& path, unsigned mode = 0755) = 0;
};

class SystemDisk final : public Disk {
 public:
  std::optional<std::string> read(const std::string& path) override;
  void write(const std::string& path, std::string_view content, unsigned mode) override;
  void remove(const std::string& path) override;
  void make_directories(const std::string& path, unsigned mode) override;
};

/// Files in memory.
class MemoryDisk final : public Disk {
 public:
  std::optional<std::string> read(const std::string& path) override;
  void write(const std::string& path, std::string_view content, unsigned mode) override;
  void remove(const std::string& path) override;
  void make_directories(const std::string& path, unsigned mode) override;

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> files_;
};

}  // namespace slipway
