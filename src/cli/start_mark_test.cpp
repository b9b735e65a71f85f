#include "cli/start_mark.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "base/error.h"
#include "base/random.h"
#include "storage/changes.h"
#include "storage/database_file.h"
#include "storage/database_testing.h"
#include "storage/events.h"
#include "storage/queue_hold.h"

using namespace slipway;
using namespace slipway::cli;
using slipway::storage::testing::TemporaryFolder;

namespace {

/// A data folder, and starts on it.
class Site {
 public:
  void append_event() {
    open();
    database_->write("event", [&](storage::Txn& txn) {
      storage::Event event;
      event.occurred = clock_.now();
      storage::append_event(txn, ids_, storage::EventCategory::Modified, event);
    });
    clock_.advance(std::chrono::minutes(1));
  }
  /// Why the start held the queue; "" when it did not.
  std::string start(bool hold_anyway = false) {
    open();
    StartGuard guard(*database_, MarkFile(disk_, folder_.file("master.key"), folder_.path()), path(), "installation",
                     clock_, quiet_.log());
    guard.start(hold_anyway);
    return database_->read([](storage::Reader& r) { return storage::queue_hold(r).value_or(storage::QueueHold{}); })
        .reason;
  }
  /// "started", or why not.
  std::string start_on_full_disk(bool hold_anyway = false) {
    open();
    const bool refuses = true;
    storage::testing::RefusingDatabase full(*database_, refuses);
    StartGuard guard(full, MarkFile(disk_, folder_.file("master.key"), folder_.path()), path(), "installation", clock_,
                     quiet_.log());
    try {
      guard.start(hold_anyway);
      return "started";
    } catch (const Error& error) {
      return error.message();
    }
  }
  void release() {
    open();
    database_->write("release", [](storage::Txn& txn) { storage::release_queue(txn); });
  }
  void close() { database_.reset(); }
  /// Of what was changed.
  std::int64_t newest_number() {
    open();
    return database_->read(storage::change_span).newest;
  }
  std::string path() const { return folder_.file("slipway.db"); }
  std::string file(const std::string& name) const { return folder_.file(name); }
  void put_back(const std::string& copy) {
    close();
    // Into the file that is there, as cp does.
    std::filesystem::copy_file(copy, path(), std::filesystem::copy_options::overwrite_existing);
  }

 private:
  void open() {
    if (!database_) database_ = storage::open_sqlite({.path = path()}, quiet_.log());
  }
  TemporaryFolder folder_;
  storage::testing::QuietLog quiet_;
  ManualClock clock_;
  SystemDisk disk_;
  storage::Ids ids_;
  std::unique_ptr<storage::Database> database_;
};

}  // namespace

TEST_CASE("a server that starts again on its own database holds nothing") {
  Site site;
  CHECK(site.start() == "");
  site.append_event();
  CHECK(site.start() == "");
  site.close();
  CHECK(site.start() == "");
}

TEST_CASE("a database that was put back from a copy is held, and stays so until it is released") {
  Site site;
  site.append_event();
  site.start();
  site.close();
  storage::DatabaseFile(site.path()).copy_to(site.file("copy.db"));
  site.append_event();
  site.start();
  site.put_back(site.file("copy.db"));
  CHECK(site.newest_number() < 1'000);
  CHECK(site.start().find("older than what has run already") != std::string::npos);
  const auto restored = site.newest_number();
  CHECK(restored > 1'000'000'000'000);  // no number is given a second time
  site.close();
  CHECK(site.start().find("older than what has run already") != std::string::npos);
  site.release();
  site.close();
  CHECK(site.start() == "");
  CHECK(site.newest_number() < restored + 1'000);
}

TEST_CASE("a database in another file than before is held, without any mark too") {
  Site site;
  site.append_event();
  site.start();
  site.close();
  std::filesystem::copy_file(site.path(), site.file("moved.db"));
  std::filesystem::rename(site.file("moved.db"), site.path());
  std::filesystem::remove(site.file("slipway.mark"));
  CHECK(site.start().find("another file") != std::string::npos);
}

TEST_CASE("a disk without room keeps no server from starting, unless its queue must be held") {
  Site site;
  site.append_event();
  CHECK(site.start_on_full_disk() == "started");
  site.close();
  CHECK(site.start_on_full_disk(true).find("disk is full") != std::string::npos);
}

TEST_CASE("an operator can have the queue held at a start") {
  Site site;
  CHECK(site.start(true).find("--hold-queue") != std::string::npos);
}

TEST_CASE("another installation's mark, and one that makes no sense, say nothing") {
  StartEvidence e{"ours", 5, from_micros(5), "1:2.3", "1:2.3", Mark{"theirs", 9, from_micros(9), ""}};
  CHECK_FALSE(reason_to_hold(e));
  e.mark->installation = "ours";
  CHECK(reason_to_hold(e));
  MemoryDisk disk;
  disk.write("/keys/slipway.mark", "{{{");
  CHECK_FALSE(MarkFile(disk, "/keys/master.key", "/data").read());
}
