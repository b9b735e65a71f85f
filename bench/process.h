// A server under measurement: a child process on a port of its own, with what the kernel says about it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"

namespace slipway::bench {

/// A port that was free a moment ago.
std::uint16_t free_port();

/// A folder below the system's temporary one; goes with what is in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

struct Memory {
  double anonymous_mb = 0;
  double resident_mb = 0;
};

/// Runs from construction; killed with SIGKILL when it is still running at destruction.
class Process {
 public:
  using Environment = std::vector<std::pair<std::string, std::string>>;
  /// `environment` is added to ours; standard error goes to `log`. Throws Error{unavailable} when it can't start.
  Process(const std::vector<std::string>& command, const Environment& environment, const std::string& log);
  ~Process();
  Process(const Process&) = delete;
  /// Sends SIGTERM, or with `kill` SIGKILL, and waits for its end.
  void stop(bool kill = false);
  Memory memory() const;

 private:
  pid_t id_ = -1;
};

}  // namespace slipway::bench
