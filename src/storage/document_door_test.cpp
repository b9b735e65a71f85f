#include "storage/document_door.h"

#include <doctest/doctest.h>

#include "storage/contents.h"
#include "storage/database_testing.h"
#include "storage/queries.h"
#include "storage/resources.h"

namespace slipway::storage {
namespace {

using model::Catalogue;
using model::Schema;

Schema thing() {
  Schema schema;
  schema.type = "Thing";
  schema.id_prefix = "Things";
  schema.fields = {model::name_field(), model::text("Color")};
  return schema;
}

/// The same a release later: one member has another name, one is new.
Schema thing_later() {
  Schema schema = thing();
  schema.fields = {model::name_field(), model::text("Colour"), model::integer("Size", 7)};
  schema.upgrades = {[](json::object d) {
    d["Colour"] = json::value(d["Color"]);
    d.stable_erase("Color");
    return d;
  }};
  return schema;
}

/// One file, opened by programs of different age.
class File {
 public:
  Database& open(const Catalogue& catalogue) {
    database_.reset();
    database_ = open_sqlite({.path = folder_.file("slipway.db"), .documents = &catalogue}, quiet_.log());
    return *database_;
  }

 private:
  testing::TemporaryFolder folder_;
  testing::QuietLog quiet_;
  std::unique_ptr<Database> database_;
};

StoredResource row(std::string body) {
  StoredResource resource;
  resource.id = "Things-1";
  resource.type = "Thing";
  resource.name = "A";
  resource.body = std::move(body);
  return resource;
}

/// As it lies in the file: version and text.
std::pair<std::int64_t, std::string> stored(Database& database) {
  constexpr Query raw{"raw", "SELECT version, body FROM resources WHERE id = 'Things-1'"};
  return database.read([&](Reader& r) {
    return r.one(raw, {}, [](const Row& found) { return std::pair(found.integer(0), found.string(1)); }).value();
  });
}

std::string shown(Database& database) {
  return database.read([](Reader& r) { return find_resource(r, "Things-1").value().body; });
}

const Catalogue old_types({thing()});
const Catalogue new_types({thing_later()});
constexpr std::string_view old_text = R"({"Id":"Things-1","Name":"A","Color":"red"})";
constexpr std::string_view new_text = R"({"Id":"Things-1","Name":"A","Colour":"red","Size":7})";

TEST_CASE("an old document is read in today's form however it is found, and stored so when it is changed next") {
  File file;
  file.open(old_types).write("insert", [&](Txn& t) { insert_resource(t, row(std::string(old_text))); });
  Database& database = file.open(new_types);
  CHECK(shown(database) == new_text);
  database.read([&](Reader& r) {
    CHECK(find_resource_by_name(r, "Thing", "", "", "a").value().body == new_text);
    CHECK(list_resources(r, {.type = "Thing"}, everything).items.at(0).body == new_text);
    CHECK(list_resources(r, {.ids = {{"Things-1"}}}, everything).items.at(0).body == new_text);
  });
  CHECK(stored(database) == std::pair(std::int64_t{1}, std::string(old_text)));
  database.write("change", [&](Txn& t) { update_resource(t, find_resource(t, "Things-1").value()); });
  CHECK(stored(database) == std::pair(std::int64_t{2}, std::string(new_text)));
}

TEST_CASE("a member declared since is there without a version of its own") {
  File file;
  file.open(old_types).write("insert", [&](Txn& t) { insert_resource(t, row(std::string(old_text))); });
  Schema more = thing();
  more.fields.push_back(model::flag("IsNew", true));
  const Catalogue catalogue({more});
  CHECK(shown(file.open(catalogue)) == R"({"Id":"Things-1","Name":"A","Color":"red","IsNew":true})");
}

TEST_CASE("a program never writes over a row that is newer than it knows, but reads it as it is") {
  File file;
  file.open(new_types).write("insert", [&](Txn& t) { insert_resource(t, row(std::string(new_text))); });
  Database& database = file.open(old_types);
  CHECK(shown(database) == new_text);
  const auto change = [&] {
    database.write("change", [&](Txn& t) {
      StoredResource found = find_resource(t, "Things-1").value();
      found.body = old_text;
      CHECK_FALSE(lift_resource(t, found));
      update_resource(t, found);
    });
  };
  CHECK_THROWS_WITH_AS(change(),
                       "Things-1 was written by a newer Slipway (version 2 of Thing, this one knows 1), so it was not "
                       "changed. Install that version, and repeat the change there.",
                       Error);
  CHECK(stored(database) == std::pair(std::int64_t{2}, std::string(new_text)));
}

TEST_CASE("a stored document that can't be read is a defect that names it, not a fault of who asked") {
  const auto trouble = [](Database& database) -> std::pair<ErrorCode, std::string> {
    try {
      database.read([](Reader& r) { parse_document(find_resource(r, "Things-1").value()); });
      return {};
    } catch (const Error& error) {
      return {error.code(), error.message()};
    }
  };
  for (const std::string body : {R"({"Id":"Things-1","Na)", "[]"}) {
    CAPTURE(body);
    for (const Catalogue* reader : {&old_types, &new_types}) {  // as it lies there, and on its way to today's form
      File file;
      file.open(old_types).write("insert", [&](Txn& t) { insert_resource(t, row(body)); });
      const auto [code, message] = trouble(file.open(*reader));
      CHECK(code == ErrorCode::internal);
      CHECK(message.starts_with("The stored document Things-1 (Thing) can't be read: "));
      CHECK(message.find("can't be read", 60) == std::string::npos);
    }
  }
}

TEST_CASE("what was frozen is read in today's form, whoever froze it") {
  File file;
  const auto freeze = [](Database& database, const char* id, std::string_view text) {
    database.write("freeze", [&](Txn& t) {
      const std::string hash = put_content(t, text);
      name_snapshot(t, {id, "Thing", "Projects-1", hash});
    });
  };
  freeze(file.open(old_types), "then", old_text);
  Database& database = file.open(new_types);
  freeze(database, "now", new_text);
  for (const char* id : {"then", "now"}) {
    const auto found = database.read([&](Reader& r) { return find_snapshot(r, "Thing", id); });
    REQUIRE(found);
    CHECK(json::to_text(*found) == new_text);
  }
}

TEST_CASE("no statement but those behind the door reads the text of a document") {
  int checked = 0;
  for (const Query& query : all_queries()) {
    const auto has = [&](std::string_view part) { return query.sql.find(part) != std::string_view::npos; };
    ++checked;
    if (!query.sql.starts_with("SELECT") && !query.sql.starts_with("WITH")) continue;
    const bool reads_row = has("FROM resources") && has("body");
    const bool reads_snapshot = has("snapshots") && has("packed");
    // Those that read the version beside it go through the door; a held queue is no document.
    CHECK_MESSAGE((!(reads_row || reads_snapshot) || has("version") || query.name == "body of queue hold"),
                  query.name << ": " << query.sql);
  }
  CHECK(checked > 150);
}

}  // namespace
}  // namespace slipway::storage
