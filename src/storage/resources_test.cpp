#include "storage/resources.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "storage/database_testing.h"

namespace slipway::storage {
namespace {

StoredResource resource(const std::string& id, const std::string& type, const std::string& name,
                        const std::string& slug = {}) {
  return {.id = id, .type = type, .space = "Spaces-1", .name = name, .slug = slug, .body = "{}"};
}

void insert(Database& database, const StoredResource& resource) {
  database.write("insert", [&](Txn& t) { insert_resource(t, resource); });
}

/// The code of the Error that `action` throws.
template <class F>
std::optional<ErrorCode> refused(F action) {
  try {
    action();
    return std::nullopt;
  } catch (const Error& error) {
    return error.code();
  }
}

std::vector<std::string> ids(const Page<StoredResource>& page) {
  std::vector<std::string> ids;
  for (const auto& item : page.items) ids.push_back(item.id);
  return ids;
}

using Ids = std::vector<std::string>;

TEST_CASE_TEMPLATE("a resource is found by id, by slug and by name in any case", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  StoredResource stored = resource("Environments-1", "Environment", "Pré  Production", "pre-production");
  stored.kind = "Static";
  stored.sort = 4;
  stored.has_secrets = true;
  stored.body = R"({"Name":"x"})";
  insert(*database, stored);
  const auto by = [&](const char* space, const char* text) {
    return database->read([&](Reader& r) { return find_resource_by_name(r, "Environment", space, "", text); });
  };
  for (const auto& found : {database->read([](Reader& r) { return find_resource(r, "Environments-1"); }),
                            by("Spaces-1", "pre-production"), by("Spaces-1", "PRÉ PRODUCTION ")}) {
    REQUIRE(found);
    CHECK(found->id == stored.id);
    CHECK(found->name == stored.name);
    CHECK(found->kind == "Static");
    CHECK(found->sort == 4);
    CHECK(found->revision == 0);
    CHECK(found->has_secrets);
    CHECK(found->body == stored.body);
  }
  CHECK_FALSE(by("Spaces-2", "pre-production"));
  CHECK_FALSE(by("Spaces-1", ""));
  CHECK_FALSE(database->read([](Reader& r) { return find_resource(r, "Environments-2"); }));
}

TEST_CASE_TEMPLATE("names and slugs are unique in their scope, and only there", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  insert(*database, resource("Environments-1", "Environment", "Dev", "dev"));
  CHECK(refused([&] { insert(*database, resource("Environments-2", "Environment", "DEV", "other")); }) ==
        ErrorCode::conflict);
  CHECK(refused([&] { insert(*database, resource("Environments-2", "Environment", "Other", "dev")); }) ==
        ErrorCode::conflict);
  StoredResource elsewhere = resource("Environments-3", "Environment", "Dev", "dev");
  elsewhere.space = "Spaces-2";
  insert(*database, elsewhere);
  insert(*database, resource("Tenants-1", "Tenant", "Dev", "dev"));
  for (const char* project : {"Projects-1", "Projects-2"}) {
    StoredResource channel = resource(std::string("Channels-") + project, "Channel", "Default");
    channel.parent = project;
    insert(*database, channel);
    channel.id += "-again";
    CHECK(refused([&] { insert(*database, channel); }) == ErrorCode::conflict);
  }
  const auto found = database->read(
      [](Reader& r) { return find_resource_by_name(r, "Channel", "Spaces-1", "Projects-2", "default"); });
  CHECK(found->id == "Channels-Projects-2");
  // Without a name or slug there is nothing to collide.
  insert(*database, resource("VariableSets-1", "VariableSet", ""));
  insert(*database, resource("VariableSets-2", "VariableSet", ""));
}

TEST_CASE_TEMPLATE("of two changes to the same revision the second is refused", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  insert(*database, resource("Projects-1", "Project", "Web"));
  const auto update = [&](std::int64_t revision, const char* name) {
    StoredResource changed = resource("Projects-1", "Project", name);
    changed.revision = revision;
    database->write("update", [&](Txn& t) { update_resource(t, changed); });
  };
  update(0, "Shop");
  CHECK(refused([&] { update(0, "Late"); }) == ErrorCode::conflict);
  update(1, "Store");
  const auto now = database->read([](Reader& r) { return find_resource(r, "Projects-1"); });
  CHECK(now->name == "Store");
  CHECK(now->revision == 2);
  insert(*database, resource("Projects-2", "Project", "Taken"));
  CHECK(refused([&] { update(2, "taken"); }) == ErrorCode::conflict);
}

TEST_CASE_TEMPLATE("lists are in explicit order, then by folded name, filtered and paged", DatabaseKind,
                   SLIPWAY_DATABASES) {
  DatabaseKind database;
  const auto add = [&](const char* id, const char* name, std::int64_t sort, const char* kind, const char* parent) {
    StoredResource r = resource(id, "Feed", name);
    r.sort = sort;
    r.kind = kind;
    r.parent = parent;
    insert(*database, r);
  };
  add("Feeds-1", "beta", 0, "Docker", "");
  add("Feeds-2", "Alpha", 0, "NuGet", "Projects-1");
  add("Feeds-3", "first", -1, "Docker", "");
  add("Feeds-4", "Émile 10%_x", 0, "Docker", "Projects-1");
  insert(*database, resource("Tenants-1", "Tenant", "beta"));
  StoredResource other_space = resource("Feeds-5", "Feed", "gamma");
  other_space.space = "Spaces-2";
  insert(*database, other_space);
  database->write("references", [](Txn& t) {
    set_references(t, "Feeds-2", {{"Account", "Accounts-1"}, {"Account", "Accounts-1"}, {"Worker", "Workers-1"}});
    set_references(t, "Feeds-4", {{"Account", "Accounts-1"}});
  });
  struct Case {
    ResourceFilter filter;
    Slice slice;
    std::int64_t total;
    Ids expected;
  };
  const std::vector<Case> cases{
      {{.type = "Feed", .space = "Spaces-1"}, {}, 4, {"Feeds-3", "Feeds-2", "Feeds-1", "Feeds-4"}},
      {{.type = "Feed"}, {3, 1}, 5, {"Feeds-5"}},
      {{.type = "Feed", .space = "Spaces-1"}, {1, 2}, 4, {"Feeds-2", "Feeds-1"}},
      {{.type = "Feed", .kind = "Docker"}, {}, 3, {"Feeds-3", "Feeds-1", "Feeds-4"}},
      {{.parent = "Projects-1"}, {}, 2, {"Feeds-2", "Feeds-4"}},
      {{.name = "BETA"}, {}, 2, {"Feeds-1", "Tenants-1"}},
      {{.type = "Feed", .partial_name = "ÉMILE 10%_"}, {}, 1, {"Feeds-4"}},
      {{.type = "Feed", .partial_name = "%"}, {}, 1, {"Feeds-4"}},
      {{.type = "Feed", .partial_name = "A"}, {}, 3, {"Feeds-2", "Feeds-1", "Feeds-5"}},
      {{.type = "Feed", .ids = {{"Feeds-4", "Feeds-9", "Tenants-1", "Feeds-1"}}}, {}, 2, {"Feeds-4", "Feeds-1"}},
      {{.ids = Ids{}}, {}, 0, {}},
      {{.type = "Feed", .references = {{"Account", "Accounts-1"}}}, {}, 2, {"Feeds-2", "Feeds-4"}},
      {{.type = "Feed", .references = {{"Worker", "Accounts-1"}}}, {}, 0, {}},
  };
  for (const Case& c : cases) {
    const auto page = database->read([&](Reader& r) { return list_resources(r, c.filter, c.slice); });
    CHECK(page.total == c.total);
    CHECK(ids(page) == c.expected);
  }
}

TEST_CASE_TEMPLATE("what refers to a resource is known until the referrer goes", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  insert(*database, resource("Projects-1", "Project", "Web"));
  insert(*database, resource("Projects-2", "Project", "Shop"));
  database->write("references", [](Txn& t) {
    set_references(t, "Projects-1", {{"LifecycleId", "Lifecycles-1"}});
    set_references(t, "Projects-2", {{"LifecycleId", "Lifecycles-1"}, {"Other", "Lifecycles-1"}});
  });
  const auto fields = [&](int limit) {
    Ids fields;
    for (const auto& r : database->read([&](Reader& r) { return referrers(r, "Lifecycles-1", limit); })) {
      CHECK(r.type == "Project");
      fields.push_back(r.source + "." + r.field);
    }
    return fields;
  };
  CHECK(fields(9) == Ids{"Projects-1.LifecycleId", "Projects-2.LifecycleId", "Projects-2.Other"});
  CHECK(fields(1).size() == 1);
  database->write("change", [](Txn& t) {
    set_references(t, "Projects-1", {});
    erase_resource(t, "Projects-2");
  });
  CHECK(fields(9).empty());
  CHECK_FALSE(database->read([](Reader& r) { return find_resource(r, "Projects-2"); }));
}

TEST_CASE_TEMPLATE("a slug that is taken gets a number, and sort orders go on", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  const auto slug = [&](const char* wanted, const char* except) {
    return database->read([&](Reader& r) { return free_slug(r, "Project", "Spaces-1", "", wanted, except); });
  };
  CHECK(slug("web", "") == "web");
  insert(*database, resource("Projects-1", "Project", "Web", "web"));
  insert(*database, resource("Projects-2", "Project", "Web!", "web-2"));
  CHECK(slug("web", "") == "web-3");
  CHECK(slug("web", "Projects-1") == "web");
  const auto sort = [&] { return database->read([](Reader& r) { return next_sort(r, "Environment", "Spaces-1"); }); };
  CHECK(sort() == 0);
  StoredResource environment = resource("Environments-1", "Environment", "Dev");
  environment.sort = 7;
  insert(*database, environment);
  CHECK(sort() == 8);
}

TEST_CASE_TEMPLATE("each change of a resource is published with its type", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  Ids seen;
  database->subscribe([&](const std::vector<Change>& changes) {
    for (const auto& c : changes) seen.push_back(c.id + " " + c.type);
  });
  insert(*database, resource("Projects-1", "Project", "Web"));
  database->write("update", [](Txn& t) { update_resource(t, resource("Projects-1", "Project", "Shop")); });
  database->write("erase", [](Txn& t) {
    erase_resource(t, "Projects-1");
    erase_resource(t, "Projects-9");
  });
  CHECK(seen == Ids(3, "Projects-1 Project"));
}

}  // namespace
}  // namespace slipway::storage
