#include "steps/ecs_service/inputs.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "steps/ecs_service/declaration.h"
#include "steps/ecs_service/ecs_context.h"

using namespace slipway;
using namespace slipway::steps;
using namespace slipway::steps::ecs;
using model::InputKind;

namespace {

struct Action : EcsContext {
  Action() { spec.properties["Slipway.Ecs.Containers"] = R"([{"name":"web","image":"shop/web:1"}])"; }
  std::string& operator[](const std::string& property) { return spec.properties[property]; }

  std::vector<std::string> problems() const {
    try {
      read_inputs(*this);
      return {};
    } catch (const Error& error) {
      return error.details();
    }
  }
  /// The first container, from any spelling of the property.
  json::object container(std::string text) {
    (*this)["Slipway.Ecs.Containers"] = std::move(text);
    CHECK(problems() == std::vector<std::string>{});
    return read_inputs(*this).definition.members.at("containerDefinitions").at(0).as_object();
  }
};

bool any_has(const std::vector<std::string>& texts, std::string_view part) {
  return std::any_of(texts.begin(), texts.end(), [&](const auto& t) { return t.find(part) != std::string::npos; });
}

/// The only problem, or all of them for the message of a failed check.
std::string only(const std::vector<std::string>& problems) {
  return problems.size() == 1 ? problems[0] : fmt::format("{} problems: {}", problems.size(), fmt::join(problems, "|"));
}

}  // namespace

TEST_CASE("every declared property is read, and every other of our names refused") {
  int tried = 0;
  for (const auto& property : declaration().inputs) {
    Action action;
    action["Octopus.Action.Aws.AssumeRole"] = "True";
    action["Octopus.Action.Aws.AssumedRoleArn"] = "arn:aws:iam::222222222222:role/deployer";
    const std::string name(property.name);
    CAPTURE(name);
    action[name] = "#{Nope}";
    CHECK(any_has(action.problems(), name + ": the variable has no value."));
    ++tried;
  }
  MESSAGE(tried << " properties");
  Action action;
  action["Slipway.Ecs.DesiredCout"] = "2";
  CHECK(only(action.problems()) ==
        "Slipway.Ecs.DesiredCout is no property that this server reads. Did you mean \"Slipway.Ecs.DesiredCount\"?");
}

TEST_CASE("a flag is true or false, in any case, and anything else is a problem that names it") {
  int tried = 0;
  for (const auto& property : declaration().inputs) {
    if (property.kind != InputKind::Flag) continue;
    const std::string name(property.name);
    CAPTURE(name);
    for (const auto* wrong : {"ture", "on", "2", "True True", "null"}) {
      Action action;
      action[name] = wrong;
      CHECK(any_has(action.problems(), fmt::format("{} must be True or False, not \"{}\".", name, wrong)));
      ++tried;
    }
    for (const auto* right : {"False", "no", " 0 ", "FALSE", ""}) {
      Action action;
      action[name] = right;
      CHECK_FALSE(any_has(action.problems(), name + " must be"));
    }
  }
  CHECK(tried == 20);
}

TEST_CASE("a number outside of its bounds, or none, is a problem that names it") {
  for (const auto& property : declaration().inputs) {
    if (property.kind != InputKind::Number) continue;
    const std::string name(property.name);
    CAPTURE(name);
    for (const auto* wrong : {"-1", "1e3", "12x", "999999999999999999999", "1.5"}) {
      Action action;
      action["Octopus.Action.Aws.AssumeRole"] = "yes";
      action["Octopus.Action.Aws.AssumedRoleArn"] = "arn:aws:iam::222222222222:role/deployer";
      action[name] = wrong;
      CHECK(any_has(action.problems(), name + " must be a whole number from "));
    }
  }
}

TEST_CASE("JSON that is broken is one problem with its place") {
  for (const auto& property : declaration().inputs) {
    if (property.kind != InputKind::JsonList && property.kind != InputKind::JsonObject) continue;
    const std::string name(property.name);
    CAPTURE(name);
    Action action;
    action[name] = "[\n  {\"name\": }\n]";
    CHECK(only(action.problems()).starts_with(name + ": The JSON is malformed at line 2, column 12"));
    action[name] = "7";
    CHECK(only(action.problems()) == name + " must be a JSON list or object.");
  }
}

TEST_CASE("variables may stand for any part of the JSON: all of it, a number, or a piece that is made by a loop") {
  Action action;
  action.variables = {{"Containers", R"([{"name":"web","image":"shop/web:1","memory":256}])"},
                      {"Mem", "256"},
                      {"Env", R"([{"name":"A","value":"1"}])"},
                      {"Label", "team"}};
  CHECK(action.container("#{Containers}").at("memory") == 256);
  CHECK(action.container("\"#{Containers}\"").at("memory") == 256);
  CHECK(action.container(R"([{"name":"web","image":"i","memory":#{Mem}}])").at("memory") == 256);
  CHECK(action.container(R"([{"name":"web","image":"i","memory":"#{Mem}"}])").at("memory") == 256);
  CHECK(action.container(R"([{"name":"web","image":"i","environment":"#{Env}"}])").at("environment").at(0).at("name") ==
        "A");
  CHECK(action.container(R"([{"name":"web","image":"i","dockerLabels":{"#{Label}":"#{Mem}"}}])").at("dockerLabels") ==
        json::parse(R"({"team":"256"})"));
}

TEST_CASE("what a variable holds can't change what the JSON around it says") {
  Action action;
  action.variables = {{"Value", R"(a","privileged":true,"x":"\)"}};
  const json::object container =
      action.container(R"([{"name":"web","image":"i","environment":[{"name":"A","value":"#{Value}"}]}])");
  CHECK(container.at("environment").at(0).at("value") == R"(a","privileged":true,"x":"\)");
  CHECK_FALSE(container.contains("privileged"));
}

TEST_CASE("a problem with replaced text tells its place, but never what a variable holds") {
  Action action;
  action.variables = {{"Secret", "hunter2"}};
  for (const auto* text :
       {"[{\"name\":\"web\",\n\"memory\":#{Secret}}]", R"([{"name":"web","image":"i","memory":"#{Secret}"}])",
        R"([{"name":"web","image":"i","essential":"#{Secret}"}])", "#{Secret}",
        R"([{"name":"web","image":"i","linuxParameters":"#{Secret}"}])"}) {
    CAPTURE(text);
    action["Slipway.Ecs.Containers"] = text;
    CHECK(action.problems().size() == 1);
    CHECK_FALSE(any_has(action.problems(), "hunter2"));
  }
  action["Slipway.Ecs.Containers"] = "[{\"name\":\"web\",\n\"memory\":#{Secret}}]";
  CHECK(only(action.problems())
            .starts_with("Slipway.Ecs.Containers, once its variables were replaced: The JSON is malformed at line 2, "
                         "column 10. Quote"));
  action["Slipway.Ecs.Containers"] = R"([{"name":"web","image":"i","essential":"#{Secret}"}])";
  CHECK(only(action.problems()) ==
        "Slipway.Ecs.Containers[0].essential must be true or false, not what \"#{Secret}\" stands for.");
  action["Slipway.Ecs.Containers"] = R"([{"name":"web","image":"i"}])";
  action["Slipway.Ecs.ForceNewDeployment"] = "#{Secret}";
  CHECK(only(action.problems()) ==
        "Slipway.Ecs.ForceNewDeployment must be True or False, not what \"#{Secret}\" stands for.");
}

TEST_CASE("values are converted by their place in AWS's model, not by their names") {
  Action action;
  action.variables = {{"R", "True"}, {"P", "60"}};
  const json::object container = action.container(R"([{"name":"web","image":"i",
      "restartPolicy":{"enabled":"#{R}","restartAttemptPeriod":"#{P}"},"environment":[{"name":"DEBUG","value":true},
      {"name":"PORT","value":8080}],"privileged":"no","readonlyRootFilesystem":"1","dockerLabels":{"cpu":"2"}}])");
  CHECK(container.at("restartPolicy") == json::parse(R"({"enabled":true,"restartAttemptPeriod":60})"));
  CHECK(container.at("environment") ==
        json::parse(R"([{"name":"DEBUG","value":"true"},{"name":"PORT","value":"8080"}])"));
  CHECK(container.at("privileged") == false);
  CHECK(container.at("readonlyRootFilesystem") == true);
  CHECK(container.at("dockerLabels").at("cpu") == "2");
  action["Slipway.Ecs.Volumes"] = R"([{"name":"v","efsVolumeConfiguration":{"fileSystemId":"f",
      "transitEncryptionPort":"2999"}},{"name":"w","dockerVolumeConfiguration":{"autoprovision":"true",
      "driverOpts":{"size":"20"}}}])";
  CHECK(action.problems().empty());
  const json::value volumes = read_inputs(action).definition.members.at("volumes");
  CHECK(volumes.at(0).at("efsVolumeConfiguration").at("transitEncryptionPort") == 2999);
  CHECK(volumes.at(1).at("dockerVolumeConfiguration") ==
        json::parse(R"({"autoprovision":true,"driverOpts":{"size":"20"}})"));
}

TEST_CASE("misspelt members are refused with the right ones, wherever they stand") {
  Action action;
  action["Slipway.Ecs.Containers"] =
      R"([{"name":"web","image":"i","enviroment":[],"environment":[{"Name":"A","Value":"1"}]}])";
  const auto problems = action.problems();
  CHECK(any_has(problems, "Containers[0].enviroment is no member that AWS knows. Did you mean \"environment\"?"));
  CHECK(any_has(problems, "Containers[0].environment[0].Name is no member that AWS knows. Did you mean \"name\"?"));
  CHECK(any_has(problems, "Containers[0].environment[0].Value is no member that AWS knows. Did you mean \"value\"?"));
  action["Slipway.Ecs.Containers"] = R"([{"name":"web","image":"i","quantum":1}])";
  action["Slipway.Ecs.TaskDefinition"] = R"({"ephemeralStorge":{"sizeInGiB":50}})";
  CHECK(only(action.problems()) ==
        "Slipway.Ecs.TaskDefinition.ephemeralStorge is no member that AWS knows. Did you mean \"ephemeralStorage\"?");
  action["Slipway.Ecs.TaskDefinition"] = R"({"registeredBy":"me"})";
  const auto warnings = read_inputs(action).definition.warnings;
  CHECK(any_has(warnings, "Slipway.Ecs.TaskDefinition.registeredBy is AWS's to set; it is left out."));
  CHECK(any_has(warnings, "Slipway.Ecs.Containers[0].quantum is no member that AWS's model knows"));
}

TEST_CASE("what people paste of AWS's answers is told apart from a definition") {
  Action action;
  action["Slipway.Ecs.TaskDefinition"] = R"({"taskDefinition":{"family":"web"},"tags":[]})";
  CHECK(only(action.problems()).find("give what stands in its taskDefinition") != std::string::npos);
  action["Slipway.Ecs.TaskDefinition"] =
      R"({"tags":[{"key":"slipway:unit","value":"x"},{"key":"Owner","value":"me"}]})";
  CHECK(only(action.problems()).find("\"slipway:unit\" can't be a tag's key") != std::string::npos);
}

TEST_CASE("a sensitive value that would become plain text is a warning that names container and variable") {
  Action action;
  action.variables = {{"Password", "hunter2"}};
  const std::string container =
      R"({"name":"web","image":"i","environment":[{"name":"DB","value":"pg://u:#{Password}@h"}]})";
  for (const auto& [property, text] :
       {std::pair<std::string, std::string>{"Slipway.Ecs.Containers", "[" + container + "]"},
        {"Slipway.Ecs.ContainerChanges", "[" + container + "]"},
        {"Slipway.Ecs.TaskDefinition", R"({"containerDefinitions":[)" + container + "]}"}}) {
    Action other;
    other.variables = action.variables;
    other["Slipway.Ecs.Containers"] = "";  // it would win over the definition's
    other[property] = text;
    const auto warnings = read_inputs(other).definition.warnings;
    REQUIRE_FALSE(warnings.empty());
    CHECK(warnings[0].starts_with("Container web: the environment variable DB holds a sensitive variable's value"));
    CHECK(warnings[0].find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a sensitive value is warned of wherever it stands in a definition") {
  const std::pair<std::string, std::string> places[] = {
      {R"({"command":["--password=#{Password}"]})", "Container web: command[0] holds"},
      {R"({"entryPoint":["sh","-c","run #{Password}"]})", "Container web: entryPoint[2] holds"},
      {R"({"dockerLabels":{"token":"#{Password}"}})", "Container web: dockerLabels.token holds"},
      {R"({"healthCheck":{"command":["CMD","#{Password}"]}})", "Container web: healthCheck.command[1] holds"},
      {R"({"logConfiguration":{"logDriver":"splunk","options":{"splunk-token":"#{Password}"}}})",
       "Container web: logConfiguration.options.splunk-token holds"},
      {R"({"secrets":[{"name":"P","valueFrom":"#{Password}"}]})", "Container web: secrets[0].valueFrom holds"}};
  for (const auto& [members, said] : places) {
    for (const std::string property : {"Slipway.Ecs.Containers", "Slipway.Ecs.ContainerChanges"}) {
      Action action;
      action.variables = {{"Password", "hunter2"}};
      action[property] = R"([{"name":"web","image":"i",)" + members.substr(1) + "]";
      action.spec.packages.clear();
      const auto warnings = read_inputs(action).definition.warnings;
      REQUIRE(warnings.size() == 1);
      CHECK(warnings[0].starts_with(said));
      CHECK(warnings[0].find("hunter2") == std::string::npos);
    }
  }
  Action action;
  action.variables = {{"Password", "hunter2"}};
  action["Slipway.Ecs.Volumes"] =
      R"([{"name":"v","dockerVolumeConfiguration":{"driver":"cifs","driverOpts":{"o":"password=#{Password}"}}}])";
  CHECK(any_has(read_inputs(action).definition.warnings, "volumes[0].dockerVolumeConfiguration.driverOpts.o holds"));
}

TEST_CASE("a variable stands once, plain or secret") {
  Action action;
  action["Slipway.Ecs.Containers"] =
      R"([{"name":"web","image":"i","environment":[{"name":"A","value":"1"},{"value":"2"}],
      "secrets":[{"name":"A","valueFrom":"/a"}]}])";
  CHECK(any_has(action.problems(), "Containers[0].secrets[0]: \"A\" stands twice in environment and secrets"));
  CHECK(any_has(action.problems(), "Containers[0].environment[1].name is missing."));
}

TEST_CASE("a package gives its image by digest, and one without registry is refused") {
  Action action;
  CHECK(action.container(R"([{"name":"web","package":"WEB"}])").at("image") ==
        "111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop/web@sha256:"
        "2222222222222222222222222222222222222222222222222222222222222222");
  CHECK(read_inputs(action).definition.digests.at("web").starts_with("sha256:2222"));
  action["Slipway.Ecs.Containers"] = R"([{"name":"web","package":"wbe"}])";
  CHECK(only(action.problems()).ends_with("no package reference \"wbe\". Did you mean \"web\"?"));
  action["Slipway.Ecs.Containers"] = R"([{"name":"web","package":"api"}])";
  CHECK(only(action.problems()) ==
        "Slipway.Ecs.Containers[0].package: this action has no package reference \"api\". It has \"web\".");
  for (const char* property : {"Slipway.Ecs.Containers", "Slipway.Ecs.ContainerChanges"}) {
    Action both;
    both[property] = R"([{"name":"web","package":"web","image":"shop/web:1"}])";
    CHECK(any_has(both.problems(), "[0] has both \"package\" and \"image\""));
  }
  action.spec.packages = {{"api", "/shop/api:1.2.0", "1.2.0", ""}};
  CHECK(only(action.problems()).find("gives the image \"/shop/api:1.2.0\", which names no registry") !=
        std::string::npos);
  action["Slipway.Ecs.Containers"] = R"([{"name":"web","image":"/shop/api:1.2.0"}])";
  CHECK(only(action.problems()).find("is no name of an image") != std::string::npos);
}

TEST_CASE("a package that no container takes is a warning, since the step doesn't roll its version out") {
  const std::string told = "No container takes the package reference \"web\", so its version 2.0.0 is not what";
  const auto is_told = [&](const Action& action) { return any_has(read_inputs(action).definition.warnings, told); };
  Action action;
  CHECK(is_told(action));
  action["Slipway.Ecs.Containers"] = R"([{"name":"web","package":"web"}])";
  CHECK_FALSE(is_told(action));
  action["Slipway.Ecs.Containers"] = "";
  action["Slipway.Ecs.ContainerChanges"] = R"([{"name":"web","memory":256}])";
  CHECK(is_told(action));
  action["Slipway.Ecs.ContainerChanges"] =
      R"([{"name":"web","image":"111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop/web:2.0.0"}])";
  CHECK_FALSE(is_told(action));
  action.variables = {{"Octopus.Action.Package[web].Image", "shop/web:2"}};
  action["Slipway.Ecs.ContainerChanges"] = R"([{"name":"web","image":"#{Octopus.Action.Package[web].Image}"}])";
  CHECK_FALSE(is_told(action));
}

TEST_CASE("a role whose use is not switched on is refused, since the step would act as somebody else") {
  Action action;
  action["Octopus.Action.Aws.AssumedRoleArn"] = "arn:aws:iam::222222222222:role/deploy";
  CHECK(only(action.problems()) ==
        "Octopus.Action.Aws.AssumedRoleArn is given, but Octopus.Action.Aws.AssumeRole is not: set it to True, or to "
        "False if this is not to count.");
  action["Octopus.Action.Aws.AssumeRole"] = "False";
  CHECK(action.problems().empty());
  action["Octopus.Action.Aws.AssumedRoleArn"] = "";
  action["Octopus.Action.Aws.AssumeRole"] = "";
  action["Octopus.Action.Aws.AssumeRoleExternalId"] = "an-id";
  CHECK(only(action.problems()).starts_with("Octopus.Action.Aws.AssumeRoleExternalId is given, but"));
}

TEST_CASE("pasted blanks around identifiers do no harm") {
  Action action;
  action["Octopus.Action.Aws.Region"] = " eu-west-1\n";
  action["Slipway.Ecs.Service"] = "web ";
  action["Slipway.Ecs.ExecutionRole"] = "\tarn:aws:iam::222222222222:role/execution \r\n";
  action["Octopus.Action.Aws.AssumeRole"] = "True ";
  action["Octopus.Action.Aws.AssumedRoleArn"] = " arn:aws:iam::222222222222:role/deployer ";
  const Inputs inputs = read_inputs(action);
  CHECK(inputs.login.region == "eu-west-1");
  CHECK(inputs.target.service == "web");
  CHECK(inputs.definition.members.at("executionRoleArn") == "arn:aws:iam::222222222222:role/execution");
  CHECK(inputs.login.role->role_arn == "arn:aws:iam::222222222222:role/deployer");
}

TEST_CASE("a role may be named alone in an account that is given") {
  Action action;
  action["Octopus.Action.Aws.AssumeRole"] = "1";
  action["Octopus.Action.Aws.AssumedRoleArn"] = "deployer";
  CHECK(any_has(action.problems(), "must be a role ARN"));
  action["Slipway.Aws.AccountId"] = "222222222222";
  CHECK(read_inputs(action).login.role->role_arn == "arn:aws:iam::222222222222:role/deployer");
}

TEST_CASE("what an ARN says of its place must be where the action signs in") {
  Action action;
  action["Slipway.Ecs.Service"] = "arn:aws:ecs:eu-central-1:222222222222:service/prod/web";
  CHECK(only(action.problems()) ==
        "Slipway.Ecs.Service is in eu-central-1, but Octopus.Action.Aws.Region is eu-west-1.");
  action["Slipway.Ecs.Service"] = "arn:aws:ecs:eu-west-1:222222222222:service/test/web";
  CHECK(only(action.problems()) == "Slipway.Ecs.Cluster is prod, but Slipway.Ecs.Service is in the cluster test.");
  action.spec.properties.erase("Slipway.Ecs.Cluster");
  CHECK(read_inputs(action).target.cluster == "test");
  CHECK(read_inputs(action).login.account == "222222222222");
  action["Slipway.Ecs.Cluster"] = "arn:aws:ecs:eu-west-1:333333333333:cluster/test";
  CHECK(only(action.problems()) ==
        "Slipway.Ecs.Cluster is in account 333333333333, but the action signs in to 222222222222.");
  action["Slipway.Ecs.Cluster"] = "arn:aws:ecs:eu-west-1:222222222222:service/test/web";
  CHECK(only(action.problems()).find("must be the name or the ARN of an ECS cluster") != std::string::npos);
}

TEST_CASE("something must be deployed, and all of it be known") {
  Action action;
  action.spec.properties.erase("Slipway.Ecs.Containers");
  action.spec.properties.erase("Slipway.Ecs.TaskFamily");
  CHECK(only(action.problems()).starts_with("Nothing is to be deployed"));
  action["Slipway.Ecs.ContainerChanges"] = R"([{"name":"web","image":"shop/web:2"}])";
  CHECK(action.problems().empty());
  action["Slipway.Ecs.CarryOver"] = "False";
  CHECK(only(action.problems()).find("must describe the containers") != std::string::npos);
  action["Slipway.Ecs.Containers"] = R"([{"name":"web","image":"shop/web:1"}])";
  CHECK(only(action.problems()).find("TaskFamily must name") != std::string::npos);
  action["Slipway.Ecs.Containers"] = "[]";
  CHECK(any_has(action.problems(), "Slipway.Ecs.Containers has no container."));
}
