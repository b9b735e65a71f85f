#include "cli/core.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "storage/database_testing.h"

namespace slipway::cli {
namespace {

class NoNetwork final : public net::HttpClient {
 public:
  net::ClientResponse send(const net::ClientRequest&, const Deadline&) override {
    throw net::NetworkError("there is no network", false);
  }
};

/// A data folder, and servers that are started on it and stopped at once.
struct DataFolder {
  storage::testing::TemporaryFolder folder;
  storage::testing::QuietLog quiet;
  ManualClock clock;
  SystemRandom random;
  SimulatedExecutor executor{clock, random};
  NoNetwork network;
  SystemDisk disk;

  void start(bool new_database = false) {
    CoreOptions options;
    options.database.path = folder.file("slipway.db");
    options.master_key_file = folder.file("master.key");
    options.new_database = new_database;
    const auto nothing = [](const char*) { return std::optional<std::string>(); };
    const Core core({clock, random, executor, network, disk, quiet.log(), nothing}, std::move(options));
    executor.drop_all();
  }
  void remove(const std::string& end) { std::filesystem::remove(folder.file("slipway.db" + end)); }
};

TEST_CASE("an empty folder gets a database and a master key, and the next start uses them") {
  DataFolder data;
  data.start();
  CHECK(std::filesystem::exists(data.folder.file("master.key")));
  data.start();
}

TEST_CASE("a master key without its database is refused, with what to do, and a new one is made only when asked for") {
  DataFolder data;
  data.start();
  for (const auto* end : {"", "-wal", "-shm"}) data.remove(end);
  CHECK_THROWS_WITH_AS(data.start(), doctest::Contains("There is no database"), Error);
  CHECK_THROWS_WITH_AS(data.start(), doctest::Contains("--new-database"), Error);
  CHECK_FALSE(std::filesystem::exists(data.folder.file("slipway.db")));
  std::ofstream(data.folder.file("slipway.db")).close();
  CHECK_THROWS_WITH_AS(data.start(), doctest::Contains("is empty"), Error);
  data.start(true);
  data.start();
}

}  // namespace
}  // namespace slipway::cli
