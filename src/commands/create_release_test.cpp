#include "commands/create_release.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "commands/change_release.h"
#include "commands/commands_testing.h"
#include "storage/events.h"
#include "views/frozen_release.h"
#include "views/records.h"

namespace slipway::commands {
namespace {

using testing::refused;
using testing::World;
using Texts = std::vector<std::string>;

TEST_CASE_FIXTURE(World,
                  "REL-1: a version is there once, in any spelling, unless the caller accepts the existing one") {
  CHECK(release("1.0").version == "1.0");
  CHECK(refused([&] { release("1.0.0"); }) ==
        Texts{"A release with version 1.0.0 already exists for the project 'Web'."});
  ReleaseRequest again;
  again.version = "v1.0.0";
  again.ignore_if_exists = true;
  const CreatedRelease existing = release(again);
  CHECK(existing.existed);
  CHECK(existing.record.version == "1.0");
}

TEST_CASE_FIXTURE(World, "REL-1: an existing version is answered, or refused, without asking feeds") {
  release("1.0");
  images.clear();
  ReleaseRequest again;
  again.version = "1.0";
  CHECK(refused([&] { release(again); }) == Texts{"A release with version 1.0 already exists for the project 'Web'."});
  again.ignore_if_exists = true;
  CHECK(release(again).existed);
}

TEST_CASE_FIXTURE(World, "VER-8: without a version the server counts on from the last release") {
  CHECK(release("").version == "0.0.1");
  CHECK(release("").version == "0.0.2");
  release("5.0.0");
  CHECK(release("").version == "5.0.1");
}

TEST_CASE_FIXTURE(World, "VER-8: where the next number is taken, the server counts on from the highest") {
  release("1.0.5");
  release("1.0.4");
  CHECK(release("").version == "1.0.6");
}

TEST_CASE_FIXTURE(World, "VER-8: a template without a counter is counted up until a number is free") {
  const auto number_by = [&](const char* text) {
    project.VersioningStrategy.Template = text;
    put(project);
    return release("").version;
  };
  CHECK(number_by("3.1") == "3.1");
  CHECK(number_by("3.1") == "3.2");
  CHECK(number_by("3.1.0") == "3.1.1");
  CHECK(number_by("4.0.0-beta") == "4.0.0-beta");
  CHECK(number_by("4.0.0-beta") == "4.0.1-beta");
  CHECK(number_by("4.0.9-rc.9") == "4.0.9-rc.9");
  CHECK(number_by("4.0.9-rc.9") == "4.0.9-rc.10");
}

TEST_CASE_FIXTURE(World, "VER-7: counters count within their label, and numbers have any length") {
  CHECK(release("1.0.0-beta.i").version == "1.0.0-beta.0");
  CHECK(release("1.0.0-beta.i").version == "1.0.0-beta.1");
  CHECK(release("1.0.0-alpha.i").version == "1.0.0-alpha.0");
  CHECK(release("1.0.0-alpha.i").version == "1.0.0-alpha.1");
  CHECK(release("1.0.0-beta.i").version == "1.0.0-beta.2");
  CHECK(release("20210201130629").version == "20210201130629");
  CHECK(release("20210201130629.i").version == "20210201130629.1");
  CHECK(refused([&] { release("v020210201130629"); }).at(0).find("already exists") != std::string::npos);
}

TEST_CASE_FIXTURE(World, "A version that was typed with blanks around it is trimmed") {
  CHECK(release(" 1.0.0 ").version == "1.0.0");
  CHECK(refused([&] { release("\t1.0.0"); }).size() == 1);
}

TEST_CASE_FIXTURE(World,
                  "VER-7: a number that was taken meanwhile is found anew, and no template is evaluated in a write") {
  CommandContext one = context(), two = context();
  ReleaseRequest request;
  request.project = "Web";
  PreparedRelease first = prepare_release(one, request);
  PreparedRelease second = prepare_release(two, request);
  int writes = 0;
  const auto create = [&](CommandContext& context, PreparedRelease& prepared) {
    return with_free_number(context, prepared, [&] {
      ++writes;
      return database->write("create", [&](storage::Txn& txn) { return create_release(txn, context, prepared); });
    });
  };
  CHECK(create(one, first).record.version == "0.0.1");
  CHECK(create(two, second).record.version == "0.0.2");
  CHECK(writes == 3);
}

TEST_CASE_FIXTURE(World, "PKG-5: an id made of variables is resolved, and either spelling of it names the package") {
  process.Steps[0].Actions[0].Packages[0].PackageId = "#{Repo}";
  put(process);
  model::Variable repo;
  repo.Id = "v1";
  repo.Name = "Repo";
  repo.Value = "team/web";
  variables.Variables = {repo};
  put(variables);
  int number = 0;
  for (const char* spec : {"team/web:1.0.0", "#{Repo}:1.0.0", "Deploy web:1.0.0", "*:1.0.0"}) {
    ReleaseRequest request;
    request.version = "1.0." + std::to_string(++number);
    request.packages.specs = planning::parse_package_specs({spec});
    const auto package = views::body_of(release(request).record).SelectedPackages.at(0);
    CHECK(package.PackageId == "team/web");
    CHECK(package.Version == "1.0.0");
    CHECK(package.Digest == "sha256:10");
  }
  ReleaseRequest request;
  request.packages.specs = planning::parse_package_specs({"team/wbe:1.0.0"});
  CHECK(refused([&] { release(request); }).at(0).find("Did you mean \"team/web\"?") != std::string::npos);
}

TEST_CASE_FIXTURE(World, "VER-4: a tag that is a word alone is not newest beside others") {
  images["team/web"] = {{"9e1a2b3", "sha256:1"}, {"4f177c4", "sha256:2"}, {"latest", "sha256:2"}};
  ReleaseRequest request;
  request.version = "1.0.0";
  CHECK(views::body_of(release(request).record).SelectedPackages.at(0).Version != "latest");
  images["team/web"] = {{"20210201130629", "a"}, {"20210201130630", "b"}, {"20210131120000", "c"}};
  request.version = "1.0.1";
  CHECK(views::body_of(release(request).record).SelectedPackages.at(0).Version == "20210201130630");
}

TEST_CASE_FIXTURE(World, "VER-5: an empty template is none") {
  project.VersioningStrategy.Template = "";
  put(project);
  CHECK(release("").version == "0.0.1");
}

TEST_CASE_FIXTURE(World, "VER-7: a mask counts on from the highest release that fits it") {
  CHECK(release("2.1.i").version == "2.1.0");
  release("2.1.4");
  release("2.0.9");
  CHECK(release("2.1.i").version == "2.1.5");
  CHECK(release("2.c.i").version == "2.1.6");
}

TEST_CASE_FIXTURE(World, "VER-5: a release can take its number from a package") {
  project.VersioningStrategy = {std::nullopt, model::ActionPackage{"Deploy web", ""}};
  put(project);
  ReleaseRequest request;
  request.packages.default_version = "1.1.0";
  CHECK(release(request).record.version == "1.1.0");
}

TEST_CASE_FIXTURE(World, "A text that can't number a release is refused") {
  CHECK(refused([&] { release("1.2.3.4.5"); }).size() == 1);
  CHECK(refused([&] { release("a b/c"); }).size() == 1);
  CHECK(release("DeleteMe5.0").version == "DeleteMe5.0");
}

TEST_CASE_FIXTURE(World, "PKG-4: a release freezes each image's version, registry and digest") {
  ReleaseRequest request;
  request.version = "1.0.0";
  request.packages.specs = planning::parse_package_specs({"Deploy web:1.0.0"});
  const auto packages = views::body_of(release(request).record).SelectedPackages;
  REQUIRE(packages.size() == 1);
  CHECK(packages[0].Version == "1.0.0");
  CHECK(packages[0].Registry == "registry.test");
  CHECK(packages[0].Digest == "sha256:10");
}

TEST_CASE_FIXTURE(World, "PKG-4: an image tag that the feed lacks is refused by name") {
  ReleaseRequest request;
  request.packages.default_version = "3.0.0";
  CHECK(refused([&] { release(request); }) ==
        Texts{"The feed 'Hub' has no image 'team/web:3.0.0', which step 'Deploy web' needs."});
}

TEST_CASE_FIXTURE(World, "PKG-4: a feed that is not there, or another space's, refuses the release by step and feed") {
  model::Feed elsewhere;
  elsewhere.Id = "Feeds-2";
  elsewhere.SpaceId = "Spaces-2";
  elsewhere.Name = "Theirs";
  elsewhere.FeedType = "AwsElasticContainerRegistry";
  put(elsewhere, "Spaces-2");
  for (const char* feed : {"Feeds-999", "Feeds-2"}) {
    process.Steps[0].Actions[0].Packages[0].FeedId = feed;
    put(process);
    CHECK(
        refused([&] { release("1.0.0"); }) ==
        Texts{fmt::format("Step 'Deploy web' takes the package 'team/web' from the feed '{}', which does not exist in "
                          "this space; choose one in the step.",
                          feed)});
  }
  process.Steps[0].Actions[0].Packages[0].FeedId = "Hub";
  put(process);
  CHECK(
      refused([&] { release("1.0.0"); }) ==
      Texts{
          "Step 'Deploy web' takes the package 'team/web' from the feed 'Hub', which is the name of one; give its id, "
          "Feeds-1."});
}

TEST_CASE_FIXTURE(World,
                  "PKG-4: an image that no feed can vouch for is frozen only where the caller asks for it by name") {
  model::Feed unasked;
  unasked.Id = "Feeds-2";
  unasked.SpaceId = "Spaces-1";
  unasked.Name = "Dock";
  unasked.FeedType = "Docker";
  put(unasked);
  const auto attempt = [&](std::string feed, std::vector<std::string> unverified) {
    process.Steps[0].Actions[0].Packages[0].FeedId = std::move(feed);
    put(process);
    ReleaseRequest request;
    request.packages.default_version = "3.0.0";
    request.unverified = std::move(unverified);
    return refused([&] { release(request); });
  };
  for (const char* feed : {"Feeds-2", "", "#{FeedOfTheTenant}"}) {
    CAPTURE(feed);
    const auto problems = attempt(feed, {});
    REQUIRE(problems.size() == 1);
    CHECK(
        problems[0].starts_with("Nothing can say whether 3.0.0 of the package 'team/web' of step 'Deploy web' exists"));
    CHECK(problems[0].ends_with("To release it unproven, name it in UnverifiedPackages."));
  }
  CHECK(attempt("Feeds-2", {"other"}) == Texts{"UnverifiedPackages: 'other' names no package of the process."});
  CHECK(attempt("Feeds-2", {"team/web"}).empty());
  unasked.FeedType = "NuGet";  // holds no images
  put(unasked);
  process.Steps[0].Actions[0].Packages[0].FeedId = "Feeds-2";
  put(process);
  ReleaseRequest request;
  request.version = " 5.0.0\xc2\xa0";
  request.packages.default_version = "3.0.0";
  CHECK(release(request).record.version == "5.0.0");
}

TEST_CASE_FIXTURE(World, "PKG-4: an edit that changes a package's version freezes the new one's digest") {
  const auto made = release("1.0.0");
  CommandContext writing = context();
  const auto edit_to = [&](const char* version) {
    ReleaseEdit edit;
    edit.packages = {{"", "Deploy web", "", version, "", "", "", ""}};
    const auto prepared = prepare_edit(writing, made.id, edit);
    return views::body_of(database->write(
                              "edit", [&](storage::Txn& txn) { return edit_release(txn, writing, made.id, prepared); }))
        .SelectedPackages.at(0);
  };
  const auto edited = edit_to("1.1.0");
  CHECK(edited.Version == "1.1.0");
  CHECK(edited.Digest == "sha256:11");
  CHECK(edited.Registry == "registry.test");
  CHECK(refused([&] { edit_to("3.0.0"); }) ==
        Texts{"The feed 'Hub' has no image 'team/web:3.0.0', which step 'Deploy web' needs."});
  images.clear();
  CHECK(edit_to("1.1.0").Digest == "sha256:11");
}

TEST_CASE_FIXTURE(World, "An edit that was prepared for other packages is noticed in the write") {
  const auto made = release("1.0.0");
  CommandContext writing = context();
  ReleaseEdit edit;
  edit.packages = {{"", "Deploy web", "", "1.1.0", "", "", "", ""}};
  PreparedEdit prepared = prepare_edit(writing, made.id, edit);
  prepared.packages.clear();
  try {
    database->write("edit", [&](storage::Txn& txn) { edit_release(txn, writing, made.id, prepared); });
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::conflict);
  }
}

TEST_CASE_FIXTURE(World, "PKG-6: the newest version that the channel takes is chosen where none was asked for") {
  const auto chosen = [&](const std::string& version) {
    return views::body_of(release(version)).SelectedPackages.at(0).Version;
  };
  CHECK(chosen("1.0.0") == "2.0.0-beta");
  channel.Rules = {{"Rules-1", {{"Deploy web", ""}}, "[1.0,2.0)", "^$"}};
  put(channel, "Spaces-1", "Projects-1");
  CHECK(chosen("1.0.1") == "1.1.0");
  channel.Rules[0].VersionRange = "[7.0,)";
  put(channel, "Spaces-1", "Projects-1");
  CHECK(refused([&] { release("1.0.2"); }).at(0).find("has no version of the package 'team/web'") != std::string::npos);
}

TEST_CASE_FIXTURE(World,
                  "CHN-3: a rule for a package that the process does not have is refused, since it takes any version") {
  const auto with_rule_for = [&](const std::string& action, const std::string& reference) {
    channel.Rules = {{"Rules-1", {{action, reference}}, "[1.0,2.0)", "^$"}};
    put(channel, "Spaces-1", "Projects-1");
  };
  ReleaseRequest request;
  request.packages.default_version = "2.0.0-beta";
  for (const auto& [action, reference] :
       {std::pair<std::string, std::string>{"Deploy wbe", ""}, {"Deploy web", "sidecar"}}) {
    with_rule_for(action, reference);
    const auto problems = refused([&] { release(request); });
    CAPTURE(problems.at(0));
    CHECK(problems.at(0).find("which the process does not have: it has 'team/web' of step 'Deploy web'") !=
          std::string::npos);
  }
  with_rule_for("Deploy wbe", "");
  CHECK(refused([&] { release(request); }).at(0).find("Did you mean \"Deploy web\"?") != std::string::npos);
  request.ignore_channel_rules = true;
  CHECK(views::body_of(release(request).record).SelectedPackages.at(0).Version == "2.0.0-beta");
}

TEST_CASE_FIXTURE(World, "CHN-6: a version against the channel's rule needs the caller's consent") {
  channel.Rules = {{"Rules-1", {{"Deploy web", ""}}, "[1.0,1.1)", ""}};
  put(channel, "Spaces-1", "Projects-1");
  ReleaseRequest request;
  request.packages.default_version = "2.0.0-beta";
  request.channel = "default";
  CHECK(refused([&] { release(request); }).at(0).find("outside of the channel's version range") != std::string::npos);
  channel.Rules = {{"Rules-1", {{"Deploy web", ""}}, "", "^$"}};
  put(channel, "Spaces-1", "Projects-1");
  CHECK(refused([&] { release(request); }).at(0).find("pre-release tag '^$'") != std::string::npos);
  request.ignore_channel_rules = true;
  CHECK(views::body_of(release(request).record).IgnoreChannelRules);
}

TEST_CASE_FIXTURE(World, "OBJ-5: process and variables are frozen, and unchanged ones keep their snapshot's id") {
  model::Variable variable;
  variable.Id = "v1";
  variable.Name = "Colour";
  variable.Value = "red";
  variables.Variables = {variable};
  put(variables);
  const auto first = release("1.0.0");
  const auto second = release("1.0.1");
  CHECK(first.process_snapshot.starts_with("deploymentprocess-Projects-1-s-1-"));
  CHECK(first.process_snapshot == second.process_snapshot);
  variables.Variables[0].Value = "blue";
  put(variables);
  const auto third = release("1.0.2");
  CHECK(third.variables_snapshot != first.variables_snapshot);
  const auto frozen = database->read([&](storage::Reader& reader) { return views::load_frozen(reader, first); });
  CHECK(model::text_of(frozen->project_variables.Variables.at(0).Value) == "red");
}

TEST_CASE_FIXTURE(World, "OBJ-4: a disabled project takes no releases") {
  project.IsDisabled = true;
  put(project);
  CHECK(refused([&] { release("1.0.0"); }) == Texts{"The project 'Web' is disabled, so it takes no new releases."});
}

TEST_CASE_FIXTURE(World, "Unknown projects, channels and package names are refused by name") {
  ReleaseRequest request;
  request.project = "Nope";
  CHECK(refused([&] { release(request); }) == Texts{"There is no project named 'Nope'."});
  request.project = "web";
  request.channel = "Beta";
  CHECK(refused([&] { release(request); }) == Texts{"There is no channel named 'Beta'."});
  request.channel = "";
  request.packages.specs = planning::parse_package_specs({"Deploy api:1.0"});
  CHECK(refused([&] { release(request); }).at(0).find("'Deploy api:1.0' names no step") != std::string::npos);
}

TEST_CASE_FIXTURE(World, "A process that changed after the look-ups is noticed in the write") {
  CommandContext writing = context();
  ReleaseRequest request;
  request.project = "Web";
  const PreparedRelease prepared = prepare_release(writing, request);
  process.Steps[0].Actions[0].Packages[0].PackageId = "team/other";
  put(process);
  try {
    database->write("create", [&](storage::Txn& txn) { create_release(txn, writing, prepared); });
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::conflict);
  }
}

TEST_CASE_FIXTURE(World, "AUD-1: creating a release leaves an audit entry") {
  const auto created = release("1.0.0");
  const auto events = database->read(
      [&](storage::Reader& reader) { return storage::list_events(reader, {.subject = created.id}, {}); });
  REQUIRE(events.items.size() == 1);
  CHECK(events.items[0].message == "Release 1.0.0 of Web was created");
  CHECK(events.items[0].username == "admin");
}

}  // namespace
}  // namespace slipway::commands
