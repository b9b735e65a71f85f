#include "model/upgrade.h"

#include <doctest/doctest.h>

#include <string>

#include "model/catalogue.h"
#include "model/merge.h"

namespace slipway::model {
namespace {

Schema thing() {
  Schema schema;
  schema.type = "Thing";
  schema.id_prefix = "Things";
  schema.fields = {name_field(), text("Colour"), objects("Parts", {text("Size")})};
  return schema;
}

json::object parsed(std::string_view text) { return json::parse(text).as_object(); }

TEST_CASE("a document passes each upgrade between its version and today's, in order") {
  Schema schema = thing();
  schema.upgrades = {[](json::object d) {
                       d["Colour"] = json::value(d.at("Color"));  // a copy, since a new member moves the others
                       d.stable_erase("Color");
                       return d;
                     },
                     [](json::object d) {
                       d["Colour"] = std::string(json::text_at(d, "Colour").value_or("")) + "ish";
                       return d;
                     }};
  CHECK(form_of(schema).version == 3);
  const auto colour = [&](std::int64_t version, std::string_view text) {
    const json::object document = upgraded(schema, version, parsed(text));
    CHECK_FALSE(document.contains("Color"));
    return std::string(json::text_at(document, "Colour").value());
  };
  CHECK(colour(1, R"({"Id":"Things-1","Name":"A","Color":"red"})") == "redish");
  CHECK(colour(2, R"({"Id":"Things-1","Name":"A","Colour":"red"})") == "redish");
  CHECK(colour(3, R"({"Id":"Things-1","Name":"A","Colour":"red"})") == "red");
}

TEST_CASE("what a schema gained is there with its fallback, inside lists too, and what no schema knows stays") {
  const json::object document =
      upgraded(thing(), 1, parsed(R"({"Id":"Things-1","Own":{"x":1},"name":"A","Parts":[{"Id":"p","More":2}]})"));
  CHECK(json::to_text(document) ==
        R"({"Id":"Things-1","Name":"A","Colour":"","Parts":[{"Id":"p","Size":"","More":2}],"Own":{"x":1}})");
}

TEST_CASE("for every type and kind, a member that an old document lacks becomes what a new document without it gets") {
  int tried = 0;
  for (const Catalogue catalogue = all_resources(); const Schema& schema : catalogue.all()) {
    std::vector<std::string> kinds;
    for (const auto& [kind, fields] : schema.kinds) kinds.push_back(kind);
    if (kinds.empty()) kinds.emplace_back();
    for (const std::string& kind : kinds) {
      CAPTURE(schema.type);
      CAPTURE(kind);
      json::object incoming;
      if (!kind.empty()) incoming.emplace(schema.discriminator, kind);
      Problems ignored;  // a name is missing
      const MergeTools tools{.new_uuid = [] { return std::string("uuid"); },
                             .put_secret = [](const Secret&) { return std::string("secret"); }};
      const json::object fresh =
          merge(schema, {"Things-1", "Spaces-1"}, nullptr, incoming, Sender::server, tools, ignored);
      CHECK(json::to_text(upgraded(schema, schema.version(), fresh)) == json::to_text(fresh));
      for (const auto& member : fresh) {
        const std::string name(member.key());
        if (name == "Id" || name == "SpaceId" || name == schema.discriminator) continue;
        CAPTURE(name);
        json::object older = fresh;
        older.stable_erase(name);
        CHECK(json::to_text(upgraded(schema, schema.version(), older)) == json::to_text(fresh));
        ++tried;
      }
    }
  }
  MESSAGE(tried << " members left out");
  CHECK(tried > 250);
}

TEST_CASE("a shape tells what is declared of members, and of nothing else") {
  const Form form = form_of(thing());
  CHECK(form == form_of(thing()));
  Schema more = thing();
  more.links = {{"Usages", "<self>/usages"}};
  more.verbs.remove = false;
  CHECK(form == form_of(more));
  const auto differs = [&](auto change) {
    Schema schema = thing();
    change(schema);
    CHECK(form_of(schema).shape != form.shape);
    CHECK(form_of(schema).version == form.version);
  };
  differs([](Schema& s) { s.fields.push_back(flag("IsNew")); });
  differs([](Schema& s) { s.fields[2].fields.push_back(flag("IsNew")); });
  differs([](Schema& s) { s.fields[1] = text("Colour").otherwise("red"); });
  differs([](Schema& s) { s.fields[1] = reference("Colour", {"Colour"}); });
  differs([](Schema& s) { s.kinds["Round"] = {integer("Radius")}; });
  differs([](Schema& s) { s.name_member = "Colour"; });
}

}  // namespace
}  // namespace slipway::model
