#include "storage/erasures.h"

#include <doctest/doctest.h>

#include "base/random.h"
#include "storage/database_testing.h"
#include "storage/ids.h"
#include "storage/journal.h"
#include "storage/releases.h"
#include "storage/task_log.h"
#include "storage/tasks.h"

namespace slipway::storage {
namespace {

constexpr int kDeployments = 150;  // more than one slice of each part

/// A database with a vault, and histories of projects in it.
template <class DatabaseKind>
struct World {
  DatabaseKind database;
  SeededRandom random{1};
  storage::Ids ids;
  testing::QuietLog quiet;
  Vault vault{MasterKey(Secret(std::string(32, 'k'))), random, ids, quiet.log()};

  /// Release `number` of the project, and deployments of it from `first` on, each with a task, a log and a secret.
  void fill(const std::string& project, int number, int first, int deployments) {
    database->write("fill", [&](Txn& txn) {
      const std::string release = "Releases-" + std::to_string(number);
      insert_release(txn, {.id = release,
                           .space = "Spaces-1",
                           .project = project,
                           .channel = "Channels-1",
                           .version = std::to_string(number),
                           .version_key = std::to_string(number),
                           .body = "{}"});
      for (int i = first; i < first + deployments; ++i) {
        DeploymentRecord deployment{.id = "Deployments-" + std::to_string(i),
                                    .space = "Spaces-1",
                                    .release = release,
                                    .project = project,
                                    .environment = "Environments-1",
                                    .tenant = "Tenants-" + std::to_string(i),
                                    .channel = "Channels-1",
                                    .task = "ServerTasks-" + std::to_string(i),
                                    .deployed_by = "Users-1",
                                    .body = "{}"};
        insert_deployment(txn, deployment);
        TaskRecord task;
        task.id = deployment.task;
        task.space = "Spaces-1";
        task.project = project;
        task.deployment = deployment.id;
        task.state = TaskState::Failed;
        insert_task(txn, task);
        append_log(txn, task.id, {{.category = "Info", .text = "said"}});
        put_unit(txn, {.task = task.id, .number = 1});
        vault.put(txn, deployment.id, Secret("form value"));
        record_ended(txn, deployment, true);
      }
    });
  }

  int slices(const std::string& subject) {
    int slices = 1;
    while (database->write("slice", [&](Txn& txn) { return erase_slice(txn, vault, subject); })) ++slices;
    return slices;
  }

  struct Seen {
    std::int64_t releases, deployments, tasks, failed;
    bool operator==(const Seen&) const = default;
  };
  Seen seen() {
    return database->read([](Reader& reader) -> Seen {
      TaskFilter failed;
      failed.states = {TaskState::Failed};
      return {list_releases(reader, {.space = "Spaces-1"}, {0, 1}).total,
              list_deployments(reader, {.space = "Spaces-1"}, {0, 1}).total,
              list_tasks(reader, {.space = "Spaces-1"}, {0, 1}).total, list_tasks(reader, failed, {0, 1}).total};
    });
  }

  std::int64_t rows(std::string_view table) {
    const std::string sql = "SELECT COUNT(*) FROM " + std::string(table);
    return database->read([&](Reader& reader) {
      return reader.one({"count rows", sql}, {}, [](const Row& row) { return row.integer(0); }).value();
    });
  }
};

constexpr std::string_view kTables[] = {"deployments", "tasks",   "units",          "log_chunks", "secrets",
                                        "releases",    "reached", "current_states", "erasures"};

TEST_CASE_TEMPLATE("a project's history leaves the lists first, then the database, and nothing else does", DatabaseKind,
                   SLIPWAY_DATABASES) {
  World<DatabaseKind> world;
  world.fill("Projects-2", 900, 9000, 3);
  std::vector<std::int64_t> before;
  for (const auto table : kTables) before.push_back(world.rows(table));
  for (int release = 1; release <= 3; ++release) world.fill("Projects-1", release, 1000 * release, kDeployments);

  world.database->write("begin", [](Txn& txn) { begin_erasure(txn, "Projects-1", "Spaces-1"); });
  CHECK(world.database->read(next_erasure) == "Projects-1");
  world.database->write("slice", [&](Txn& txn) { return erase_slice(txn, world.vault, "Projects-1"); });
  const auto gone = [&](std::string_view deployment) {
    return !world.database->read([&](Reader& reader) { return find_deployment(reader, deployment); });
  };
  CHECK(gone("Deployments-3149"));
  CHECK_FALSE(gone("Deployments-1000"));
  CHECK(world.seen().deployments < 3 * kDeployments + 3);
  CHECK(world.slices("Projects-1") > 30);

  CHECK(world.seen() == typename World<DatabaseKind>::Seen{1, 3, 3, 3});
  for (std::size_t i = 0; i < std::size(kTables); ++i) CHECK_MESSAGE(world.rows(kTables[i]) == before[i], kTables[i]);
  CHECK_FALSE(world.database->read(next_erasure));
}

TEST_CASE_TEMPLATE("an erasure goes on where it stood when the database was closed", DatabaseKind, SLIPWAY_DATABASES) {
  World<DatabaseKind> world;
  world.fill("Projects-1", 1, 1, kDeployments);
  world.database->write("begin", [](Txn& txn) { begin_erasure(txn, "Projects-1", "Spaces-1"); });
  for (int slice = 0; slice < 7; ++slice) {
    CHECK(world.database->write("slice", [&](Txn& txn) { return erase_slice(txn, world.vault, "Projects-1"); }));
    world.database.reopen();
  }
  world.slices("Projects-1");
  for (const auto table : kTables) CHECK_MESSAGE(world.rows(table) == 0, table);
}

TEST_CASE_TEMPLATE("of a release that is erased only its own deployments go", DatabaseKind, SLIPWAY_DATABASES) {
  World<DatabaseKind> world;
  world.fill("Projects-1", 1, 1000, kDeployments);
  world.fill("Projects-1", 2, 2000, 5);
  world.database->write("begin", [](Txn& txn) {
    erase_release(txn, "Releases-1");
    begin_erasure(txn, "Releases-1", "Spaces-1");
  });
  world.slices("Releases-1");
  CHECK(world.seen() == typename World<DatabaseKind>::Seen{1, 5, 5, 5});
  CHECK(world.rows("tasks") == 5);
  CHECK(world.rows("reached") == 5);
}

}  // namespace
}  // namespace slipway::storage
