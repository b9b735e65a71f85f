// `slipway backup`, `slipway restore` and `slipway check`.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

#include "base/time.h"

namespace slipway::cli {

/// Which server's files are meant.
struct SiteOptions {
  std::string data = "slipway-data";
  std::string master_key_file;  ///< "" = master.key in the data folder
};

struct BackupOptions : SiteOptions {
  std::string target;  ///< a file that does not exist, or a folder that does
  bool with_master_key = false;
};

struct RestoreOptions : SiteOptions {
  std::string backup;
};

struct CheckOptions : SiteOptions {
  std::optional<std::uint64_t> free_bytes;  ///< of the disk; none = as it says
};

/// Each returns the exit status, and throws Error when it can't do its work.
int run_backup(const BackupOptions&, Time now, std::ostream& out);
int run_restore(const RestoreOptions&, Time now, std::ostream& out);
/// 0: all is well; 1: there are warnings; 2: there are errors.
int run_check(const CheckOptions&, std::ostream& out);

}  // namespace slipway::cli
