#include "storage/health.h"

#include <fmt/format.h>
#include <pthread.h>

#include <exception>
#include <utility>

#include "base/failure.h"
#include "storage/queries.h"

namespace slipway::storage {
namespace {

struct Sql {
  Query put, get;
};
constexpr Sql kSql{
    .put = {"put health row",
            "INSERT INTO health (id, tried) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET tried = excluded.tried"},
    .get = {"get health row", "SELECT tried FROM health WHERE id = 1"},
};

std::string_view advice(Trouble trouble) {
  switch (trouble) {
    case Trouble::none:
      return "";
    case Trouble::busy:
      return "The database is locked or short of memory; this passes.";
    case Trouble::full:
      return "The disk of the database is full. Make room where the data folder lies; the server goes on by itself.";
    case Trouble::read_only:
      return "The database can't be written: its file or file system is read-only. Make it writable; the server goes "
             "on "
             "by itself.";
    case Trouble::corrupt:
      return "The database is corrupt. Stop the server and restore the database from your backup.";
    case Trouble::moved:
      return "The database's file was moved, deleted or replaced while the server runs, so nothing is stored. Put it "
             "back, then restart the server.";
    case Trouble::frozen:
      return "The disk of the database does not answer. The server goes on by itself once it does.";
    case Trouble::failed:
      return "The disk of the database answers with errors. Check the disk.";
    case Trouble::stopped:
      return "The database takes no writes any more since a commit failed. See the log, then restart the server.";
  }
  return "";
}

Health health_of(Trouble trouble, std::string_view cause = {}) {
  std::string reason(advice(trouble));
  if (!cause.empty()) reason += fmt::format(" ({})", cause);
  return {trouble, std::move(reason)};
}

Health read_back(Database& database, Time written) {
  const auto found = database.read(
      [](Reader& reader) { return reader.one(kSql.get, {}, [](const Row& row) { return row.time(0); }); });
  if (found == written) return {};
  return health_of(Trouble::corrupt, "a row that was written is not there");
}

}  // namespace

Health try_database(Database& database, Time now) {
  try {
    if (database.has_moved()) return health_of(Trouble::moved);
    database.write("health", [&](Txn& txn) { txn.run(kSql.put, {to_micros(now)}); });
    if (database.is_damaged()) return health_of(Trouble::corrupt);
    return read_back(database, now);
  } catch (const StorageError& error) {
    if (error.trouble() == Trouble::moved) return {Trouble::moved, error.message()};  // says what, and what to do
    return health_of(database.is_damaged() ? Trouble::corrupt : error.trouble(), error.message());
  } catch (...) {
    return health_of(Trouble::failed, error_of(std::current_exception()).message());
  }
}

HealthWatch::HealthWatch(Database& database, const Clock& clock, const Log& log, Options options)
    : database_(database), clock_(clock), log_(log), options_(options) {
  Health first = try_database(database, clock.now());
  if (first.trouble != Trouble::none) found(first);
  watched_.lock()->last = std::move(first);
  thread_ = std::thread([this] { work(); });
  pthread_setname_np(thread_.native_handle(), "db-health");
}

HealthWatch::~HealthWatch() {
  {
    const auto watched = watched_.lock();
    watched->stopping = true;
    stop_.notify_one();
  }
  thread_.join();
}

void HealthWatch::work() {
  auto watched = watched_.lock();
  while (!watched.wait_for(stop_, options_.pause, [](const Watched& w) { return w.stopping; })) {
    watched->trying_since = clock_.steady();
    Health health = watched.without([&] { return try_database(database_, clock_.now()); });
    watched->trying_since.reset();
    if (health.trouble != watched->last.trouble) found(health);
    watched->last = std::move(health);
  }
}

void HealthWatch::found(const Health& health) {
  if (health.trouble == Trouble::none) {
    log_.info("the database is well again");
  } else {
    log_.error("the database is in trouble", {{"reason", health.reason}});
  }
}

Health HealthWatch::now() const {
  const auto watched = watched_.lock();
  const auto& since = watched->trying_since;
  if (since && clock_.steady() - *since > options_.patience) return health_of(Trouble::frozen);
  if (!database_.can_write()) return health_of(Trouble::stopped);
  return watched->last;
}

std::vector<Query> health_queries() { return members_of(kSql); }

}  // namespace slipway::storage
