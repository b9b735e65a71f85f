#include "cli/process.h"

#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <future>
#include <stdexcept>

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
