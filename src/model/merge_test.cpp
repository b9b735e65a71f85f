#include "model/merge.h"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "model/difference.h"
#include "model/references.h"
#include "model/values.h"

using namespace slipway;
using namespace slipway::model;

namespace {

/// A schema with a field of every kind.
Schema thing_schema() {
  Schema s;
  s.type = "Thing";
  s.fields = {name_field(10),
              slug_field(),
              text("Note").nullable(),
              text("Made").made_of("thing-<Id>"),
              integer("Count", 3),
              flag("On", true),
              choice("Mode", {"Slow", "Fast"}),
              time("When"),
              reference("Owner", {"User"}),
              references("Friends", {"User"}).unlinked_on_delete(),
              reference_map("Rooms", {"House"}, {"Room"}).unlinked_on_delete(),
              texts("Words"),
              scope("Scope", {references("Environment", {"Environment"}), texts("Role"), tags("TenantTag")}),
              tags("Tags"),
              object("Policy", {choice("Kind", {"None", "All"}), integer("Keep").keeps()}),
              objects("Parts", {text("Name").required(), secret("Key"), properties()}),
              objects("Numbered", {text("Name")}).numbered("Tags"),
              text_map("Labels"),
              secret("Password"),
              text_or_secret("Default"),
              objects("Variables",
                      {text("Name"), variable_value("Value"), text("Type").otherwise("String"), flag("IsSensitive")}),
              text("Born").fixed(),
              flag("Ready").server_set(),
              anything("Inputs").omitted_when_null().keeps()};
  return s;
}

class Merging {
 public:
  json::object operator()(const json::object& incoming, const json::object* stored = nullptr,
                          Sender sender = Sender::client) {
    problems_ = Problems();
    return merge(schema_, {"Things-1", "Spaces-1"}, stored, incoming, sender,
                 {[this] { return fmt::format("uuid-{}", ++uuids_); },
                  [this](const Secret& secret) {
                    secrets_.emplace_back(secret.reveal());
                    return fmt::format("Secrets-{}", secrets_.size());
                  }},
                 problems_);
  }
  json::object over(const json::object& stored, std::string_view incoming) {
    return (*this)(json::parse(incoming).as_object(), &stored);
  }
  json::object fresh(std::string_view incoming) { return (*this)(json::parse(incoming).as_object()); }
  std::string problems() const {
    std::string all;
    for (const std::string& p : problems_.list()) all += p + "\n";
    return all;
  }
  const std::vector<std::string>& secrets() const { return secrets_; }
  const Schema& schema() const { return schema_; }

 private:
  Schema schema_ = thing_schema();
  Problems problems_;
  std::vector<std::string> secrets_;
  int uuids_ = 0;
};

std::string text(const json::value& v) { return json::to_text(v); }

}  // namespace

TEST_CASE("A new document gets every modelled member, and the others after them") {
  Merging merging;
  const json::object made = merging.fresh(
      R"({"unknown":{"a":[1]},"NAME":"n","gone":null,"Links":{"Self":"/x"},"Id":"Evil-1","spaceid":"Spaces-9"})");
  CHECK(merging.problems() == "");
  CHECK(
      text(made) ==
      R"({"Id":"Things-1","SpaceId":"Spaces-1","Name":"n","Slug":"","Note":null,"Made":"thing-Things-1","Count":3,"On":true,)"
      R"("Mode":"Slow","When":null,"Owner":null,"Friends":[],"Rooms":{},"Words":[],"Scope":{},"Tags":[],)"
      R"("Policy":{"Kind":"None","Keep":0},"Parts":[],"Numbered":[],"Labels":{},)"
      R"("Password":{"HasValue":false,"NewValue":null,"Hint":null},"Default":"","Variables":[],"Born":"","Ready":false,)"
      R"("unknown":{"a":[1]}})");
}

TEST_CASE("An update takes fallbacks for absent members, keeps what says so, and removes nulls") {
  Merging merging;
  const json::object stored = merging.fresh(
      R"({"Name":"n","Note":"x","Count":9,"Policy":{"Kind":"All","Keep":4},"Inputs":{"a":1},"free":{"b":2},"other":1})");
  const json::object merged = merging.over(stored, R"({"name":"m","Policy":{"kind":"all"},"FREE":null})");
  CHECK(merged.at("Name") == "m");
  CHECK(merged.at("Note").is_null());
  CHECK(merged.at("Count") == 3);
  CHECK(text(merged.at("Policy")) == R"({"Kind":"All","Keep":4})");
  CHECK(text(merged.at("Inputs")) == R"({"a":1})");
  CHECK_FALSE(merged.contains("free"));
  CHECK(merged.at("other") == 1);
}

TEST_CASE("Items of a list are matched by their ids, new ones get one") {
  Merging merging;
  const json::object stored = merging.fresh(R"({"Name":"n","Parts":[{"Id":"p1","Name":"a","extra":1},{"Name":"b"}]})");
  CHECK(text(stored.at("Parts").at(1).at("Id")) == R"("uuid-1")");
  const json::object merged = merging.over(
      stored, R"({"Name":"n","Parts":[{"Name":"b2","id":"uuid-1"},{"Id":"","Name":"c"},{"Id":"p1","Name":"a2"}]})");
  CHECK(merged.at("Parts").at(0).at("Name") == "b2");
  CHECK(merged.at("Parts").at(1).at("Id") == "uuid-2");
  CHECK(merged.at("Parts").at(2).at("extra") == 1);
  merging.over(stored, R"({"Name":"n","Parts":[{"Id":"p1","Name":"a"},{"Id":"p1","Name":"b"}]})");
  CHECK(merging.problems().find("stands twice") != std::string::npos);
}

TEST_CASE("Numbered items keep their numbers, found again by name, and never reuse one in the list") {
  Merging merging;
  const json::object stored = merging.fresh(R"({"Name":"n","Numbered":[{"Name":"A"},{"Name":"B"}]})");
  CHECK(stored.at("Numbered").at(1).at("Id") == "Things-1/Tags-2");
  const json::object merged = merging.over(stored, R"({"Name":"n","Numbered":[{"Name":"C"},{"Name":"b"}]})");
  CHECK(merged.at("Numbered").at(0).at("Id") == "Things-1/Tags-3");
  CHECK(merged.at("Numbered").at(1).at("Id") == "Things-1/Tags-2");
}

TEST_CASE("A sensitive value is stored by NewValue, kept by HasValue, cleared by neither") {
  Merging merging;
  const json::object stored = merging.fresh(R"({"Name":"n","Password":{"HasValue":true,"NewValue":"pw"}})");
  CHECK(merging.secrets() == std::vector<std::string>{"pw"});
  CHECK(text(stored.at("Password")) == R"({"HasValue":true,"$secret":"Secrets-1"})");
  CHECK(merging.over(stored, R"({"Name":"n","Password":{"HasValue":true,"NewValue":null}})").at("Password") ==
        stored.at("Password"));
  CHECK(merging.over(stored, R"({"Name":"n"})").at("Password") == stored.at("Password"));
  CHECK(merging.over(stored, R"({"Name":"n","Password":{"HasValue":false,"NewValue":null}})").at("Password") ==
        no_secret());
  CHECK(merging.over(stored, R"({"Name":"n","Password":null})").at("Password") == no_secret());
  CHECK(merging.over(stored, R"({"Name":"n","Password":"next"})").at("Password").at("$secret") == "Secrets-2");
  CHECK(text(shown(stored.at("Password"))) == R"({"HasValue":true,"NewValue":null,"Hint":null})");
}

TEST_CASE("Sensitive values are secrets at any depth, also where no schema looks") {
  Merging merging;
  const json::object stored = merging.fresh(
      R"({"Name":"n","free":{"deep":[{"Id":"x","token":{"HasValue":true,"NewValue":"t"}}]},"Parts":[{"Id":"p","Name":"a","Properties":{"k":{"NewValue":"v"},"n":1,"b":true,"z":null}}]})");
  CHECK(merging.secrets() == std::vector<std::string>{"v", "t"});
  CHECK(text(stored).find("NewValue\":\"") == std::string::npos);
  CHECK(text(stored.at("Parts").at(0).at("Properties")) ==
        R"({"k":{"HasValue":true,"$secret":"Secrets-1"},"n":"1","b":"True"})");
  const json::object kept = merging.over(
      stored,
      R"({"Name":"n","free":{"deep":[{"Id":"y"},{"Id":"x","token":{"HasValue":true}}]},"Parts":[{"Id":"p","Name":"a","Properties":{"k":{"HasValue":true,"NewValue":null}}}]})");
  CHECK(secrets_in(kept) == std::vector<std::string>{"Secrets-1", "Secrets-2"});
}

TEST_CASE("A client can't name a secret by its id") {
  Merging merging;
  const json::object made = merging.fresh(
      R"({"Name":"n","Password":{"HasValue":true,"$secret":"Secrets-9"},"$secret":"Secrets-9","free":{"$secret":"Secrets-9"},"Variables":[{"Name":"v","IsSensitive":true,"Value":{"$secret":"Secrets-9"}}],"Parts":[{"Name":"a","$secret":"Secrets-9"}],"Inputs":{"x":{"$secret":"Secrets-9"}}})");
  CHECK(secrets_in(made).empty());
  CHECK(text(made).find("Secrets-9") == std::string::npos);
}

TEST_CASE("A sensitive variable shows null, and null or nothing means unchanged") {
  Merging merging;
  const json::object stored = merging.fresh(
      R"({"Name":"n","Variables":[{"Id":"v","Name":"x","IsSensitive":true,"Value":"s1"},{"Id":"w","Name":"y","Type":"Sensitive","Value":"s2"}]})");
  CHECK(merging.secrets() == std::vector<std::string>{"s1", "s2"});
  CHECK(shown(stored.at("Variables")).at(0).at("Value").is_null());
  const auto value_of = [&](std::string_view variable) {
    return merging.over(stored, fmt::format(R"({{"Name":"n","Variables":[{}]}})", variable))
        .at("Variables")
        .at(0)
        .at("Value");
  };
  for (const char* unchanged : {R"({"Id":"v","IsSensitive":true})", R"({"Id":"v","IsSensitive":true,"Value":null})",
                                R"({"Id":"v","IsSensitive":true,"Value":""})"}) {
    CHECK(value_of(unchanged) == stored.at("Variables").at(0).at("Value"));
  }
  CHECK(value_of(R"({"Id":"v","IsSensitive":true,"Value":"s3"})").at("$secret") == "Secrets-3");
  CHECK(value_of(R"({"Id":"v","IsSensitive":false,"Value":"plain"})") == "plain");
  CHECK(value_of(R"({"Id":"v","IsSensitive":false,"Value":null})").is_null());
  CHECK(value_of(R"({"IsSensitive":true,"Value":""})").is_null());
}

TEST_CASE("What is wrong is told field by field") {
  struct Row {
    const char* incoming;
    const char* expected;
  };
  constexpr Row rows[] = {
      {R"({})", "Name is required"},
      {R"({"Name":"  "})", "Name is required"},
      {R"({"Name":"12345678901"})", "Name must be at most 10 bytes long"},
      {R"({"Name":5})", "Name must be a text."},
      {"{\"Name\":\"a\\u0000b\"}", "U+0000"},
      {R"({"Name":"n","Count":"x"})", "Count must be a whole number"},
      {R"({"Name":"n","Count":1.5})", "Count must be a whole number"},
      {R"({"Name":"n","On":"maybe"})", "On must be true or false"},
      {R"({"Name":"n","Mode":"Warp"})", "Mode must be one of Slow, Fast"},
      {R"({"Name":"n","When":"today"})", "When must be a time"},
      {R"({"Name":"n","Owner":{}})", "Owner must be the id"},
      {R"({"Name":"n","Friends":"x"})", "Friends must be a list of texts"},
      {R"({"Name":"n","Friends":[1]})", "Friends must be a list of texts"},
      {R"({"Name":"n","Rooms":[]})", "Rooms must be an object of lists"},
      {R"({"Name":"n","Rooms":{"a":{}}})", "Rooms.a must be a list of texts"},
      {R"({"Name":"n","Policy":[]})", "Policy must be an object"},
      {R"({"Name":"n","Parts":{}})", "Parts must be a list of objects"},
      {R"({"Name":"n","Parts":[1]})", "Parts[0] must be an object"},
      {R"({"Name":"n","Parts":[{}]})", "Parts[0].Name is required"},
      {R"({"Name":"n","Parts":[{"Name":"a","Properties":{"k":[]}}]})", "Parts[0].Properties.k must be a text"},
      {R"({"Name":"n","Labels":{"k":{}}})", "Labels.k must be a text"},
      {R"({"Name":"n","Labels":{"$secret":"Secrets-9"}})", "Labels must not have a member named $secret"},
      {R"({"Name":"n","Scope":{"$secret":["Secrets-9"]}})", "Scope must not have a member named $secret"},
      {R"({"Name":"n","Rooms":{"$secret":["Secrets-9"]}})", "Rooms must not have a member named $secret"},
      {R"({"Name":"n","Parts":[{"Name":"a","Properties":{"$secret":"Secrets-9"}}]})",
       "must not have a member named $secret"},
      {R"({"Name":"n","Password":5})", "Password must be a sensitive value"},
      {R"({"Name":"n","Password":{"NewValue":5}})", "Password.NewValue must be a text"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.incoming);
    Merging merging;
    merging.fresh(row.incoming);
    CHECK_MESSAGE(merging.problems().find(row.expected) != std::string::npos, merging.problems());
  }
}

TEST_CASE("Clients can set neither what the server sets nor what is fixed") {
  Merging merging;
  const json::object stored = merging.fresh(R"({"Name":"n","Ready":true,"Made":"mine","Born":"here"})");
  CHECK(stored.at("Ready") == json::value(false));
  CHECK(stored.at("Made") == "thing-Things-1");
  CHECK(merging.over(stored, R"({"Name":"n"})").at("Born") == "here");
  CHECK(merging.over(stored, R"({"Name":"n","Born":"there"})").at("Born") == "here");
  CHECK(merging.problems().find("Born can't be changed") != std::string::npos);
  CHECK(merging(json::object{{"Ready", true}}, &stored, Sender::server).at("Ready") == json::value(true));
}

TEST_CASE("A kind brings its own fields, and an unknown one is refused") {
  Schema schema;
  schema.discriminator = "Kind";
  schema.fields = {model::text("Kind").required().fixed()};
  schema.kinds = {{"A", {model::text("OfA")}}, {"B", {}}};
  Problems problems;
  const MergeTools tools{[] { return std::string(); }, [](const Secret&) { return std::string(); }};
  CHECK(merge(schema, {"X-1", ""}, nullptr, {{"Kind", "A"}}, Sender::client, tools, problems).contains("OfA"));
  CHECK_FALSE(merge(schema, {"X-1", ""}, nullptr, {{"Kind", "B"}}, Sender::client, tools, problems).contains("OfA"));
  CHECK(problems.empty());
  merge(schema, {"X-1", ""}, nullptr, {{"Kind", "C"}}, Sender::client, tools, problems);
  CHECK(problems.list() == std::vector<std::string>{"Kind must be one of A, B."});
}

TEST_CASE("References are found in every place, and unlinked where the schema says so") {
  Merging merging;
  json::object document = merging.fresh(
      R"({"Name":"n","Owner":"Users-1","Friends":["Users-2","#{x}"],"Rooms":{"Houses-1":["Rooms-1","Rooms-2"]},"Tags":["A/B"],"Variables":[{"Name":"acc","Type":"AmazonWebServicesAccount","Value":"Accounts-1"},{"Name":"s","Value":"Accounts-2"}]})");
  std::string found;
  for (const Edge& edge : edges_of(merging.schema(), document)) found += edge.field + "=" + edge.target + " ";
  CHECK(found ==
        "Owner=Users-1 Friends=Users-2 Rooms=Houses-1 Rooms.*=Rooms-1 Rooms.*=Rooms-2 Tags=A/B "
        "Variables.Value=Accounts-1 ");
  for (const char* target : {"Users-1", "Users-2", "Rooms-1"}) unlink(merging.schema(), document, target);
  CHECK(document.at("Owner") == "Users-1");
  CHECK(document.at("Friends").as_array().size() == 1);
  CHECK(text(document.at("Rooms")) == R"({"Houses-1":["Rooms-2"]})");
  unlink(merging.schema(), document, "Houses-1");
  CHECK(text(document.at("Rooms")) == "{}");
}

TEST_CASE("A difference names each path, and of a secret only that it changed") {
  const json::object before =
      json::parse(R"({"A":1,"B":{"C":[1,2]},"S":{"HasValue":true,"$secret":"Secrets-1"},"G":0})").as_object();
  const json::object after =
      json::parse(R"({"A":1,"B":{"C":[1,3,4]},"S":{"HasValue":true,"$secret":"Secrets-2"},"N":"x"})").as_object();
  CHECK(
      text(difference(&before, &after)) ==
      R"({"B.C[1]":{"From":2,"To":3},"B.C[2]":{"From":null,"To":4},"S":{"From":"changed","To":"changed"},"G":{"From":0,"To":null},"N":{"From":null,"To":"x"}})");
  CHECK(difference(&before, &before).empty());
  CHECK(text(difference(nullptr, &after)).find("Secrets-2") == std::string::npos);
}

TEST_CASE("A value that can't be read is named once, not also as missing") {
  Merging merging;
  merging.fresh(R"({"Name":"far too long a name"})");
  CHECK(merging.problems() == "Name must be at most 10 bytes long; it has 19.\n");
  merging.fresh(R"({"Name":" "})");
  CHECK(merging.problems() == "Name is required: please give it a value.\n");
}

TEST_CASE("References take the stored spelling of ids, and equal tags stand once") {
  Merging merging;
  const json::object made = merging.fresh(
      R"({"Name":"n","Owner":"users-1","Friends":["USERS-2"],"Rooms":{"projects-1":["environments-1"]},)"
      R"("Words":["users-1"],"Tags":["Ring/A","ring/a","Ring/B"],)"
      R"("Variables":[{"Name":"v","Type":"AmazonWebServicesAccount","Value":"accounts-1"},{"Name":"w","Value":"users-1"}]})");
  CHECK(merging.problems() == "");
  CHECK(made.at("Owner") == "Users-1");
  CHECK(text(made.at("Friends")) == R"(["Users-2"])");
  CHECK(text(made.at("Rooms")) == R"({"Projects-1":["Environments-1"]})");
  CHECK(text(made.at("Words")) == R"(["users-1"])");
  CHECK(text(made.at("Tags")) == R"(["Ring/A","Ring/B"])");
  CHECK(made.at("Variables").at(0).at("Value") == "Accounts-1");
  CHECK(made.at("Variables").at(1).at("Value") == "users-1");
}
