// What the hooks of resources decide: each beside its schema, each a pure function.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "model/catalogue.h"
#include "model/memory_lookup.h"
#include "model/merge.h"
#include "model/resources/delivery/lifecycle.h"
#include "model/resources/projects/channel.h"
#include "model/resources/projects/deployment_process.h"
#include "model/resources/projects/project.h"
#include "model/resources/spaces/space.h"
#include "model/resources/tenants/tag_set.h"
#include "model/resources/tenants/tenant.h"
#include "model/resources/tenants/tenant_variables.h"

using namespace slipway;
using namespace slipway::model;

namespace {

/// Edits documents of one type as the store does: merge, then the hook.
class Editing {
 public:
  explicit Editing(Schema schema) : schema_(std::move(schema)) {}

  json::object create(std::string_view incoming, std::string id = "X-1") {
    return edit(nullptr, incoming, std::move(id));
  }
  json::object update(const json::object& stored, std::string_view incoming) {
    return edit(&stored, incoming, std::string(*json::text_at(stored, "Id")));
  }
  void remove(const json::object& stored) {
    problems_ = Problems();
    changes_ = schema_.hook({&stored, nullptr, "Users-1"}, lookup, problems_);
  }
  std::string problems() const { return fmt::format("{}", fmt::join(problems_.list(), "\n")); }
  const Changes& changes() const { return changes_; }

  testing::MemoryLookup lookup;

 private:
  json::object edit(const json::object* stored, std::string_view incoming, std::string id) {
    problems_ = Problems();
    int uuids = 0;
    json::object after =
        merge(schema_, {std::move(id), "Spaces-1"}, stored, json::parse(incoming).as_object(), Sender::client,
              {[&] { return fmt::format("uuid-{}", ++uuids); }, [](const Secret&) { return std::string("Secrets-1"); }},
              problems_);
    changes_ = schema_.hook({stored, &after, "Users-1"}, lookup, problems_);
    return after;
  }

  Schema schema_;
  Problems problems_;
  Changes changes_;
};

/// What a server with two step types declares.
std::shared_ptr<const StepDeclarations> steps_for_tests() {
  StepDeclaration deploy{.type = "Slipway.EcsService", .name = "Deploy", .category = "Aws", .description = "Deploys."};
  deploy.inputs = {region_input("Octopus.Action.Aws.Region", "the region"),
                   text_input("Slipway.Ecs.Cluster", "the cluster").required("the cluster"),
                   number_input("Slipway.Ecs.DesiredCount", 0, 10, "tasks")};
  deploy.namespaces = {"Octopus.Action.Aws"};
  StepDeclaration nothing{.type = "Slipway.NoOp", .name = "Nothing", .category = "Other", .description = "Nothing."};
  return std::make_shared<const StepDeclarations>(StepDeclarations({std::move(deploy), std::move(nothing)}));
}

std::string types_of(const Changes& changes) {
  std::string all;
  for (const auto& fresh : changes.create) all += fresh.type + " ";
  return all;
}

}  // namespace

TEST_CASE("Every schema is complete: links, references, filters and nestings name what exists") {
  const Catalogue catalogue = all_resources();
  const auto check_targets = [&](const std::vector<Field>& fields, const auto& self) -> void {
    for (const Field& field : fields) {
      for (const std::string& target : field.targets) CHECK_MESSAGE(catalogue.find(target) != nullptr, target);
      for (const std::string& target : field.item_targets) CHECK_MESSAGE(catalogue.find(target) != nullptr, target);
      self(field.fields, self);
    }
  };
  for (const Schema& schema : catalogue.all()) {
    CAPTURE(schema.type);
    CHECK_FALSE(schema.collection.empty());
    CHECK(schema.id_prefix.empty() != schema.id_form.empty());
    CHECK_FALSE(schema.permissions.view.empty());
    check_targets(schema.fields, check_targets);
    for (const auto& [kind, fields] : schema.kinds) check_targets(fields, check_targets);
    for (const Filter& filter : schema.filters) {
      const auto dot = filter.field.find('.');
      const Field* field = schema.find_field(filter.field.substr(0, dot));
      REQUIRE(field != nullptr);
      if (dot != std::string::npos && field->kind == FieldKind::object) {
        const std::string inner = filter.field.substr(dot + 1);
        const auto has_it = [&](const std::vector<Field>& fields) {
          return std::any_of(fields.begin(), fields.end(), [&](const Field& f) { return f.name == inner; });
        };
        CHECK((has_it(field->fields) || std::any_of(field->kinds.begin(), field->kinds.end(),
                                                    [&](const auto& kind) { return has_it(kind.second); })));
      } else if (dot != std::string::npos) {
        CHECK(catalogue.get(field->targets.at(0)).find_field(filter.field.substr(dot + 1)) != nullptr);
      }
    }
    for (const Nesting& nesting : schema.nestings) {
      CHECK(catalogue.find(nesting.owner) != nullptr);
      CHECK(schema.find_field(nesting.field) != nullptr);
    }
    for (const std::string& member : {schema.parent, schema.discriminator, schema.name_member, schema.clone_source}) {
      if (!member.empty()) CHECK_MESSAGE(schema.find_field(member) != nullptr, member);
    }
    for (const View& view : schema.views) {
      for (const auto& [name, member] : view.members) CHECK_MESSAGE(schema.find_field(member) != nullptr, member);
    }
  }
  CHECK_THROWS_AS(catalogue.get("Nonsense"), Error);
}

TEST_CASE("A new space is furnished, needs a manager, and is deleted only when it rests") {
  Editing spaces(space_schema());
  const json::object space =
      spaces.create(R"({"Name":"S","SpaceManagersTeamMembers":["Users-1"],"TaskQueueStopped":true})", "Spaces-2");
  CHECK(spaces.problems() == "");
  CHECK(space.at("TaskQueueStopped") == json::value(true));
  CHECK(space.at("SpaceManagersTeams") == json::value(json::array{"teams-spacemanagers-Spaces-2"}));
  CHECK(types_of(spaces.changes()) ==
        "Team Lifecycle ProjectGroup WorkerPool Feed MachinePolicy RetentionPolicy RetentionPolicy RetentionPolicy ");
  spaces.create(R"({"Name":"S"})");
  CHECK(spaces.problems().find("somebody has to manage the space") != std::string::npos);
  spaces.remove(spaces.create(R"({"Name":"T","SpaceManagersTeamMembers":["Users-1"]})"));
  CHECK(spaces.problems().find("TaskQueueStopped") != std::string::npos);
}

TEST_CASE("Retention without a strategy means what its other members imply; a phase may inherit") {
  Editing lifecycles(lifecycle_schema());
  const json::object l = lifecycles.create(
      R"({"Name":"L","ReleaseRetentionPolicy":{"QuantityToKeep":3,"ShouldKeepForever":false,"Unit":"Days"},)"
      R"("TentacleRetentionPolicy":{"ShouldKeepForever":true},"Phases":[{"Name":"P","ReleaseRetentionPolicy":null}]})");
  CHECK(l.at("ReleaseRetentionPolicy").at("Strategy") == "Count");
  CHECK(l.at("TentacleRetentionPolicy").at("Strategy") == "Forever");
  CHECK(l.at("Phases").at(0).at("ReleaseRetentionPolicy").is_null());
  CHECK(lifecycles.create(R"({"Name":"L"})").at("ReleaseRetentionPolicy").at("Strategy") == "Default");
}

TEST_CASE("LIF-10: an environment is in one phase, phases have names of their own and possible minimums") {
  Editing lifecycles(lifecycle_schema());
  lifecycles.create(
      R"({"Name":"L","Phases":[{"Name":"P","OptionalDeploymentTargets":["E-1"],"MinimumEnvironmentsBeforePromotion":2},)"
      R"({"Name":"p","AutomaticDeploymentTargets":["E-1"]}]})");
  CHECK(lifecycles.problems().find("the name 'p' stands twice") != std::string::npos);
  CHECK(lifecycles.problems().find("E-1 is in more than one place") != std::string::npos);
  CHECK(lifecycles.problems().find("MinimumEnvironmentsBeforePromotion") != std::string::npos);
}

TEST_CASE("LIF-9: a lifecycle without phases previews one phase an environment") {
  testing::MemoryLookup lookup;
  for (const char* id : {"E-1", "E-2"}) lookup.add("Environment", {{"Id", id}, {"Name", id}, {"SpaceId", "Spaces-1"}});
  const auto preview =
      lifecycle_schema().derived.at(0).make({{"SpaceId", "Spaces-1"}, {"Phases", json::array()}}, lookup);
  CHECK(preview.at("Phases").as_array().size() == 2);
  CHECK(preview.at("Phases").at(1).at("OptionalDeploymentTargets") == json::value(json::array{"E-2"}));
}

TEST_CASE("CHN-1: exactly one channel is the default, and that one stays") {
  Editing channels(channel_schema());
  const json::object first = channels.create(R"({"Name":"A","ProjectId":"P-1"})", "Channels-1");
  CHECK(first.at("IsDefault") == json::value(true));
  channels.lookup.add("Channel", first);
  channels.create(R"({"Name":"B","ProjectId":"P-1","IsDefault":true})", "Channels-2");
  REQUIRE(channels.changes().update.size() == 1);
  CHECK(channels.changes().update[0].at("Id") == "Channels-1");
  channels.update(first, R"({"Name":"A","IsDefault":false})");
  CHECK(channels.problems().find("exactly one default") != std::string::npos);
  channels.remove(first);
  CHECK(channels.problems().find("can't be deleted") != std::string::npos);
  json::object other = first;
  other["IsDefault"] = false;
  channels.remove(other);
  CHECK(channels.problems() == "");
  channels.lookup.add_release("Releases-1");
  channels.remove(other);
  CHECK(channels.problems().find("has releases") != std::string::npos);
}

TEST_CASE("CHN-3: one rule a package; the older form of a rule is the same rule") {
  Editing channels(channel_schema());
  const json::object c =
      channels.create(R"({"Name":"A","ProjectId":"P-1","Rules":[{"Actions":["Deploy"],"VersionRange":"[1,2]"}]})");
  CHECK(c.at("Rules").at(0).at("ActionPackages").at(0).at("DeploymentAction") == "Deploy");
  CHECK(channels.problems() == "");
  channels.create(
      R"({"Name":"A","ProjectId":"P-1","Rules":[{"Actions":["Deploy"]},{"ActionPackages":[{"DeploymentAction":"deploy","PackageReference":""}]}]})");
  CHECK(channels.problems().find("more than one rule") != std::string::npos);
  const json::object kept = channels.update(c, R"({"Name":"A"})");
  CHECK(kept.at("Rules").as_array().size() == 1);
  CHECK(channels.update(c, R"({"Name":"A","Rules":[]})").at("Rules").as_array().empty());
}

TEST_CASE("CHN-3: the texts of a rule must be a range and regular expressions") {
  Editing channels(channel_schema());
  const auto create = [&](std::string_view rules) {
    return channels.create(fmt::format(R"({{"Name":"A","ProjectId":"P-1","Rules":{}}})", rules));
  };
  create(R"~([{"VersionRange":"[1.0,2.0)","Tag":"^$"},{"VersionRange":"[1.0","Tag":"("}])~");
  CHECK(channels.problems().find("Rules[1].VersionRange: ") != std::string::npos);
  CHECK(channels.problems().find("Rules[1].Tag: ") != std::string::npos);
  CHECK(channels.problems().find("Rules[0]") == std::string::npos);
  create(R"~([{"VersionRange":"[2.0,1.0]"}])~");
  CHECK(channels.problems().find("Rules[0].VersionRange: ") != std::string::npos);
  create(R"~([{"VersionRange":"[1.0,2.0),[3.0,)","Tag":"^(?!latest\\b).+$|^$"},{"VersionRange":" ","Tag":null}])~");
  CHECK(channels.problems() == "");
  json::object old = create("[]");
  old["Rules"] = json::parse(R"~([{"Id":"r","VersionRange":"[1.0","ActionPackages":[],"Actions":[]}])~");
  channels.update(old, R"({"Name":"B","IsDefault":true})");
  CHECK(channels.problems() == "");
  for (const char* range : {"1.x", "1.2.X", "x", "[1.x,2.0)-", "(1.0,2.x]-", "1.x-beta"}) {
    create(fmt::format(R"([{{"VersionRange":"{}"}}])", range));
    CAPTURE(range);
    CHECK(channels.problems().find("Rules[0].VersionRange: ") != std::string::npos);
  }
  create(R"~([{"VersionRange":"[1.0.0-x,2.0)"},{"VersionRange":"1.*"}])~");
  CHECK(channels.problems() == "");
}

TEST_CASE("a process with a property of ours that nothing reads is refused, those of others are kept") {
  Editing processes(deployment_process_schema(steps_for_tests()));
  const auto with = [&](std::string_view step, std::string_view action, std::string_view type = "Slipway.EcsService") {
    return processes.create(fmt::format(
        R"({{"ProjectId":"Projects-1","Steps":[{{"Name":"a","Properties":{{{}}},"Actions":[{{"Name":"b","ActionType":"{}",
            "Properties":{{{}}}}}]}}]}})",
        step, type, action));
  };
  with("", R"("Slipway.Ecs.DesiredCout":"2")");
  CHECK(processes.problems() ==
        "Steps[0].Actions[0].Properties: Slipway.Ecs.DesiredCout is no property that this server reads. Did you mean "
        "\"Slipway.Ecs.DesiredCount\"?");
  with(R"("Slipway.Ecs.Cluster":"prod")", "");
  CHECK(processes.problems() ==
        "Steps[0].Properties: Slipway.Ecs.Cluster is read of actions only; put it into an action's Properties.");
  with("", R"("Octopus.Action.Aws.Regoin":"eu-west-1")");
  CHECK(processes.problems().find("Did you mean \"Octopus.Action.Aws.Region\"?") != std::string::npos);
  with("", R"("Slipwy.Ecs.DesiredCount":"2")");
  CHECK(processes.problems().find("Did you mean \"Slipway.Ecs.DesiredCount\"?") != std::string::npos);
  for (const char* type : {"slipway.ecsservice", "Slipway.EcsServices", "Slipwy.EcsService", "Slipway.NoOP"}) {
    with("", "", type);
    CAPTURE(type);
    CHECK(processes.problems().find("is no type of action that this server runs. Did you mean \"Slipway.") !=
          std::string::npos);
  }
  with("", "", "Slipway.Kubernetes");
  CHECK(processes.problems() ==
        "Steps[0].Actions[0].ActionType: 'Slipway.Kubernetes' is no type of action that this server runs.");
  with(R"("Octopus.Action.MaxParallelism":"2")", R"("Octopus.Action.Aws.Anything":"1","Acme.Draft":"?")",
       "Octopus.AwsRunScript");
  CHECK(processes.problems() == "");
}

TEST_CASE("A process gets ids, slugs and defaults, keeps those sent, and starts with its first step") {
  Editing processes(deployment_process_schema(steps_for_tests()));
  const json::object p = processes.create(
      R"({"ProjectId":"P-1","Steps":[{"Name":"Deploy web","StartTrigger":"StartWithPrevious","Actions":[{"Name":"Deploy web","ActionType":"Unknown.Type","Inputs":{"a":1},)"
      R"("Properties":{"B":true,"N":null},"Packages":[{"PackageId":"x","FeedId":"feeds-gone"}]}]},{"Name":"Deploy-web","Slug":"kept","Actions":[]},{"Name":"Deploy web!"}]})");
  CHECK(processes.problems() == "");
  const json::value& step = p.at("Steps").at(0);
  CHECK(step.at("StartTrigger") == "StartAfterPrevious");
  CHECK(step.at("Slug") == "deploy-web");
  CHECK(step.at("Condition") == "Success");
  CHECK(p.at("Steps").at(1).at("Slug") == "kept");
  CHECK(p.at("Steps").at(2).at("Slug") == "deploy-web-2");
  const json::value& action = step.at("Actions").at(0);
  CHECK(json::to_text(action.at("Properties")) == R"({"B":"True"})");
  CHECK(json::to_text(action.at("Container")) == R"({"Image":null,"FeedId":null})");
  CHECK(action.at("Packages").at(0).at("AcquisitionLocation") == "Server");
  CHECK_FALSE(action.as_object().contains("StepPackageVersion"));

  const std::string sent_back = fmt::format(
      R"({{"Steps":[{{"Id":{},"Name":"Deploy web","Actions":[{{"Id":{},"Name":"Deploy web","ActionType":"T"}}]}}]}})",
      json::to_text(step.at("Id")), json::to_text(action.at("Id")));
  const json::object again = processes.update(p, sent_back);
  CHECK(again.at("Steps").at(0).at("Actions").at(0).at("Inputs").at("a") == 1);
  CHECK(processes.update(p, "{}").at("Steps").as_array().empty());
}

TEST_CASE("PRC-6: a run condition that lacks its expression is kept, and warned of for as long as it does") {
  Editing processes(deployment_process_schema(steps_for_tests()));
  const testing::MemoryLookup lookup;
  const auto warnings = [&](std::string_view expression, std::string_view condition = "Variable") {
    const json::object process = processes.create(fmt::format(
        R"({{"ProjectId":"P-1","Steps":[{{"Name":"a","Condition":"{0}","Properties":{{
            "Octopus.Step.ConditionVariableExpression":"{1}"}},"Actions":[{{"Name":"b","ActionType":"Slipway.NoOp","Condition":"{0}",
            "Properties":{{"octopus.action.conditionVariableExpression":"{1}"}}}}]}}]}})",
        condition, expression));
    CHECK(processes.problems() == "");
    const json::object shown = deployment_process_schema(steps_for_tests()).present(process, lookup);
    return shown.contains("Warnings") ? json::to_text(shown.at("Warnings")) : "";
  };
  CHECK(warnings(" ") ==
        R"(["Step 'a': its Condition is Variable, and there is no expression; it fails when it is due. Set the )"
        R"(property Octopus.Step.ConditionVariableExpression, or choose another Condition.",)"
        R"("Action 'b': its Condition is Variable, and there is no expression; it fails when it is due. Set the )"
        R"(property Octopus.Action.ConditionVariableExpression, or choose another Condition."])");
  CHECK(warnings("#{Go}") == "");
  CHECK(warnings("", "Success") == "");
}

TEST_CASE("Steps and actions have names of their own") {
  Editing processes(deployment_process_schema(steps_for_tests()));
  processes.create(
      R"({"ProjectId":"P-1","Steps":[{"Name":"A","Actions":[{"Name":"x","ActionType":"T"}]},{"Name":"a","Actions":[{"Name":"X","ActionType":"T"}]}]})");
  CHECK(processes.problems().find("two steps are named 'a'") != std::string::npos);
  CHECK(processes.problems().find("two actions are named 'X'") != std::string::npos);
}

TEST_CASE("A project names either a version template or a donor package, and lives in the database") {
  Editing projects(project_schema());
  constexpr std::string_view start = R"({"Name":"P","LifecycleId":"L","ProjectGroupId":"G")";
  projects.create(
      fmt::format(R"({},"VersioningStrategy":{{"Template":"1","DonorPackage":{{"DeploymentAction":"A"}}}}}})", start));
  CHECK(projects.problems().find("not both") != std::string::npos);
  projects.create(fmt::format(R"({},"PersistenceSettings":{{"Type":"VersionControlled"}}}})", start));
  CHECK(projects.problems().find("PersistenceSettings.Type") != std::string::npos);
  projects.create(fmt::format("{}}}", start));
  CHECK(projects.problems() == "");
  CHECK(types_of(projects.changes()) == "Channel DeploymentProcess VariableSet ");
}

TEST_CASE("TEN-7: tags get canonical names; one in use can't go, a renamed one is renamed everywhere") {
  Editing sets(tag_set_schema());
  const json::object set = sets.create(R"({"Name":"Ring","Tags":[{"Name":"A"},{"Name":"B"}]})", "TagSets-1");
  CHECK(set.at("Tags").at(1).at("CanonicalTagName") == "Ring/B");
  CHECK(set.at("Tags").at(1).at("Id") == "TagSets-1/Tags-2");
  sets.create(R"({"Name":"Ri/ng","Tags":[{"Name":"A"},{"Name":"a"}]})");
  CHECK(sets.problems().find("must not contain '/'") != std::string::npos);
  CHECK(sets.problems().find("'a' stands twice") != std::string::npos);

  sets.lookup.add("Tenant", {{"Id", "Tenants-1"}, {"TenantTags", json::array{"ring/a", "Other/X"}}});
  sets.lookup.add_use("TagSets-1/Tags-1", {"Tenants-1", "Tenant", "TenantTags"});
  sets.lookup.add("DeploymentProcess",
                  json::parse(R"({"Id":"Z","Steps":[{"Actions":[{"TenantTags":["Ring/A"]}]}]})").as_object());
  sets.lookup.add_use("TagSets-1/Tags-1", {"Z", "DeploymentProcess", "Steps.Actions.TenantTags"});
  sets.update(set, R"({"Name":"Ring","Tags":[{"Name":"B"}]})");
  CHECK(sets.problems().find("'Ring/A' is used by Tenants-1") != std::string::npos);
  sets.update(set, R"({"Name":"Wave","Tags":[{"Id":"TagSets-1/Tags-1","Name":"A"}]})");
  CHECK(sets.problems() == "");
  REQUIRE(sets.changes().update.size() == 2);
  CHECK(json::to_text(sets.changes().update[1].at("Steps")) == R"([{"Actions":[{"TenantTags":["Wave/A"]}]}])");
  CHECK(sets.changes().update[0].at("TenantTags") == json::value(json::array{"Wave/A", "Other/X"}));
}

TEST_CASE("TEN-7: a tenant carries one tag of a single-select set") {
  Editing tenants(tenant_schema());
  tenants.lookup.add("TagSet",
                     {{"Id", "TagSets-1"}, {"SpaceId", "Spaces-1"}, {"Name", "Ring"}, {"Type", "SingleSelect"}});
  tenants.create(R"({"Name":"T","TenantTags":["Ring/A"]})");
  CHECK(tenants.problems() == "");
  CHECK(types_of(tenants.changes()) == "TenantVariables ");
  tenants.create(R"({"Name":"T","TenantTags":["Ring/A","ring/B"]})");
  CHECK(tenants.problems().find("allows one tag") != std::string::npos);
}

TEST_CASE("TEN-10: tenant variables store values alone and show the templates that ask for them") {
  Editing values(tenant_variables_schema());
  for (const char* environment : {"E-1", "E-2"}) {
    values.lookup.add("Environment", {{"Id", environment}, {"SpaceId", "Spaces-1"}});
  }
  values.lookup.add("Project", json::parse(R"({"Id":"Projects-1","SpaceId":"Spaces-1","Templates":[{"Id":"t1"}],
                                    "IncludedLibraryVariableSetIds":["Libs-1"]})")
                                   .as_object());
  values.lookup.add("Tenant", json::parse(R"({"Id":"Tenants-1","SpaceId":"Spaces-1",
                                              "ProjectEnvironments":{"Projects-1":["E-1","E-2"]}})")
                                  .as_object());
  values.lookup.add("LibraryVariableSet",
                    json::parse(R"({"Id":"Libs-1","SpaceId":"Spaces-1","Templates":[{"Id":"t3"}]})").as_object());
  const json::object stored = values.create(
      R"({"TenantId":"Tenants-1","ProjectVariables":{"Projects-1":{"Templates":[1],"ProjectName":"x","Variables":{"E-1":{"t1":"v","t2":null}}}},)"
      R"("LibraryVariables":{"Libs-1":{"LibraryVariableSetName":"x","Variables":{"t3":"w"}}}})");
  CHECK(values.problems() == "");
  CHECK(json::to_text(stored.at("ProjectVariables")) == R"({"Projects-1":{"Variables":{"E-1":{"t1":"v"}}}})");
  CHECK(json::to_text(values.update(stored, "{}").at("ProjectVariables")) ==
        json::to_text(stored.at("ProjectVariables")));

  testing::MemoryLookup lookup;
  lookup.add("Tenant", {{"Id", "Tenants-1"},
                        {"Name", "Fern"},
                        {"ProjectEnvironments", json::object{{"Projects-1", json::array{"E-1", "E-2"}}}}});
  lookup.add("Project", {{"Id", "Projects-1"},
                         {"Name", "Web"},
                         {"Templates", json::array{json::object{{"Id", "t1"}}}},
                         {"IncludedLibraryVariableSetIds", json::array{"Libs-1"}}});
  lookup.add("LibraryVariableSet", {{"Id", "Libs-1"}, {"Name", "Shared"}, {"Templates", json::array()}});
  const json::object shown = tenant_variables_schema().present(stored, lookup);
  CHECK(shown.at("TenantName") == "Fern");
  const json::value& project = shown.at("ProjectVariables").at("Projects-1");
  CHECK(project.at("ProjectName") == "Web");
  CHECK(json::to_text(project.at("Variables")) == R"({"E-1":{"t1":"v"},"E-2":{}})");
  CHECK(json::to_text(shown.at("LibraryVariables").at("Libs-1").at("Variables")) == R"({"t3":"w"})");
}
