#include "cli/process.h"

#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <stdexcept>
#include <string>

#include "storage/database_testing.h"

using namespace slipway;
using namespace slipway::cli;

TEST_CASE("a private process makes files for its owner alone and leaves no core") {
  keep_process_private();
  const mode_t mask = ::umask(077);
  CHECK(mask == 077);
  rlimit core{1, 1};
  ::getrlimit(RLIMIT_CORE, &core);
  CHECK(core.rlim_max == 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(::prctl(PR_GET_DUMPABLE) == 0);
#endif
}

TEST_CASE("the supervisor that asks for it is told what the server does") {
  const storage::testing::TemporaryFolder folder;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder.file("notify");
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  tell_supervisor("nobody asked");
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  tell_supervisor("READY=1");
  ::unsetenv("NOTIFY_SOCKET");
  std::string said(100, '\0');
  said.resize(static_cast<std::size_t>(std::max<ssize_t>(::recv(fd, said.data(), said.size(), MSG_DONTWAIT), 0)));
  CHECK(said == "READY=1");
  ::close(fd);
}

TEST_CASE("as many files may be open as the process is allowed, and connections leave some of them") {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  CHECK(raise_open_files() == files.rlim_max);
  ::getrlimit(RLIMIT_NOFILE, &files);
  CHECK(files.rlim_cur == files.rlim_max);
  CHECK(connections_within(1'000'000, 4096) == 4096);
  CHECK(connections_within(1024, 4096) == 896);
  CHECK(connections_within(100, 4096) == 16);
}

TEST_CASE("what takes too long to end is left alone, and what fails is heard of") {
  CHECK(finishes_within(std::chrono::seconds(60), [] {}));
  CHECK_THROWS_AS(finishes_within(std::chrono::seconds(60), [] { throw std::runtime_error("no"); }),
                  std::runtime_error);
  std::promise<void> release, ended;
  CHECK_FALSE(finishes_within(std::chrono::milliseconds(1), [&] {
    release.get_future().wait();
    ended.set_value();
  }));
  release.set_value();
  ended.get_future().wait();
}
