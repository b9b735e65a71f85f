// Every pointer that a schema declares, tried with ids that mean nothing here, and with one whose document goes.
#include <fmt/format.h>

#include <map>

#include "api/delivery/delivery_testing.h"
#include "api/resources/schema_walk_testing.h"
#include "base/certificate_testing.h"

using namespace slipway;
using namespace slipway::api::testing;
using model::FieldKind;

namespace {

/// Two furnished spaces with a project, a tenant and an environment in each.
class TwoSpaces : public TestApi {
 public:
  TwoSpaces() {
    REQUIRE(post("/api/spaces", json::object{{"Name", "Other"}, {"SpaceManagersTeamMembers", json::array{"Users-1"}}})
                .status == 201);
    for (const char* space : {"Spaces-1", "Spaces-2"}) {
      for (const char* type : {"Environment", "Project", "Tenant"}) make(type, space);
      make_tags(space, "Ring");
    }
  }

  /// A new document of the type; returns its id.
  std::string make(const std::string& type, const std::string& space) {
    const model::Schema& schema = services().catalogue.get(type);
    json::object document{{"Name", fmt::format("{} {}", type, ++made_)}};
    if (type == "Project") {
      document["LifecycleId"] = space == "Spaces-1" ? "Lifecycles-1" : "Lifecycles-2";
      document["ProjectGroupId"] = space == "Spaces-1" ? "ProjectGroups-1" : "ProjectGroups-2";
    }
    if (type == "Channel") document["ProjectId"] = space == "Spaces-1" ? "Projects-1" : "Projects-2";
    if (type == "Account") document["AccountType"] = "UsernamePassword";
    if (type == "Feed") document["FeedType"] = "NuGet";
    if (type == "LibraryVariableSet") document["ContentType"] = "Variables";
    if (type == "WorkerPool") document["WorkerPoolType"] = "StaticWorkerPool";
    if (type == "Certificate") {
      document["CertificateData"] = json::object{{"NewValue", slipway::testing::kCertificatePem}};
    }
    if (type == "User") document = {{"Username", fmt::format("user{}", made_)}, {"DisplayName", "User"}};
    const Answer made = post(fmt::format("/api/{}/{}", space, schema.collection), document);
    REQUIRE_MESSAGE(made.status == 201, made.text);
    return made.id();
  }
  void make_tags(const std::string& space, const std::string& set) {
    const Answer made = post(fmt::format("/api/{}/tagsets", space),
                             json::object{{"Name", set}, {"Tags", json::array{json::object{{"Name", "Canary"}}}}});
    REQUIRE_MESSAGE(made.status == 201, made.text);
  }

 private:
  int made_ = 0;
};

/// One way in which a member points at a document of a type.
struct Pointer {
  Member member;
  std::string target;        ///< type
  bool is_map_item = false;  ///< of a reference map: in its lists, not its keys
};

bool is_parent(const Member& member) { return member.path.size() == 1 && member.field().name == member.schema->parent; }

std::vector<Pointer> pointers_of(const model::Catalogue& catalogue) {
  std::vector<Pointer> all;
  for (const Member& member : members_of(catalogue)) {
    const model::Field& field = member.field();
    if (is_parent(member) && !member.schema->verbs.create) continue;  // the address says it
    for (const std::string& target : field.targets) all.push_back({member, target, false});
    for (const std::string& target : field.item_targets) all.push_back({member, target, true});
    if (field.kind == FieldKind::variable_value) {
      for (const char* target : {"Account", "Certificate", "WorkerPool"}) all.push_back({member, target, false});
    }
  }
  return all;
}

json::value value_of(const Pointer& pointer, const std::string& id) {
  switch (pointer.member.field().kind) {
    case FieldKind::references:
      return json::array{json::value(id)};
    case FieldKind::reference_map:
      return pointer.is_map_item ? json::object{{"Projects-1", json::array{json::value(id)}}}
                                 : json::object{{id, json::array()}};
    default:
      return json::value(id);
  }
}

Answer write(Writer& writer, const Pointer& pointer, const std::string& id) {
  const Member& member = pointer.member;
  json::object siblings;
  if (member.field().kind == FieldKind::variable_value) {
    siblings["Type"] = pointer.target == "Account" ? "AmazonWebServicesAccount" : pointer.target;
  }
  return writer.write_with(member, member.field().name, value_of(pointer, id), siblings);
}

/// The text with every appearance of the id taken out.
std::string without(std::string text, std::string_view id) {
  for (auto at = text.find(id); at != std::string::npos; at = text.find(id, at)) text.replace(at, id.size(), "ID");
  return text;
}

/// As a client that sees the document: is it still pointed at?
bool names(TestApi& api, const Answer& written, const std::string& id) {
  return api.get(json::view(written.body.at("Links").at("Self").as_string())).text.find(id) != std::string::npos;
}

}  // namespace

TEST_CASE("Every declared reference refuses, or warns of, what is unknown or in another space, and both read alike") {
  TwoSpaces api;
  Writer writer(api);
  int tried = 0;
  for (const Pointer& pointer : pointers_of(api.services().catalogue)) {
    const model::Schema& target = api.services().catalogue.get(pointer.target);
    CAPTURE(pointer.member.name());
    const std::string unknown = target.id_prefix + "-999999";
    const Answer refused = write(writer, pointer, unknown);
    ++tried;
    if (pointer.member.field().is_warned) {
      CHECK_MESSAGE(refused.status == 200, refused.text);
      REQUIRE(refused.body.as_object().contains("Warnings"));
      CHECK(json::to_text(refused["Warnings"]).find(unknown) != std::string::npos);
      CHECK(api.get("/api/events?take=1").text.find(unknown) != std::string::npos);
    } else {
      CHECK_MESSAGE(refused.status == 400, refused.text);
      CHECK_MESSAGE(refused.text.find(pointer.member.field().name) != std::string::npos, refused.text);
      CHECK_MESSAGE(refused.text.find(unknown) != std::string::npos, refused.text);
    }
    if (target.scope == model::Scope::system) continue;
    const std::string foreign = api.make(pointer.target, "Spaces-2");
    const Answer elsewhere = write(writer, pointer, foreign);
    ++tried;
    CHECK(elsewhere.status == refused.status);
    if (!pointer.member.field().is_warned) CHECK(without(elsewhere.text, foreign) == without(refused.text, unknown));
    const Answer erased = api.remove(fmt::format("/api/Spaces-2/{}/{}", target.collection, foreign));
    CHECK_MESSAGE(erased.status == 200, "a document of another space held it: " << erased.text);
  }
  MESSAGE(tried << " references");
  CHECK(tried > 50);
}

TEST_CASE("A document that another points at is kept, unlinked or outlived by its id, as the pointer declares") {
  TwoSpaces api;
  Writer writer(api);
  int tried = 0;
  for (const Pointer& pointer : pointers_of(api.services().catalogue)) {
    const model::Schema& target = api.services().catalogue.get(pointer.target);
    if (target.type == "Space" || (pointer.member.schema->parent == pointer.member.field().name)) continue;
    CAPTURE(pointer.member.name());
    CAPTURE(pointer.target);
    const std::string id = api.make(pointer.target, "Spaces-1");
    const Answer written = write(writer, pointer, id);
    REQUIRE_MESSAGE(written.status / 100 == 2, written.text);
    REQUIRE(names(api, written, id));
    const json::value* warnings = written.body.as_object().if_contains("Warnings");  // of a made-up region, say
    CHECK((warnings == nullptr || json::to_text(*warnings).find(id) == std::string::npos));
    const Answer erased = api.remove(fmt::format("/api/Spaces-1/{}/{}", target.collection, id));
    ++tried;
    switch (pointer.member.field().on_delete) {
      case model::OnDelete::refuse:
        CHECK_MESSAGE(erased.status == 400, erased.text);
        CHECK_MESSAGE(erased.text.find(written.id()) != std::string::npos, erased.text);
        CHECK_MESSAGE(erased.text.find(pointer.member.field().name) != std::string::npos, erased.text);
        break;
      case model::OnDelete::unlink:
        CHECK_MESSAGE(erased.status == 200, erased.text);
        CHECK_FALSE(names(api, written, id));
        break;
      case model::OnDelete::ignore:
        CHECK_MESSAGE(erased.status == 200, erased.text);
        CHECK(names(api, written, id));
        const std::string self(json::view(written.body.at("Links").at("Self").as_string()));
        json::object again = api.get(self).body.as_object();
        CHECK_MESSAGE(api.put(self, again).status == 200, "a document that names what is gone can't be saved again");
        break;
    }
  }
  MESSAGE(tried << " pointers");
  CHECK(tried > 25);
}

TEST_CASE("Every member that takes tags refuses an unknown one with the nearest, and keeps a used one from deletion") {
  TwoSpaces api;
  Writer writer(api);
  int tried = 0;
  for (const Member& member : members_of(api.services().catalogue)) {
    if (member.field().kind != FieldKind::tags) continue;
    CAPTURE(member.name());
    const auto write_tag = [&](const std::string& tag) {
      return writer.write_with(member, json::array{json::value(tag)});
    };
    const Answer refused = write_tag("Ring/Canari");
    CHECK_MESSAGE(refused.status == 400, refused.text);
    CHECK_MESSAGE(refused.text.find("Did you mean \\\"Ring/Canary\\\"?") != std::string::npos, refused.text);
    const std::string set = "Set" + std::to_string(++tried);
    api.make_tags("Spaces-1", set);
    const Answer written = write_tag(set + "/Canary");
    REQUIRE_MESSAGE(written.status / 100 == 2, written.text);
    const Answer erased = api.remove("/api/Spaces-1/tagsets/" + set);
    CHECK_MESSAGE(erased.status == 400, erased.text);
    // A tag that is renamed is renamed where it stands.
    json::object renamed = api.get("/api/Spaces-1/tagsets/" + set).body.as_object();
    renamed["Name"] = "New" + set;
    CHECK(api.put("/api/Spaces-1/tagsets/" + set, renamed).status == 200);
    CHECK(names(api, written, "New" + set + "/Canary"));
  }
  MESSAGE(tried << " members");
  CHECK(tried >= 6);
}

TEST_CASE("A name where an id belongs is refused with the id to use") {
  TwoSpaces api;
  const std::string variables = "/api/Spaces-1/variables/variableset-Projects-1";
  REQUIRE(api.make_environment("Staging").status == 201);
  const auto scoped = [&](const json::object& scope) {
    return api.put(
        variables,
        json::object{{"Variables", json::array{json::object{{"Name", "A"}, {"Value", "1"}, {"Scope", scope}}}}});
  };
  const Answer by_name = scoped({{"Environment", json::array{"Staging"}}});
  CHECK(by_name.status == 400);
  CHECK_MESSAGE(
      by_name.text.find("'Staging' is the name of an Environment; give its id, Environments-") != std::string::npos,
      by_name.text);
  const Answer process = api.put(
      "/api/Spaces-1/projects/Projects-1/deploymentprocesses",
      json::parse(
          R"({"Steps":[{"Name":"Deploy","Actions":[{"Id":"a-1","Name":"Deploy","ActionType":"Slipway.NoOp"}]}]})"));
  REQUIRE(process.status == 200);
  CHECK(scoped({{"Action", json::array{"Deploy"}}}).text.find("give its id, a-1") != std::string::npos);
  CHECK(scoped({{"Action", json::array{"a-2"}}}).status == 400);
  CHECK(scoped({{"Action", json::array{"a-1"}}}).status == 200);
  // What was scoped before may name what is gone.
  CHECK(api.put("/api/Spaces-1/projects/Projects-1/deploymentprocesses", json::parse(R"({"Steps":[]})")).status == 200);
  CHECK(scoped({{"Action", json::array{"a-1"}}}).status == 200);
  CHECK(scoped({{"action", json::array{"a-1"}}, {"ROLE", json::array{"web"}}})["Variables"].at(0).at("Scope") ==
        json::value(json::object{{"Action", json::array{"a-1"}}, {"Role", json::array{"web"}}}));
}

TEST_CASE("What a deployment under way is for can't be deleted before it has ended") {
  DeliveryApi api;
  REQUIRE(api.make_release("1.0.0").status == 201);
  const std::string task = first(api.deploy("1.0.0", "Dev"), "ServerTaskId");
  for (const char* path : {"environments/Dev", "projects/Web"}) {
    const Answer refused = api.remove(fmt::format("/api/Spaces-1/{}", path));
    CHECK(refused.status == 409);
    CHECK_MESSAGE(refused.text.find(task) != std::string::npos, refused.text);
  }
  CHECK(api.remove("/api/Spaces-1/environments/Prod").status == 200);
  REQUIRE(api.post("/api/tasks/" + task + "/cancel", json::object()).status == 200);
  CHECK(api.remove("/api/Spaces-1/environments/Dev").status == 200);
}

TEST_CASE("A clone is made of a project of the same space, whatever its body says") {
  TwoSpaces api;
  const json::object body{{"Name", "Stolen"},
                          {"ProjectGroupId", "ProjectGroups-2"},
                          {"LifecycleId", "Lifecycles-2"},
                          {"ClonedFromProjectId", "Projects-1"},
                          {"Id", "Projects-77"}};
  REQUIRE(
      api.put("/api/Spaces-1/variables/variableset-Projects-1",
              json::parse(R"({"Variables":[{"Name":"Password","IsSensitive":true,"Value":"a secret of space one"}]})"))
          .status == 200);
  const Answer made = api.post("/api/Spaces-2/projects", body);
  REQUIRE_MESSAGE(made.status == 201, made.text);
  CHECK(made["ClonedFromProjectId"].is_null());
  CHECK(made.id() != "Projects-77");
  CHECK(api.get("/api/Spaces-2/variables/variableset-" + made.id())["Variables"].as_array().empty());
  CHECK(api.post("/api/Spaces-2/projects?clone=Projects-1", body).status == 404);
  const Answer clone = api.post("/api/Spaces-1/projects?clone=Projects-1",
                                json::object{{"Name", "Copy"}, {"Id", "Projects-78"}, {"SpaceId", "Spaces-2"}});
  REQUIRE_MESSAGE(clone.status == 201, clone.text);
  CHECK(clone.id() != "Projects-78");
  CHECK(clone.str("SpaceId") == "Spaces-1");
  CHECK(clone.str("ClonedFromProjectId") == "Projects-1");
}
