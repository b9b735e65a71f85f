#include "storage/releases.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "storage/database_testing.h"

namespace slipway::storage {
namespace {

using Ids = std::vector<std::string>;

ReleaseRecord release(int number, const std::string& version, const std::string& channel = "Channels-1") {
  return {.id = "Releases-" + std::to_string(number),
          .space = "Spaces-1",
          .project = "Projects-1",
          .channel = channel,
          .version = version,
          .version_key = version,
          .assembled = from_micros(number),
          .process_snapshot = "process",
          .variables_snapshot = "variables",
          .body = "{}"};
}

DeploymentRecord deployment(int number, int release, const std::string& environment, const std::string& tenant = {}) {
  return {.id = "Deployments-" + std::to_string(number),
          .space = "Spaces-1",
          .release = "Releases-" + std::to_string(release),
          .project = "Projects-1",
          .environment = environment,
          .tenant = tenant,
          .channel = "Channels-1",
          .task = "ServerTasks-" + std::to_string(number),
          .created = from_micros(number),
          .deployed_by = "Users-1",
          .body = "{}"};
}

void insert(Database& database, const ReleaseRecord& release) {
  database.write("insert", [&](Txn& t) { insert_release(t, release); });
}

template <class Record>
Ids ids(const Page<Record>& page) {
  Ids ids;
  for (const auto& item : page.items) ids.push_back(item.id);
  return ids;
}

TEST_CASE_TEMPLATE("a version exists once per project (REL-1)", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  insert(*database, release(1, "1.0"));
  CHECK_THROWS_WITH_AS(insert(*database, release(2, "1.0")), doctest::Contains("Release 1.0 already exists"), Error);
  ReleaseRecord elsewhere = release(3, "1.0");
  elsewhere.project = "Projects-2";
  insert(*database, elsewhere);
  insert(*database, release(4, "2.0"));
  ReleaseRecord renamed = release(4, "1.0");
  CHECK_THROWS_AS(database->write("rename", [&](Txn& t) { update_release(t, renamed); }), Error);
  renamed = release(4, "2.1", "Channels-2");
  renamed.body = R"({"ReleaseNotes":"x"})";
  database->write("rename", [&](Txn& t) { update_release(t, renamed); });
  const auto found = database->read([](Reader& r) { return find_release_by_version(r, "Projects-1", "2.1"); });
  REQUIRE(found);
  CHECK(found->id == "Releases-4");
  CHECK(found->channel == "Channels-2");
  CHECK(found->assembled == from_micros(4));
  CHECK(found->process_snapshot == "process");
  CHECK(found->variables_snapshot == "variables");
  CHECK(found->body == renamed.body);
}

TEST_CASE_TEMPLATE("releases are listed newest first, and the latest is known per channel", DatabaseKind,
                   SLIPWAY_DATABASES) {
  DatabaseKind database;
  insert(*database, release(1, "1.0"));
  insert(*database, release(2, "2.0", "Channels-2"));
  insert(*database, release(10, "1.5"));
  const auto list = [&](const ReleaseFilter& filter, Slice slice) {
    return database->read([&](Reader& r) { return list_releases(r, filter, slice); });
  };
  CHECK(ids(list({}, {})) == Ids{"Releases-10", "Releases-2", "Releases-1"});
  CHECK(ids(list({.project = "Projects-1"}, {1, 1})) == Ids{"Releases-2"});
  CHECK(list({.project = "Projects-1"}, {1, 1}).total == 3);
  CHECK(ids(list({.space = "Spaces-1", .channel = "Channels-1"}, {})) == Ids{"Releases-10", "Releases-1"});
  CHECK(ids(list({.space = "Spaces-2"}, {})).empty());
  CHECK(ids(list({.ids = Ids{"Releases-1", "Releases-10", "x"}}, {})) == Ids{"Releases-1", "Releases-10"});
  const auto latest = [&](const char* channel) {
    return database->read([&](Reader& r) { return latest_release(r, "Projects-1", channel); });
  };
  CHECK(latest("")->id == "Releases-10");
  CHECK(latest("Channels-2")->id == "Releases-2");
  CHECK_FALSE(latest("Channels-3"));
}

TEST_CASE_TEMPLATE("deployments are listed by each of their properties", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  database->write("insert", [](Txn& t) {
    insert_deployment(t, deployment(1, 1, "Environments-1"));
    insert_deployment(t, deployment(2, 1, "Environments-2", "Tenants-1"));
    insert_deployment(t, deployment(3, 2, "Environments-2", "Tenants-2"));
  });
  const auto list = [&](const DeploymentFilter& filter) {
    const auto page = database->read([&](Reader& r) { return list_deployments(r, filter, {}); });
    CHECK(page.total == std::ssize(page.items));
    return ids(page);
  };
  const Ids all{"Deployments-3", "Deployments-2", "Deployments-1"};
  CHECK(list({}) == all);
  CHECK(list({.space = "Spaces-1"}) == all);
  CHECK(list({.project = "Projects-1"}) == all);
  CHECK(list({.channel = "Channels-1"}) == all);
  CHECK(list({.release = "Releases-1"}) == Ids{"Deployments-2", "Deployments-1"});
  CHECK(list({.release = "nonsense"}).empty());
  CHECK(list({.environment = "Environments-2"}) == Ids{"Deployments-3", "Deployments-2"});
  CHECK(list({.tenant = "Tenants-1"}) == Ids{"Deployments-2"});
  CHECK(list({.release = "Releases-2", .tenant = "Tenants-1"}).empty());
  CHECK(list({.tenant = Ids{"Tenants-2", "Tenants-1", "Tenants-2"}}) == Ids{"Deployments-3", "Deployments-2"});
  CHECK(list({.environment = Ids{"Environments-1", "Environments-2"}}) == all);
  CHECK(list({.environment = Ids{"Environments-1", "Environments-2"}, .tenant = Ids{"Tenants-1", "Tenants-2"}}) ==
        Ids{"Deployments-3", "Deployments-2"});
  CHECK(list({.space = Ids{"Spaces-1", "Spaces-2"}}) == all);
  const DeploymentFilter both{.environment = Ids{"Environments-1", "Environments-2"}};
  const auto second = database->read([&](Reader& r) { return list_deployments(r, both, {1, 1}); });
  CHECK(second.total == 3);
  CHECK(ids(second) == Ids{"Deployments-2"});
  CHECK(list({.release = "Releases-1", .ids = Ids{"Deployments-3", "Deployments-1"}}) == Ids{"Deployments-1"});
  const auto found = database->read([](Reader& r) { return find_deployment(r, "Deployments-3"); });
  CHECK(found->release == "Releases-2");
  CHECK(found->task == "ServerTasks-3");
  CHECK(found->created == from_micros(3));
  CHECK(found->deployed_by == "Users-1");
  database->write("erase", [](Txn& t) { erase_deployment(t, "Deployments-3"); });
  CHECK(list({.space = "Spaces-1"}) == Ids{"Deployments-2", "Deployments-1"});
}

TEST_CASE_TEMPLATE("current state remembers the last attempt, the last success and the one before", DatabaseKind,
                   SLIPWAY_DATABASES) {
  DatabaseKind database;
  const auto ended = [&](int number, int release, const char* tenant, bool success) {
    database->write("end",
                    [&](Txn& t) { record_ended(t, deployment(number, release, "Environments-1", tenant), success); });
  };
  const auto check = [&](const char* tenant, const char* attempt, const char* success, const char* release,
                         const char* previous) {
    const auto state =
        database->read([&](Reader& r) { return current_state(r, "Projects-1", "Environments-1", tenant); });
    REQUIRE(state);
    CHECK(state->last_deployment == attempt);
    CHECK(state->last_success == success);
    CHECK(state->last_success_release == release);
    CHECK(state->previous_success == previous);
  };
  ended(1, 1, "", false);
  check("", "Deployments-1", "", "", "");
  ended(2, 1, "", true);
  check("", "Deployments-2", "Deployments-2", "Releases-1", "");
  ended(3, 2, "", true);
  check("", "Deployments-3", "Deployments-3", "Releases-2", "Deployments-2");
  ended(4, 3, "", false);
  check("", "Deployments-4", "Deployments-3", "Releases-2", "Deployments-2");
  ended(5, 3, "Tenants-1", true);
  check("Tenants-1", "Deployments-5", "Deployments-5", "Releases-3", "");
  CHECK_FALSE(database->read([](Reader& r) { return current_state(r, "Projects-1", "Environments-2", ""); }));
  CHECK(database->read([](Reader& r) { return current_states(r, "Projects-1"); }).size() == 2);
  CHECK(database->read([](Reader& r) { return current_states(r, ""); }).size() == 2);
  CHECK(database->read([](Reader& r) { return current_states(r, "Projects-2"); }).empty());
}

TEST_CASE_TEMPLATE("where a release has succeeded is known per tenant until it is erased (LIF-7)", DatabaseKind,
                   SLIPWAY_DATABASES) {
  DatabaseKind database;
  insert(*database, release(1, "1.0"));
  database->write("end", [](Txn& t) {
    record_ended(t, deployment(1, 1, "Environments-2"), true);
    record_ended(t, deployment(2, 1, "Environments-1"), true);
    record_ended(t, deployment(3, 1, "Environments-1"), true);
    record_ended(t, deployment(4, 1, "Environments-3"), false);
    record_ended(t, deployment(5, 1, "Environments-3", "Tenants-1"), true);
    record_ended(t, deployment(6, 2, "Environments-1"), true);
  });
  const auto reached = [&](const char* tenant) {
    return database->read([&](Reader& r) { return environments_reached(r, "Releases-1", tenant); });
  };
  CHECK(reached("") == Ids{"Environments-1", "Environments-2"});
  CHECK(reached("Tenants-1") == Ids{"Environments-3"});
  CHECK(reached("Tenants-2").empty());
  database->write("erase", [](Txn& t) { erase_release(t, "Releases-1"); });
  CHECK(reached("").empty());
  CHECK(database->read([](Reader& r) { return list_releases(r, {}, {}).total; }) == 0);
}

}  // namespace
}  // namespace slipway::storage
