#include "storage/generations.h"

#include <doctest/doctest.h>

#include "storage/database_testing.h"
#include "storage/resources.h"

namespace slipway::storage {
namespace {

TEST_CASE_TEMPLATE("each write of a document makes its type's generation another, as a snapshot sees it", DatabaseKind,
                   SLIPWAY_DATABASES) {
  DatabaseKind database;
  const auto generation = [](Reader& r) { return generation_of(r, {"Space", "User", "Team"}); };
  const auto now = [&] { return database->read(generation); };
  const StoredResource user{.id = "Users-1", .type = "User", .name = "a"};
  CHECK(now() == 0);
  database->write("insert", [&](Txn& t) { insert_resource(t, user); });
  const auto made = now();
  database->write("update", [&](Txn& t) { update_resource(t, user); });
  const auto changed = now();
  database->write("other", [&](Txn& t) { insert_resource(t, {.id = "Environments-1", .type = "Environment"}); });
  CHECK(now() == changed);
  database->write("erase", [&](Txn& t) { erase_resource(t, user.id); });
  CHECK(made < changed);
  CHECK(changed < now());
}

}  // namespace
}  // namespace slipway::storage
