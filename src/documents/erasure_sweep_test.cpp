#include "documents/erasure_sweep.h"

#include <doctest/doctest.h>

#include <functional>
#include <new>
#include <stdexcept>
#include <utility>

#include "base/random.h"
#include "documents/history_erasure.h"
#include "storage/database_testing.h"
#include "storage/erasures.h"
#include "storage/ids.h"
#include "storage/releases.h"

namespace slipway::documents {
namespace {

/// A project with a long history on a simulated disk, and one thread under a virtual clock.
struct World {
  static constexpr int deployments = 2000;

  World() {
    database->write("fill", [](storage::Txn& txn) {
      for (int i = 1; i <= deployments; ++i) {
        storage::DeploymentRecord deployment;
        deployment.id = "Deployments-" + std::to_string(i);
        deployment.space = "Spaces-1";
        deployment.project = "Projects-1";
        deployment.body = "{}";
        storage::insert_deployment(txn, deployment);
      }
    });
  }

  void erase() {
    database->write("erase", [&](storage::Txn& txn) { erase_history(txn, vault, "Projects-1", "Spaces-1"); });
  }
  std::int64_t left() {
    return database->read([](storage::Reader& reader) {
      return reader
          .one({"count", "SELECT COUNT(*) FROM deployments"}, {}, [](const auto& row) { return row.integer(0); })
          .value();
    });
  }
  void run_until_idle() {
    while (executor.step(clock.steady() + std::chrono::hours(1))) continue;
  }

  storage::testing::SimulatedSqlite database;
  SeededRandom random{1};
  storage::Ids ids;
  storage::testing::QuietLog quiet;
  storage::Vault vault{storage::MasterKey(Secret(std::string(32, 'k'))), random, ids, quiet.log()};
  ManualClock clock;
  SimulatedExecutor executor{clock, random};
  ErasureSweep sweep{{*database, vault, executor, clock, quiet.log()}};
};

/// Whose next write meets a fault.
class FaultyDatabase final : public storage::Database {
 public:
  explicit FaultyDatabase(storage::Database& inner) : inner_(inner) {}
  std::function<void()> fault;

  void subscribe(std::function<void(const std::vector<storage::Change>&)> listener) override {
    inner_.subscribe(std::move(listener));
  }
  bool can_write() const override { return inner_.can_write(); }

 protected:
  void do_read(const std::function<void(storage::Reader&)>& read) override { inner_.read(read); }
  void do_write(std::string_view name, const std::function<void(storage::Txn&)>& write) override {
    inner_.write(name, [&](storage::Txn& txn) {
      if (const auto raise = std::exchange(fault, nullptr)) raise();
      write(txn);
    });
  }

 private:
  storage::Database& inner_;
};

}  // namespace

TEST_CASE("a short history goes with what it belongs to, in the same write") {
  World world;
  world.database->write("shorten", [](storage::Txn& txn) {
    txn.run({"shorten", "DELETE FROM deployments WHERE number > 100"}, {});
  });
  world.erase();
  CHECK(world.left() == 0);
  CHECK_FALSE(world.database->read(storage::next_erasure));
}

TEST_CASE("a sweep takes the rest of a long history, and then rests until there is another") {
  World world;
  world.sweep.start();
  world.run_until_idle();
  world.erase();
  CHECK(world.left() == World::deployments);  // hidden, as far as one write goes
  world.run_until_idle();
  CHECK(world.left() == 0);
  CHECK_FALSE(world.executor.step(world.clock.steady() + std::chrono::hours(24)));
}

TEST_CASE("a start goes on with what an earlier process left, and a stop begins no slice") {
  World world;
  world.erase();
  world.sweep.start();
  for (int job = 0; job < 20; ++job) world.executor.step(world.clock.steady() + std::chrono::hours(1));
  world.sweep.stop();
  world.run_until_idle();
  CHECK(world.left() > 0);
  ErasureSweep next({*world.database, world.vault, world.executor, world.clock, world.quiet.log()});
  next.start();
  world.run_until_idle();
  CHECK(world.left() == 0);
}

TEST_CASE("whatever a slice of a sweep meets, the sweep tells of it and goes on") {
  const std::vector<std::function<void()>> faults{[] { throw std::bad_alloc(); },
                                                  [] { throw std::logic_error("defect"); }, [] { throw 42; }};
  World world;
  world.erase();
  std::vector<std::string> lines;
  const Log log(world.clock, LogLevel::info, [&](std::string_view line) { lines.emplace_back(line); });
  FaultyDatabase database(*world.database);
  ErasureSweep sweep({database, world.vault, world.executor, world.clock, log});
  sweep.start();
  for (const auto& fault : faults) {
    database.fault = fault;
    while (database.fault) REQUIRE(world.executor.step(world.clock.steady() + std::chrono::minutes(2)));
  }
  world.run_until_idle();
  CHECK(world.left() == 0);
  CHECK(lines.size() == faults.size());
}

TEST_CASE("a sweep that the disk refuses tries again until it may go on") {
  World world;
  world.erase();
  using Disk = storage::SqliteFaultVfs;
  world.database.disk().fail(Disk::Operation::write, 1, Disk::Failure::disk_full, true);
  world.sweep.start();
  for (int job = 0; job < 50; ++job) world.executor.step(world.clock.steady() + std::chrono::minutes(2));
  CHECK(world.left() == World::deployments);
  world.database.disk().heal();
  world.run_until_idle();
  CHECK(world.left() == 0);
}

}  // namespace slipway::documents
