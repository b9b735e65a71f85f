#include "storage/secrets.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/text.h"
#include "storage/database_testing.h"

namespace slipway::storage {
namespace {

/// A database with a vault, all from one seed.
template <class DatabaseKind>
struct Fixture {
  DatabaseKind database;
  SeededRandom random{1};
  Ids ids;
  testing::QuietLog quiet;
  Vault vault{MasterKey(Secret(std::string(32, 'k'))), random, ids, quiet.log()};

  std::string put(std::string_view owner, std::string value) {
    return database->write("put", [&](Txn& t) { return vault.put(t, owner, Secret(value)); });
  }
  /// Its value, "none" or "refused".
  std::string get(Vault& from, std::string_view id, std::string_view owner) {
    try {
      const auto secret = database->read([&](Reader& r) { return from.get(r, id, owner); });
      return secret ? std::string(secret->reveal()) : "none";
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::internal);
      return "refused";
    }
  }
};

TEST_CASE_TEMPLATE("a secret comes back to its owner alone, under its id and key", DatabaseKind, SLIPWAY_DATABASES) {
  Fixture<DatabaseKind> f;
  const auto one = f.put("Accounts-1", "hunter2");
  const auto two = f.put("Accounts-1", "");
  CHECK(one == "Secrets-1");
  CHECK(f.get(f.vault, one, "Accounts-1") == "hunter2");
  CHECK(f.get(f.vault, two, "Accounts-1") == "");
  CHECK(f.get(f.vault, one, "Accounts-2") == "refused");
  CHECK(f.get(f.vault, "Secrets-99", "Accounts-1") == "none");
  Vault other(MasterKey(Secret(std::string(32, 'x'))), f.random, f.ids, f.quiet.log());
  CHECK(f.get(other, one, "Accounts-1") == "refused");
}

TEST_CASE_TEMPLATE("a sealed secret that is moved to another row or altered is refused", DatabaseKind,
                   SLIPWAY_DATABASES) {
  Fixture<DatabaseKind> f;
  const auto one = f.put("Accounts-1", "first");
  const auto two = f.put("Accounts-1", "second");
  constexpr Query copy{"copy", "UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE id = ?1) WHERE id = ?2"};
  constexpr Query spoil{"spoil", "UPDATE secrets SET sealed = ?2 WHERE id = ?1"};
  f.database->write("attack", [&](Txn& t) { t.run(copy, {one, two}); });
  CHECK(f.get(f.vault, two, "Accounts-1") == "refused");
  for (const std::string_view sealed : {"", "\1", "\1 too short to be anything at all but long enough"}) {
    f.database->write("attack", [&](Txn& t) { t.run(spoil, {one, Blob{sealed}}); });
    CHECK(f.get(f.vault, one, "Accounts-1") == "refused");
  }
}

TEST_CASE_TEMPLATE("equal secrets look different, and no value is readable in the table", DatabaseKind,
                   SLIPWAY_DATABASES) {
  Fixture<DatabaseKind> f;
  f.put("Accounts-1", "hunter2");
  f.put("Accounts-1", "hunter2");
  constexpr Query all{"sealed", "SELECT sealed FROM secrets"};
  const auto sealed =
      f.database->read([&](Reader& r) { return r.all(all, {}, [](const Row& row) { return row.string(0); }); });
  REQUIRE(sealed.size() == 2);
  CHECK(sealed[0] != sealed[1]);
  CHECK(sealed[0].find("hunter2") == std::string::npos);
}

TEST_CASE_TEMPLATE("an owner's secrets are listed and erased with it", DatabaseKind, SLIPWAY_DATABASES) {
  Fixture<DatabaseKind> f;
  const auto one = f.put("Accounts-1", "a");
  const auto two = f.put("Accounts-1", "b");
  const auto other = f.put("Accounts-2", "c");
  const auto owned = [&] { return f.database->read([&](Reader& r) { return f.vault.ids_owned_by(r, "Accounts-1"); }); };
  CHECK(owned() == std::vector{one, two});
  f.database->write("erase", [&](Txn& t) { f.vault.erase(t, one); });
  CHECK(owned() == std::vector{two});
  f.database->write("erase", [&](Txn& t) { f.vault.erase_owned_by(t, "Accounts-1"); });
  CHECK(owned().empty());
  CHECK(f.get(f.vault, other, "Accounts-2") == "c");
}

TEST_CASE("a master key is made once and then read") {
  MemoryDisk disk;
  SeededRandom random(1);
  const auto load = [&](bool may_create) { return MasterKey::load(disk, random, "/data/master.key", may_create); };
  CHECK_THROWS_WITH_AS(load(false), doctest::Contains("/data/master.key is missing"), Error);
  const auto made = load(true);
  CHECK(made.bytes().reveal().size() == 32);
  CHECK(load(false).bytes().reveal() == made.bytes().reveal());
  CHECK(disk.read("/data/master.key")->size() == 65);
}

/// Where another server makes the key between our look and our writing.
class RivalDisk final : public Disk {
 public:
  std::optional<std::string> read(const std::string& path) override { return memory_.read(path); }
  bool create(const std::string& path, std::string_view content, unsigned mode) override {
    memory_.write(path, std::string(64, 'a'));
    return memory_.create(path, content, mode);
  }
  std::optional<unsigned> mode(const std::string& path) override { return memory_.mode(path); }
  void remove(const std::string& path) override { memory_.remove(path); }
  void make_directories(const std::string&, unsigned) override {}

 private:
  MemoryDisk memory_;
};

TEST_CASE("of two servers that make the key at once, both use the first one's") {
  RivalDisk disk;
  SeededRandom random(1);
  CHECK(MasterKey::load(disk, random, "/key", true).bytes().reveal() == std::string(32, '\xaa'));
  CHECK(disk.read("/key") == std::string(64, 'a'));
}

TEST_CASE("a master key that others may read is refused") {
  SeededRandom random(1);
  for (const unsigned mode : {0640u, 0604u, 0644u, 0620u}) {
    MemoryDisk disk;
    disk.write("/data/key", std::string(64, 'a'), mode);
    CHECK_THROWS_WITH_AS(MasterKey::load(disk, random, "/data/key", true), doctest::Contains("chmod 600 /data/key"),
                         Error);
    disk.write("/data/key", std::string(64, 'a'), 0400);
    CHECK_NOTHROW(MasterKey::load(disk, random, "/data/key", true));
  }
}

TEST_CASE_TEMPLATE("a database knows its master key from the first start on", DatabaseKind, SLIPWAY_DATABASES) {
  Fixture<DatabaseKind> f;
  Vault other(MasterKey(Secret(std::string(32, 'x'))), f.random, f.ids, f.quiet.log());
  const auto is_empty = [&] { return !f.database->read([](Reader& r) { return has_secrets(r); }); };
  CHECK(is_empty());
  SUBCASE("made by this version") { f.vault.prove_key(*f.database, "/data/key"); }
  SUBCASE("with secrets of a version that kept no proof") { f.put("Accounts-1", "hunter2"); }
  CHECK_FALSE(is_empty());
  CHECK_THROWS_WITH_AS(other.prove_key(*f.database, "/data/key"), doctest::Contains("The master key /data/key is not"),
                       Error);
  CHECK_NOTHROW(f.vault.prove_key(*f.database, "/data/key"));
  CHECK_NOTHROW(f.vault.prove_key(*f.database, "/data/key"));
  CHECK_THROWS_AS(other.prove_key(*f.database, "/data/key"), Error);
}

TEST_CASE("a damaged master key is refused, not replaced") {
  SeededRandom random(1);
  for (const char* text : {"", "abc", "zz"}) {
    MemoryDisk disk;
    disk.write("/key", text, 0600);
    CHECK_THROWS_AS(MasterKey::load(disk, random, "/key", true), Error);
    CHECK(disk.read("/key") == text);
  }
}

TEST_CASE("a text sealed for one owner opens for that owner alone") {
  Fixture<testing::SimulatedSqlite> f;
  const std::string sealed = f.vault.seal("ServerTasks-1", "the cluster hunter2");
  CHECK(sealed.find(to_hex("hunter2")) == std::string::npos);
  CHECK(f.vault.unseal("ServerTasks-1", sealed) == "the cluster hunter2");
  CHECK_THROWS_AS(f.vault.unseal("ServerTasks-2", sealed), Error);
  CHECK_THROWS_AS(f.vault.unseal("ServerTasks-1", "no hex"), Error);
}

}  // namespace
}  // namespace slipway::storage
