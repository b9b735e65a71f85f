// Documents as each release stored them (samples/RELEASE/TYPE.json, made by tests/upgrade/make_release.py), read by
// today's program.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "documents/document_row.h"
#include "documents/lifting.h"
#include "model/catalogue.h"
#include "storage/contents.h"
#include "storage/database_testing.h"
#include "storage/resources.h"

namespace slipway::documents {
namespace {

namespace fs = std::filesystem;

/// A stored row, and where it is from.
struct Sample {
  std::string file, id, type, space;
  std::int64_t version = 1, shape = 0;
  json::object body;
};

std::vector<Sample> all_samples() {
  std::vector<Sample> samples;
  for (const auto& entry : fs::recursive_directory_iterator(SLIPWAY_SAMPLES)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    const json::value read = json::parse(std::string{std::istreambuf_iterator<char>(file), {}});
    const json::object& row = read.as_object();
    const auto text = [&](std::string_view member) { return std::string(json::text_at(row, member).value()); };
    samples.push_back({entry.path().filename().string(), text("id"), text("type"), text("space"),
                       json::integer_at(row, "version").value_or(1), json::integer_at(row, "shape").value_or(0),
                       row.at("body").as_object()});
  }
  return samples;
}

/// As a program of then left it.
void put(storage::Database& database, const Sample& sample) {
  constexpr storage::Query query{"put sample",
                                 "INSERT INTO resources (id, type, space, parent, kind, name, name_key, slug, sort,"
                                 " revision, has_secrets, body, version, shape)"
                                 " VALUES (?1, ?2, ?3, '', '', '', '', '', 0, 0, 0, ?4, ?5, ?6)"};
  const std::string body = json::to_text(sample.body);
  database.write("put sample", [&](storage::Txn& txn) {
    txn.run(query, {sample.id, sample.type, sample.space, body, sample.version, sample.shape});
  });
}

/// Every member of then with its value; a list as a whole, but for what its items gained.
int expect_kept(const json::value& then, const json::value& now, const std::string& path) {
  CAPTURE(path);
  int members = 0;
  if (then.is_object() && now.is_object()) {
    for (const auto& member : then.get_object()) {
      const std::string here = path + "." + std::string(member.key());
      const json::value* kept = now.get_object().if_contains(member.key());
      if (kept == nullptr) {
        FAIL_CHECK(here << " is gone");
      } else {
        members += expect_kept(member.value(), *kept, here);
      }
    }
  } else if (then.is_array() && now.is_array() && then.get_array().size() == now.get_array().size()) {
    for (std::size_t i = 0; i < then.get_array().size(); ++i) {
      members += expect_kept(then.get_array()[i], now.get_array()[i], fmt::format("{}[{}]", path, i));
    }
  } else {
    CHECK(json::to_text(then) == json::to_text(now));
    ++members;
  }
  return members;
}

TEST_CASE("every document that a release stored is read whole, as a row and frozen") {
  const model::Catalogue catalogue = model::all_resources();
  int members = 0;
  std::set<std::string> types;
  for (const Sample& sample : all_samples()) {
    CAPTURE(sample.file);
    const storage::testing::SimulatedSqlite database;
    put(*database, sample);
    const auto row = database->read([&](storage::Reader& r) { return storage::find_resource(r, sample.id); });
    REQUIRE(row);
    const json::object document = storage::parse_document(*row);
    members += expect_kept(sample.body, document, "");
    const model::Schema* schema = catalogue.find(sample.type);
    if (schema == nullptr) continue;  // a row of the server's own
    types.insert(sample.type);
    const std::string kind(json::text_at(document, schema->discriminator).value_or(""));
    for (const model::Field* field : schema->fields_of(kind)) {
      CHECK_MESSAGE((document.contains(field->name) || field->is_omitted_when_null), field->name);
    }
    database->write("freeze", [&](storage::Txn& txn) {
      const std::string hash = storage::put_content(txn, json::to_text(sample.body));
      storage::name_snapshot(txn, {"frozen", sample.type, sample.id, hash});
      CHECK(storage::find_snapshot(txn, sample.type, "frozen") == document);
    });
  }
  MESSAGE(members << " members of " << types.size() << " types");
  CHECK(members > 300);
}

TEST_CASE("columns and references of old documents are made as today's are") {
  const model::Catalogue catalogue = model::all_resources();
  const storage::testing::QuietLog quiet;
  const storage::testing::SimulatedSqlite database;
  int lifted = 0;
  for (const Sample& sample : all_samples()) {
    if (database->read([&](storage::Reader& r) { return storage::find_resource(r, sample.id); })) continue;
    put(*database, sample);
  }
  lift_documents(catalogue, *database, quiet.log());
  database->read([&](storage::Reader& reader) {
    for (const Sample& sample : all_samples()) {
      const model::Schema* schema = catalogue.find(sample.type);
      const auto row = storage::find_resource(reader, sample.id);
      if (schema == nullptr || !row) continue;
      CAPTURE(sample.file);
      const storage::StoredResource wanted = row_of(*schema, sample.id, sample.space, storage::parse_document(*row));
      CHECK(row->name == wanted.name);
      CHECK(row->slug == wanted.slug);
      CHECK(row->parent == wanted.parent);
      CHECK(row->kind == wanted.kind);
      CHECK(row->has_secrets == wanted.has_secrets);
      CHECK(row->revision == 0);
      ++lifted;
    }
    const auto uses = [&](std::string_view target) { return storage::referrers(reader, target, 10).size(); };
    CHECK(uses("Feeds-1") == 1);     // by the process
    CHECK(uses("Accounts-1") == 1);  // by a variable
  });
  CHECK(lifted > 20);
}

TEST_CASE("lifting is done once, and again when a schema declares something else") {
  const storage::testing::QuietLog quiet;
  const storage::testing::TemporaryFolder folder;
  const auto run = [&](const model::Catalogue& catalogue) {
    const auto database =
        storage::open_sqlite({.path = folder.file("slipway.db"), .documents = &catalogue}, quiet.log());
    lift_documents(catalogue, *database, quiet.log());
    return database->read([](storage::Reader& r) { return storage::referrers(r, "Feeds-1", 10).size(); });
  };
  model::Schema feed;
  feed.type = "Feed";
  feed.id_prefix = "Feeds";
  feed.fields = {model::name_field()};
  model::Schema user = feed;
  user.type = "User";
  user.fields.push_back(model::text("FeedId"));
  {
    const model::Catalogue then({feed, user});
    const auto database = storage::open_sqlite({.path = folder.file("slipway.db"), .documents = &then}, quiet.log());
    database->write("insert", [&](storage::Txn& txn) {
      for (const auto& [schema, id] : {std::pair(&feed, "Feeds-1"), std::pair(&user, "Users-1")}) {
        storage::insert_resource(txn, row_of(*schema, id, "", {{"Id", id}, {"Name", id}, {"FeedId", "Feeds-1"}}));
      }
    });
    lift_documents(then, *database, quiet.log());
  }
  user.fields.back() = model::reference("FeedId", {"Feed"});
  const model::Catalogue now({feed, user});
  CHECK(run(now) == 1);
  {
    constexpr storage::Query forget{"forget", "DELETE FROM resource_references"};
    const auto database = storage::open_sqlite({.path = folder.file("slipway.db"), .documents = &now}, quiet.log());
    database->write("forget", [&](storage::Txn& txn) { txn.run(forget, {}); });
  }
  CHECK(run(now) == 0);  // nothing is done twice
}

}  // namespace
}  // namespace slipway::documents
