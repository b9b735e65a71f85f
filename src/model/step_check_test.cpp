#include "model/step_check.h"

#include <doctest/doctest.h>
#include <fmt/ranges.h>

#include <string>

using namespace slipway;
using namespace slipway::model;

namespace {

bool service_names_cluster(const GivenInputs& given) {
  const auto service = given.find("Slipway.Web.Service");
  return service != given.end() && (!service->second.value || service->second.value->starts_with("arn:"));
}

StepDeclarations declarations() {
  StepDeclaration web{.type = "Slipway.Web", .name = "Web", .category = "Other", .description = "Tells the web."};
  web.inputs = {
      text_input("Slipway.Web.Service", "the service").required("the service"),
      text_input("Slipway.Web.Cluster", "the cluster")
          .required_unless("the cluster", "the service's ARN names it", service_names_cluster),
      number_input("Slipway.Web.Count", 1, 9, "how many").left_out("unchanged"),
      flag_input("Slipway.Web.AsRole", "`True`: as somebody else"),
      text_input("Slipway.Web.Role", "as whom").only_with("Slipway.Web.AsRole").required("the role"),
      text_input("Slipway.Web.Owner", "the owner").only_without("Slipway.Web.AsRole").required("the owner"),
      choice_input("Slipway.Web.WhenBusy", {"Wait", "Refuse", "Supersede"}, "what to do when it is busy"),
      json_list_input("Slipway.Web.Changes", "what changes"),
      secret_input("Slipway.Web.Token", "what it signs in with"),
      region_input("Acme.Region", "where"),
  };
  web.namespaces = {"Acme."};
  web.at_least_one_of = {"Slipway.Web.Changes", "Slipway.Web.Count"};
  web.nothing_given = "Nothing is to change.";
  StepDeclaration nothing{.type = "Slipway.NoOp", .name = "Nothing", .category = "Other", .description = "Nothing."};
  return StepDeclarations({std::move(web), std::move(nothing)});
}

const json::object good = {{"Slipway.Web.Service", "web"},
                           {"Slipway.Web.Cluster", "prod"},
                           {"Slipway.Web.Owner", "A"},
                           {"Slipway.Web.Count", "2"}};

/// Of the good action with some properties changed, null for gone.
std::string warned(const json::object& changes, std::string_view type = "Slipway.Web", bool is_disabled = false) {
  json::object properties = good;
  for (const auto& change : changes) {
    if (change.value().is_null()) {
      properties.erase(change.key());
    } else {
      properties[change.key()] = json::value(change.value());
    }
  }
  const json::object action{{"ActionType", type}, {"IsDisabled", is_disabled}, {"Properties", std::move(properties)}};
  return fmt::format("{}", fmt::join(action_warnings(declarations(), action), " | "));
}

}  // namespace

TEST_CASE("an action that has what its step type declares is warned of nothing") {
  CHECK(warned({}) == "");
  CHECK(warned({{"Slipway.Web.Token", stored_secret("Secrets-1")}, {"Acme.Region", "eu-west-1"}}) == "");
  CHECK(warned({{"Slipway.Web.Changes", "[]"}, {"Slipway.Web.WhenBusy", "refuse"}, {"Octopus.Other", "x"}}) == "");
}

TEST_CASE("a required input that is missing or blank is warned of, unless something else tells it") {
  CHECK(warned({{"Slipway.Web.Service", nullptr}}) == "Slipway.Web.Service is missing: give the service.");
  CHECK(warned({{"Slipway.Web.Service", "  "}}) == "Slipway.Web.Service is missing: give the service.");
  CHECK(warned({{"Slipway.Web.Cluster", nullptr}}) == "Slipway.Web.Cluster is missing: give the cluster.");
  CHECK(warned({{"Slipway.Web.Cluster", nullptr}, {"Slipway.Web.Service", "arn:web"}}) == "");
  CHECK(warned({{"Slipway.Web.Cluster", nullptr}, {"Slipway.Web.Service", "#{Service}"}}) == "");
  CHECK(warned({{"Slipway.Web.Count", nullptr}}) == "Nothing is to change.");
}

TEST_CASE("an input that a flag switches on is asked for with it, and idle without it") {
  CHECK(warned({{"Slipway.Web.AsRole", "True"}}) == "Slipway.Web.Role is missing: give the role.");
  CHECK(warned({{"Slipway.Web.AsRole", "yes"}, {"Slipway.Web.Role", "r"}, {"Slipway.Web.Owner", nullptr}}) == "");
  CHECK(warned({{"Slipway.Web.AsRole", "#{AsRole}"}, {"Slipway.Web.Owner", nullptr}}) == "");
  CHECK(warned({{"Slipway.Web.Owner", nullptr}}) == "Slipway.Web.Owner is missing: give the owner.");
  CHECK(warned({{"Slipway.Web.Role", "r"}}) ==
        "Slipway.Web.Role is given, but Slipway.Web.AsRole is not: set it to True, or to False if this is not to "
        "count.");
  CHECK(warned({{"Slipway.Web.Role", "r"}, {"Slipway.Web.AsRole", "False"}}) == "");
}

TEST_CASE("a value that its input can't take is warned of, and what holds variables is not judged") {
  struct {
    const char* name;
    const char* wrong;
    const char* why;
  } const cases[] = {
      {"Slipway.Web.Count", "10", "Slipway.Web.Count must be a whole number from 1 to 9, not \"10\"."},
      {"Slipway.Web.Count", "two", "Slipway.Web.Count must be a whole number from 1 to 9, not \"two\"."},
      {"Slipway.Web.AsRole", "ture", "Slipway.Web.AsRole must be True or False, not \"ture\"."},
      {"Slipway.Web.WhenBusy", "Hope", "Slipway.Web.WhenBusy must be Wait, Refuse or Supersede, not \"Hope\"."},
      {"Slipway.Web.Changes", "7", "Slipway.Web.Changes must be a JSON list or object."},
      {"Acme.Region", "eu-wset-1", "Acme.Region: 'eu-wset-1' is no AWS region"},
      {"Slipway.Web.Changes", "[", "Slipway.Web.Changes: "},
  };
  for (const auto& each : cases) {
    const std::string told = warned({{each.name, each.wrong}});
    CHECK_MESSAGE(told.starts_with(each.why), told);
    CHECK(warned({{each.name, "#{Variable}"}}).find(std::string(each.name) + " must be") == std::string::npos);
  }
}

TEST_CASE("a value that came from a variable or a secret is not quoted") {
  const StepInput count = number_input("Count", 1, 9, "how many");
  CHECK(why_not(count, {"#{N}", "hunter2"}) ==
        "Count must be a whole number from 1 to 9, not what \"#{N}\" stands for.");
  CHECK(why_not(count, {"", "hunter2"}) ==
        "Count must be a whole number from 1 to 9, not the sensitive value that is stored there.");
}

TEST_CASE("a secret that stands in a process as text is warned of") {
  CHECK(warned({{"Slipway.Web.Token", "hunter2"}})
            .starts_with("Slipway.Web.Token stands in the process for everyone to read"));
  CHECK(warned({{"Slipway.Web.Token", "hunter2"}}).find("hunter2") == std::string::npos);
  CHECK(warned({{"Slipway.Web.Token", "#{Token}"}}) == "");
}

TEST_CASE("a step type that this server lacks, and an input that another type reads, are warned of") {
  CHECK(warned({}, "Octopus.AwsRunScript") ==
        "This server has no step of type 'Octopus.AwsRunScript'; it fails when it is due.");
  CHECK(warned({{"Slipway.Web.Service", nullptr}, {"Slipway.Web.Cluster", nullptr}, {"Slipway.Web.Owner", nullptr}},
               "Slipway.NoOp") == "Slipway.Web.Count does nothing here: Slipway.NoOp does not read it.");
  CHECK(warned({{"Slipway.Web.Service", nullptr}}, "Slipway.Web", true) == "");
  CHECK(action_warnings({}, {{"ActionType", "Octopus.AwsRunScript"}}).empty());
}

TEST_CASE("every property misspelt by a letter is refused, and the right one named") {
  const StepDeclarations steps = declarations();
  int tried = 0;
  for (const StepInput& input : steps.all()[0].inputs) {
    CHECK_FALSE(why_unknown_property(steps, "Slipway.Web", input.name));
    // The namespace itself stays right: "Slipwya.…" may be somebody else's.
    for (std::size_t at = input.name.rfind('.') + 1; at < input.name.size(); ++at) {
      for (const std::string& slip :
           {std::string(input.name).erase(at, 1), std::string(input.name).insert(at, 1, 'x')}) {
        CAPTURE(slip);
        const auto why = why_unknown_property(steps, "Slipway.Web", slip);
        REQUIRE(why);
        CHECK(why->find("Did you mean \"" + input.name + "\"?") != std::string::npos);
        CHECK(why_unread_property(steps.all()[0], slip).has_value() == input.name.starts_with("Acme."));
        ++tried;
      }
    }
  }
  CHECK(tried > 100);
}

TEST_CASE("case counts in the name of a property") {
  CHECK(why_unknown_property(declarations(), "Slipway.Web", "slipway.web.service")
            .value()
            .ends_with("Did you mean \"Slipway.Web.Service\"?"));
}

TEST_CASE("properties of other namespaces are other people's") {
  const StepDeclarations steps = declarations();
  CHECK_FALSE(why_unknown_property(steps, "Slipway.Web", "Octopus.Action.EnabledFeatures"));
  CHECK_FALSE(why_unknown_property(steps, "Octopus.AwsRunScript", "Acme.Regoin"));
  CHECK(why_unknown_property(steps, "Octopus.Manual", "Slipway.Web.Servce"));
  CHECK_FALSE(why_unknown_property({}, "Octopus.Manual", "Slipway.Web.Servce"));
}

TEST_CASE("the docs' table says of each input what it is, and what leaving it out comes to") {
  const std::string docs = input_docs(declarations().all()[0]);
  for (const char* line : {
           "| Property | Kind | Meaning | Default |\n|---|---|---|---|\n",
           "| `Slipway.Web.Service` | text | the service | required |\n",
           "| `Slipway.Web.Cluster` | text | the cluster | required, unless the service's ARN names it |\n",
           "| `Slipway.Web.Count` | number, 1 to 9 | how many | unchanged |\n",
           "| `Slipway.Web.AsRole` | flag | `True`: as somebody else | `False` |\n",
           "| `Slipway.Web.Role` | text | as whom | required if `Slipway.Web.AsRole` is `True` |\n",
           "| `Slipway.Web.Owner` | text | the owner | required, unless `Slipway.Web.AsRole` is `True` |\n",
           "| `Slipway.Web.WhenBusy` | `Wait`, `Refuse`, `Supersede` | what to do when it is busy | `Wait` |\n",
           "| `Slipway.Web.Token` | secret | what it signs in with |  |\n",
       }) {
    CHECK_MESSAGE(docs.find(line) != std::string::npos, line);
  }
}
