#include "cli/safety.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "storage/database_testing.h"

using namespace slipway;
using namespace slipway::cli;

namespace {

using Weight = Finding::Weight;

/// A data folder with a database and a key, each of the given mode.
std::vector<Finding> inspect(mode_t folder_mode, mode_t database_mode, mode_t key_mode, unsigned user = ::getuid()) {
  const storage::testing::TemporaryFolder folder;
  const Site site{folder.path(), folder.file("slipway.db"), folder.file("master.key")};
  std::ofstream(site.database) << "database";
  std::ofstream(site.key_file) << "key";
  ::chmod(site.database.c_str(), database_mode);
  ::chmod(site.key_file.c_str(), key_mode);
  ::chmod(folder.path().c_str(), folder_mode);
  auto findings = inspect_files(site, user);
  ::chmod(folder.path().c_str(), 0700);
  return findings;
}

}  // namespace

TEST_CASE("files for their owner alone are nothing to speak of") { CHECK(inspect(0700, 0600, 0600).empty()); }

TEST_CASE("every mode that lets others write is refused, and every one that lets them read is warned of") {
  int tried = 0;
  for (mode_t mode = 0; mode < 0100; ++mode) {  // of group and others; the owner may always do all
    const auto weight = (mode & 0022) != 0 ? Weight::error : Weight::warning;
    for (const auto& findings : {inspect(0700 | mode, 0600, 0600), inspect(0700, 0600 | mode, 0600)}) {
      ++tried;
      if ((mode & 0077) == 0) {
        CHECK(findings.empty());
        continue;
      }
      REQUIRE(findings.size() == 1);
      CHECK(findings[0].weight == weight);
      CHECK(findings[0].fix.find("chmod") != std::string::npos);
    }
    ++tried;
    CHECK(inspect(0700, 0600, 0600 | mode).empty() == (mode == 0));
  }
  MESSAGE("tried " << tried << " modes");
}

TEST_CASE("a key that somebody else owns is refused") {
  const auto findings = inspect(0700, 0600, 0600, ::getuid() + 1);
  const bool is_roots = ::getuid() == 0;  // root may read everything anyway
  CHECK(std::count_if(findings.begin(), findings.end(), [](const Finding& f) { return f.weight == Weight::error; }) ==
        (is_roots ? 0 : 1));
}

TEST_CASE("a folder as master key is told as one, since chmod would not mend it") {
  const storage::testing::TemporaryFolder folder;
  const auto findings = inspect_files({folder.path(), folder.file("slipway.db"), folder.path()}, ::getuid());
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].what.find("is a folder") != std::string::npos);
  CHECK(findings[0].fix.find("chmod") == std::string::npos);
}

TEST_CASE("a file with a secret that every user may read is warned of, and one for a group of those who may is not") {
  const storage::testing::TemporaryFolder folder;
  const std::string path = folder.file("tls.key");
  for (unsigned mode = 0; mode < 0100; ++mode) {
    std::ofstream(path) << "key";
    REQUIRE(::chmod(path.c_str(), 0600 | mode) == 0);
    const auto findings = inspect_secret_file("The TLS key", path);
    CHECK(findings.empty() == ((mode & 7) == 0));
    if (!findings.empty()) CHECK(findings[0].fix == "Run: chmod o-rwx " + path);
  }
  CHECK(inspect_secret_file("The TLS key", "").empty());
  CHECK(inspect_secret_file("The TLS key", "no-such-file").empty());
}

TEST_CASE("plain HTTP is warned of where it leaves the machine") {
  for (const char* address : {"127.0.0.1", "127.1.2.3", "::1", "localhost"}) {
    CHECK_MESSAGE(inspect_listener(address, false).empty(), address);
  }
  for (const char* address : {"0.0.0.0", "::", "10.0.0.1", "192.0.2.1", "2001:db8::1"}) {
    CHECK_MESSAGE(inspect_listener(address, false).size() == 1, address);
    CHECK_MESSAGE(inspect_listener(address, true).empty(), address);
  }
}

TEST_CASE("proxies that take in half the internet are warned of, by the name that they were given") {
  const std::vector<std::string> given{"10.0.0.0/8", " 0.0.0.0/0", "2001:db8::/32", "::/0"};
  const auto findings = inspect_proxies(net::TrustedProxies(given), given);
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].what.find("The trusted proxy 0.0.0.0/0 takes in") == 0);
  CHECK(findings[1].what.find("The trusted proxy ::/0 takes in") == 0);
}

TEST_CASE("little room is warned of, measured by the database") {
  const Site site{"/data", "/data/slipway.db", "/data/master.key"};
  CHECK(inspect_space(site, 2ull << 30, 1u << 20).empty());
  CHECK(inspect_space(site, 1u << 20, 1u << 20).size() == 1);
  CHECK(inspect_space(site, 2ull << 30, 3ull << 30).size() == 1);
  CHECK(inspect_user(0).size() == 1);
  CHECK(inspect_user(1000).empty());
}
