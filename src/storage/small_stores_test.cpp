// The stores with little to them: ids, contents, events, API keys, kept answers.
#include <doctest/doctest.h>

#include "base/error.h"
#include "storage/api_keys.h"
#include "storage/contents.h"
#include "storage/database_testing.h"
#include "storage/events.h"
#include "storage/idempotency.h"
#include "storage/ids.h"

namespace slipway::storage {
namespace {

TEST_CASE_TEMPLATE("ids count up per prefix and never come twice, also after a restart", DatabaseKind,
                   SLIPWAY_DATABASES) {
  DatabaseKind database;
  Ids ids;
  const auto next = [&](Ids& from, const char* prefix) {
    return database->write("next", [&](Txn& t) { return from.next_number(t, prefix); });
  };
  CHECK(database->write("next", [&](Txn& t) { return ids.next(t, "Projects"); }) == "Projects-1");
  for (int i = 2; i <= 200; ++i) CHECK(next(ids, "Projects") == i);
  CHECK(next(ids, "Tenants") == 1);
  database.reopen();
  Ids after_restart;
  CHECK(next(after_restart, "Projects") > 200);
  CHECK(next(after_restart, "Tenants") == 2);
}

TEST_CASE_TEMPLATE("a block of ids whose transaction was rolled back is reserved again before use", DatabaseKind,
                   SLIPWAY_DATABASES) {
  DatabaseKind database;
  Ids ids;
  CHECK_THROWS_AS(database->write("fails",
                                  [&](Txn& t) {
                                    for (int i = 0; i < 3; ++i) ids.next(t, "Projects");
                                    throw std::runtime_error("no");
                                  }),
                  std::runtime_error);
  std::int64_t last = 0;
  database->write("works", [&](Txn& t) { last = ids.next_number(t, "Projects"); });
  database.reopen();
  Ids after_restart;
  CHECK(database->write("next", [&](Txn& t) { return after_restart.next_number(t, "Projects"); }) > last);
}

TEST_CASE_TEMPLATE("equal contents are stored once and come back whole", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  const std::string large(100'000, 'x');
  const std::string binary("a\0b", 3);
  for (const std::string& text : {std::string(), std::string("short"), binary, large}) {
    const auto put = [&] { return database->write("put", [&](Txn& t) { return put_content(t, text); }); };
    const auto hash = put();
    CHECK(hash.size() == 16);
    CHECK(put() == hash);
    CHECK(database->read([&](Reader& r) { return get_content(r, hash); }) == text);
  }
  constexpr Query sizes{"sizes", "SELECT COUNT(*), MAX(LENGTH(packed)) FROM contents"};
  database->read([&](Reader& r) {
    r.each(sizes, {}, [](const Row& row) {
      CHECK(row.integer(0) == 4);
      CHECK(row.integer(1) < 100);
      return true;
    });
  });
  CHECK_FALSE(database->read([](Reader& r) { return get_content(r, "unknown"); }));
}

TEST_CASE_TEMPLATE("a snapshot's name leads to its content", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  database->write("put", [](Txn& t) {
    name_snapshot(t, {"process-1", "DeploymentProcess", "Projects-1", put_content(t, R"({"ProjectId":"Projects-1"})")});
  });
  const auto find = [&](const char* id) {
    return database->read([&](Reader& r) { return find_snapshot(r, "DeploymentProcess", id); });
  };
  REQUIRE(find("process-1").has_value());
  CHECK(find("process-1")->at("ProjectId") == "Projects-1");
  CHECK_FALSE(find("process-2"));
}

TEST_CASE_TEMPLATE("audit entries are listed newest first by whom and what they concern", DatabaseKind,
                   SLIPWAY_DATABASES) {
  DatabaseKind database;
  Ids ids;
  const auto append = [&](EventCategory category, const char* user, const char* subject, const char* project) {
    database->write("append", [&](Txn& t) {
      append_event(t, ids, category,
                   {.occurred = from_micros(5),
                    .space = "Spaces-1",
                    .user = user,
                    .username = "ann",
                    .message = "did it",
                    .subject = subject,
                    .project = project,
                    .environment = "Environments-1",
                    .tenant = "Tenants-1",
                    .details = "{}"});
    });
  };
  append(EventCategory::Created, "Users-1", "Projects-1", "Projects-1");
  append(EventCategory::Modified, "Users-2", "Projects-1", "Projects-1");
  append(EventCategory::Created, "Users-1", "Tenants-1", "");
  const auto numbers = [&](const EventFilter& filter, Slice slice = {}) {
    std::vector<std::int64_t> numbers;
    for (const auto& e : database->read([&](Reader& r) { return list_events(r, filter, slice); }).items) {
      numbers.push_back(e.number);
    }
    return numbers;
  };
  using Numbers = std::vector<std::int64_t>;
  using Texts = std::vector<std::string>;
  CHECK(numbers({}) == Numbers{3, 2, 1});
  CHECK(numbers({.space = "Spaces-1"}, {1, 1}) == Numbers{2});
  CHECK(numbers({.subject = "Projects-1"}) == Numbers{2, 1});
  CHECK(numbers({.project = "Projects-1", .category = "Created"}) == Numbers{1});
  CHECK(numbers({.category = "Created"}) == Numbers{3, 1});
  CHECK(numbers({.user = "Users-2"}) == Numbers{2});
  CHECK(numbers({.category = Texts{"Created", "Modified"}}) == Numbers{3, 2, 1});
  CHECK(numbers({.subject = Texts{"Tenants-1", "Projects-1"}}, {1, 1}) == Numbers{2});
  CHECK(numbers({.subject_kind = "Tenants-"}) == Numbers{3});
  CHECK(numbers({.environment = "Environments-1", .tenant = Texts{"Tenants-2", "Tenants-1"}}) == Numbers{3, 2, 1});
  CHECK(numbers({.environment = "Environments-2"}).empty());
  CHECK(numbers({.from = from_micros(5), .to = from_micros(5)}) == Numbers{3, 2, 1});
  CHECK(numbers({.from = from_micros(6)}).empty());
  CHECK(numbers({.to = from_micros(4)}).empty());
  CHECK(numbers({.ids = Texts{"events-3", "Events-1", "Events-9"}}) == Numbers{3, 1});
  CHECK(numbers({.category = "Modified", .ids = Texts{"Events-3"}}).empty());
  CHECK(database->read([](Reader& r) { return list_events(r, {.space = "Spaces-1"}, {0, 1}).total; }) == 3);
  const auto found = database->read([](Reader& r) { return find_event(r, 2); });
  CHECK(found->username == "ann");
  CHECK(found->message == "did it");
  CHECK(found->occurred == from_micros(5));
  CHECK(found->tenant == "Tenants-1");
  CHECK_FALSE(database->read([](Reader& r) { return find_event(r, 9); }));
}

TEST_CASE_TEMPLATE("an API key is found by its text, which is not stored (SEC-3)", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  SeededRandom random{1};
  Ids ids;
  const testing::QuietLog quiet;
  Vault vault(MasterKey(Secret(std::string(32, 'k'))), random, ids, quiet.log());
  vault.prove_key(*database, "master.key");
  const ApiKey stored{.id = "APIKeys-1",
                      .user = "Users-1",
                      .purpose = "Jenkins",
                      .hint = "API-AB",
                      .created = from_micros(1),
                      .expires = from_micros(2)};
  database->write("insert", [&](Txn& t) { insert_api_key(t, vault, stored, "API-ABCDEF"); });
  const auto found = database->read([&](Reader& r) { return find_api_key(r, vault, "API-ABCDEF"); });
  REQUIRE(found);
  CHECK(found->id == "APIKeys-1");
  CHECK(found->purpose == "Jenkins");
  CHECK(found->expires == from_micros(2));
  CHECK_FALSE(database->read([&](Reader& r) { return find_api_key(r, vault, "API-ABCDEG"); }));
  CHECK(database->read([](Reader& r) { return find_api_key_by_id(r, "APIKeys-1"); })->hint == "API-AB");
  CHECK(database->read([](Reader& r) { return list_api_keys(r, "Users-1", {}).total; }) == 1);
  CHECK(database->read([](Reader& r) { return list_api_keys(r, "Users-2", {}).total; }) == 0);
  database->write("erase", [](Txn& t) { erase_api_key(t, "APIKeys-1"); });
  CHECK_FALSE(database->read([&](Reader& r) { return find_api_key(r, vault, "API-ABCDEF"); }));
}

TEST_CASE_TEMPLATE("an answer is kept once per key until it expires (JEN-6)", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  const auto keep = [&](const char* key, const char* body, int now, int expired_before) {
    database->write("keep", [&](Txn& t) {
      keep_answer(t, key, {.request_hash = "hash", .status = 201, .body = body}, from_micros(now),
                  from_micros(expired_before));
    });
  };
  const auto body = [&](const char* key, int expired_before) {
    const auto kept = database->read([&](Reader& r) { return find_answer(r, key, from_micros(expired_before)); });
    if (!kept) return std::string("none");
    CHECK(kept->request_hash == "hash");
    CHECK(kept->status == 201);
    return kept->body;
  };
  keep("a", "first", 10, 0);
  CHECK_THROWS_AS(keep("a", "second", 11, 0), Error);
  CHECK(body("a", 10) == "first");
  CHECK(body("a", 11) == "none");
  keep("a", "third", 20, 11);
  CHECK(body("a", 11) == "third");
  keep("b", "x", 30, 0);
  keep("c", "x", 31, 0);
  CHECK(database->write("forget", [](Txn& t) { return forget_answers(t, from_micros(31), 1); }) == 1);
  CHECK(body("a", 0) == "none");
  CHECK(body("b", 0) == "x");
  CHECK(database->write("forget", [](Txn& t) { return forget_answers(t, from_micros(31), 9); }) == 1);
  CHECK(body("c", 0) == "x");
}

}  // namespace
}  // namespace slipway::storage
