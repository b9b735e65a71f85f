#include "cli/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
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

void tell_supervisor(std::string_view state) {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  const std::size_t length = path == nullptr ? 0 : std::strlen(path);
  if (length == 0 || length >= sizeof to.sun_path) return;
  std::memcpy(to.sun_path, path, length);
  if (to.sun_path[0] == '@') to.sun_path[0] = '\0';  // in the abstract name space
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), size);
  ::close(fd);
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
