// The disk seam, for what is not in the database: key files, blobs, spools.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/guarded.h"

namespace slipway {

/// What is read whole: keys, certificates, tokens, settings. The largest of them is a bundle of authorities.
inline constexpr std::size_t kLargestFileRead = 8u << 20;

/// Threads: any. Failures throw Error{internal} naming the path and the system's reason.
class Disk {
 public:
  virtual ~Disk() = default;
  /// All of a small file; nullopt when it does not exist. People name such files: what is no file (a folder, a device
  /// that never ends, a pipe that nobody writes) and one over `kLargestFileRead` throw Error{invalid}.
  virtual std::optional<std::string> read(const std::string& path) = 0;
  /// A new file, whole and durable when it returns: written beside, synced, linked, folder synced. False when there is
  /// one of that name, which stays as it is. `mode` as in chmod.
  virtual bool create(const std::string& path, std::string_view content, unsigned mode) = 0;
  /// Who may do what with it, as in chmod; nullopt when the file does not exist.
  virtual std::optional<unsigned> mode(const std::string& path) = 0;
  virtual void remove(const std::string& path) = 0;
  virtual void make_directories(const std::string& path, unsigned mode = 0755) = 0;
};

class SystemDisk final : public Disk {
 public:
  std::optional<std::string> read(const std::string& path) override;
  bool create(const std::string& path, std::string_view content, unsigned mode) override;
  std::optional<unsigned> mode(const std::string& path) override;
  void remove(const std::string& path) override;
  void make_directories(const std::string& path, unsigned mode) override;
};

/// Files in memory.
class MemoryDisk final : public Disk {
 public:
  std::optional<std::string> read(const std::string& path) override;
  bool create(const std::string& path, std::string_view content, unsigned mode) override;
  std::optional<unsigned> mode(const std::string& path) override;
  void remove(const std::string& path) override;
  void make_directories(const std::string& path, unsigned mode) override;
  void write(const std::string& path, std::string_view content, unsigned mode = 0600);

 private:
  struct File {
    std::string content;
    unsigned mode;
  };
  Guarded<std::map<std::string, File>> files_;
};

}  // namespace slipway
