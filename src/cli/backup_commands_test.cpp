#include "cli/backup_commands.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/disk.h"
#include "base/error.h"
#include "base/random.h"
#include "cli/start_mark.h"
#include "storage/database_testing.h"
#include "storage/secrets.h"
#include "storage/tasks.h"

using namespace slipway;
using namespace slipway::cli;
namespace fs = std::filesystem;

namespace {

/// A server's data folder with a secret and a queued task, and places beside it.
class Scene {
 public:
  Scene() {
    fs::create_directory(data());
    fs::permissions(data(), fs::perms::owner_all);
    database_ = storage::open_sqlite({.path = data() + "/slipway.db"}, quiet_.log());
    storage::Ids ids;
    storage::Vault vault(storage::MasterKey::load(disk_, random_, data() + "/master.key", true), random_, ids,
                         quiet_.log());
    vault.prove_key(*database_, "");
    storage::TaskRecord task;
    task.id = "ServerTasks-1";
    task.description = "Deploy Web 1.0.0";
    task.queued = now - std::chrono::hours(3);
    database_->write("queue", [&](storage::Txn& txn) { storage::insert_task(txn, task); });
    for (const char* suffix : {"", "-wal", "-shm"}) fs::permissions(data() + "/slipway.db" + suffix, private_mode);
  }
  std::string data() const { return folder_.file("data"); }
  std::string file(const std::string& name) const { return folder_.file(name); }
  void stop() { database_.reset(); }

  std::string backup(const std::string& target, bool with_key = false) {
    BackupOptions options;
    options.data = data();
    options.target = target;
    options.with_master_key = with_key;
    std::ostringstream out;
    const int status = run_backup(options, now, out);
    CHECK(status == 0);
    return out.str();
  }
  std::string restore(const std::string& backup, const std::string& into) {
    RestoreOptions options;
    options.data = into;
    options.backup = backup;
    std::ostringstream out;
    const int status = run_restore(options, now, out);
    CHECK(status == 0);
    return out.str();
  }
  std::pair<int, std::string> check(const std::string& folder) {
    CheckOptions options;
    options.data = folder;
    options.free_bytes = 10ull << 30;
    std::ostringstream out;
    const int status = run_check(options, out);
    return {status, out.str()};
  }

  const Time now = from_micros(1'767'323'045'000'000);
  static constexpr auto private_mode = fs::perms::owner_read | fs::perms::owner_write;

 private:
  storage::testing::TemporaryFolder folder_;
  storage::testing::QuietLog quiet_;
  SystemDisk disk_;
  SystemRandom random_;
  std::unique_ptr<storage::Database> database_;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a backup of a running server goes into an empty folder, with its key, and tells what would run") {
  Scene scene;
  CHECK(has(scene.backup(scene.file("b.db"), true), "whoever has both reads every secret"));
  const std::string told = scene.restore(scene.file("b.db"), scene.file("new"));
  CHECK(has(told, "ServerTasks-1  Queued, queued 3 hours ago  Deploy Web 1.0.0"));
  CHECK(has(told, "holds the task queue"));
  for (const char* name : {"slipway.db", "master.key", "slipway.mark"}) {
    struct stat about {};
    REQUIRE_MESSAGE(::stat((scene.file("new") + "/" + name).c_str(), &about) == 0, name);
    CHECK((about.st_mode & 0777) == 0600);
  }
  CHECK(scene.check(scene.file("new")).first == 0);
}

TEST_CASE("a backup into a folder is named by the time, overwrites nothing, and has no key unless asked") {
  Scene scene;
  fs::create_directory(scene.file("backups"));
  const std::string told = scene.backup(scene.file("backups"));
  const std::string made = scene.file("backups") + "/slipway-20260102T030405Z.db";
  CHECK(fs::exists(made));
  CHECK_FALSE(fs::exists(made + ".key"));
  CHECK(has(told, "The master key is not in it"));
  std::ostringstream out;
  BackupOptions again;
  again.data = scene.data();
  again.target = scene.file("backups");
  CHECK_THROWS_WITH_AS(run_backup(again, scene.now, out), doctest::Contains("exists already"), Error);
}

TEST_CASE("a restore refuses what would not run: no key, another key, damage, a database that is there") {
  Scene scene;
  scene.backup(scene.file("b.db"));
  const auto refused = [&](const std::string& backup, const std::string& into) {
    RestoreOptions options;
    options.data = into;
    options.backup = backup;
    std::ostringstream out;
    try {
      run_restore(options, scene.now, out);
    } catch (const Error& error) {
      return error.message();
    }
    return std::string("restored");
  };
  CHECK(has(refused(scene.file("b.db"), scene.file("new")), "needs its server's master key"));
  std::ofstream(scene.file("new") + "/master.key") << std::string(64, '0') << "\n";
  fs::permissions(scene.file("new") + "/master.key", Scene::private_mode);
  CHECK(has(refused(scene.file("b.db"), scene.file("new")), "is not the one"));
  CHECK_FALSE(fs::exists(scene.file("new") + "/slipway.db"));
  CHECK(has(refused(scene.file("none.db"), scene.file("new")), "There is no database"));
  CHECK(has(refused(scene.file("b.db"), scene.data()), "uses the data folder"));
  scene.stop();
  CHECK(has(refused(scene.file("b.db"), scene.data()), "overwrites nothing"));
}

namespace {

/// What an error says; "" where there is none.
template <class Run>
std::string refusal(const Run& run) {
  try {
    run();
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

}  // namespace

TEST_CASE("a restore that is refused or fails leaves nothing that was not there") {
  Scene scene;
  scene.backup(scene.file("b.db"), true);
  const std::string into = scene.file("new");
  const auto restore = [&] { return refusal([&] { scene.restore(scene.file("b.db"), into); }); };
  const auto prepare = [&](fs::perms mode) {
    fs::remove_all(into);
    fs::create_directory(into);
    fs::permissions(into, mode);
  };
  for (const auto mode : {fs::perms::all, fs::perms::owner_all | fs::perms::group_write}) {
    prepare(mode);
    CHECK(has(restore(), "Run: chmod 700 " + into));
    CHECK(names_in(into).empty());
  }
  // Whatever stands in the way of one of the files: the rest of them goes again.
  prepare(fs::perms::owner_all);
  fs::create_directory(into + "/slipway.mark");
  fs::create_directory(into + "/slipway.mark/full");
  CHECK(restore().empty());
  CHECK(names_in(into).count("slipway.mark.new") == 0);
  prepare(fs::perms::owner_all);
  std::ofstream(into + "/slipway.mark") << R"({"InstallationId":"i","NewestEvent":7,"RestoredFrom":""})";
  fs::create_symlink(scene.file("nothing"), into + "/slipway.db");
  CHECK_FALSE(restore().empty());
  CHECK(names_in(into) == std::set<std::string>{"slipway.db", "slipway.mark"});
  SystemDisk disk;
  const auto mark = MarkFile(disk, into + "/master.key", into).read();
  REQUIRE(mark);
  CHECK(mark->restored_from.empty());
  CHECK(mark->newest_event == 7);
  fs::remove(into + "/slipway.mark");
  CHECK_FALSE(restore().empty());
  CHECK(names_in(into) == std::set<std::string>{"slipway.db"});
}

TEST_CASE("a backup that is refused leaves neither itself nor its key") {
  Scene scene;
  const auto backup = [&] { return refusal([&] { scene.backup(scene.file("b.db"), true); }); };
  const auto left = [&] { return fs::exists(scene.file("b.db")) || fs::exists(scene.file("b.db.key")); };
  fs::rename(scene.data() + "/master.key", scene.file("kept.key"));
  CHECK(has(backup(), "There is no master key"));
  CHECK_FALSE(left());
  std::ofstream(scene.data() + "/master.key") << std::string(64, '0') << "\n";
  fs::permissions(scene.data() + "/master.key", Scene::private_mode);
  CHECK(has(backup(), "is not the one"));
  CHECK_FALSE(left());
  fs::rename(scene.file("kept.key"), scene.data() + "/master.key");
  fs::create_symlink(scene.file("nothing"), scene.file("b.db.key"));
  CHECK(has(backup(), "exists already"));
  CHECK_FALSE(left());
  fs::remove(scene.file("b.db.key"));
  CHECK(backup().empty());
}

TEST_CASE("a backup lies outside the data folder, by whatever name that is meant") {
  Scene scene;
  fs::create_directory(scene.data() + "/backups");
  fs::create_directory_symlink(scene.data(), scene.file("link"));
  const auto before = names_in(scene.data());
  for (const std::string& target :
       {scene.data(), scene.data() + "/b.db", scene.data() + "/slipway.db-wal", scene.data() + "/backups",
        scene.data() + "/backups/b.db", scene.data() + "/../data/b.db", scene.file("link"), scene.file("link/b.db")}) {
    CAPTURE(target);
    CHECK(has(refusal([&] { scene.backup(target); }), "in the data folder"));
  }
  CHECK(names_in(scene.data()) == before);
  CHECK(refusal([&] { scene.backup(scene.data() + "/../data2.db"); }).empty());
}

TEST_CASE("a file where a data folder is needed is told by every command, with the folder that was meant") {
  Scene scene;
  scene.backup(scene.file("b.db"));
  const std::string database = scene.data() + "/slipway.db";
  const std::string refusals[] = {refusal([&] { scene.check(database); }),
                                  refusal([&] { scene.restore(scene.file("b.db"), database); }), refusal([&] {
                                    BackupOptions options;
                                    options.data = database;
                                    options.target = scene.file("c.db");
                                    std::ostringstream out;
                                    run_backup(options, scene.now, out);
                                  })};
  for (const std::string& said : refusals) {
    CHECK_MESSAGE(has(said, "is no folder"), said);
    CHECK_MESSAGE(has(said, "here " + scene.data() + "."), said);
  }
}

TEST_CASE("a check tells of a database that has a second name") {
  Scene scene;
  scene.stop();
  fs::create_hard_link(scene.data() + "/slipway.db", scene.file("other.db"));
  const auto [status, said] = scene.check(scene.data());
  CHECK(status == 2);
  CHECK(has(said, "hard link"));
}

TEST_CASE("a check tells each fault with what mends it, by its exit status too") {
  Scene scene;
  CHECK(scene.check(scene.data()).first == 0);
  CHECK(has(scene.check(scene.data()).second, "A server is running on it"));
  scene.stop();
  fs::permissions(scene.data(), fs::perms::all);
  const auto open = scene.check(scene.data());
  CHECK(open.first == 2);
  CHECK(has(open.second, "Run: chmod 700 " + scene.data()));
  fs::permissions(scene.data(), fs::perms::owner_all | fs::perms::group_read);
  CHECK(scene.check(scene.data()).first == 1);
  fs::permissions(scene.data(), fs::perms::owner_all);
  fs::remove(scene.data() + "/master.key");
  CHECK(scene.check(scene.data()).first == 2);
  fs::remove(scene.data() + "/slipway.db");
  CHECK(has(scene.check(scene.data()).second, "There is no database"));
}
