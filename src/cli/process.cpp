#include "cli/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <future>
#include <thread>
#include <utility>

namespace slipway::cli {
namespace {

constexpr std::size_t kOtherFiles = 128;  // database, calls to AWS, what libraries open
constexpr std::size_t kFewestConnections = 16;

}  // namespace

void keep_process_private() {
  ::umask(077);
  constexpr rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // a sanitizer looks into its own process
  ::prctl(PR_SET_DUMPABLE, 0);
#endif
}

std::size_t raise_open_files() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return 1024;
  const auto allowed = files.rlim_cur;
  files.rlim_cur = files.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &files) == 0 ? files.rlim_max : allowed;
}

unsigned connections_within(std::size_t open_files, unsigned wanted) {
  const std::size_t left = open_files - std::min(open_files, kOtherFiles);
  return static_cast<unsigned>(std::min<std::size_t>(wanted, std::max(left, kFewestConnections)));
}

bool finishes_within(Duration time, std::function<void()> job) {
  std::packaged_task<void()> task(std::move(job));
  auto done = task.get_future();
  std::thread(std::move(task)).detach();
  if (done.wait_for(time) != std::future_status::ready) return false;
  done.get();
  return true;
}

}  // namespace slipway::cli
