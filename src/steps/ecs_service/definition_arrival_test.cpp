// What arrives at AWS of what a task definition says, against the simulated clouds.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "aws_model/model.h"
#include "base/disk.h"
#include "base/executor.h"
#include "cloud/ecs.h"
#include "cloud/task_definition.h"
#include "sim/core/loopback.h"
#include "sim/core/simulator.h"
#include "steps/ecs_service/ecs_context.h"
#include "steps/ecs_service/ecs_service_step.h"
#include "steps/ecs_service/rollout.h"

using namespace slipway;
using namespace slipway::steps;
using namespace std::chrono_literals;

namespace {

/// An account with its repository for each image of the definition that lies in ECR.
json::array registries_of(const json::object& definition) {
  json::array accounts;
  for (const auto& container : definition.at("containerDefinitions").as_array()) {
    const std::string image(json::view(container.at("image").as_string()));
    if (image.find(".dkr.ecr.") == std::string::npos) continue;
    const auto slash = image.find('/'), end = image.find_first_of(":@", slash);
    json::object version{{image[end] == ':' ? "tag" : "digest", image.substr(end + 1)}};
    accounts.push_back({{"id", image.substr(0, 12)},
                        {"repositories", json::array{{{"name", image.substr(slash + 1, end - slash - 1)},
                                                      {"pullableBy", json::array{"222222222222"}},
                                                      {"images", json::array{std::move(version)}}}}}});
  }
  return accounts;
}

/// An account with a service "web" that runs `definition`, and the step that deploys to it.
struct SimulatedShop {
  explicit SimulatedShop(const json::object& definition, json::object service = {}) {
    service["cluster"] = "prod";
    service["serviceName"] = "web";
    service["taskDefinition"] = *json::text_at(definition, "family");
    if (!service.contains("schedulingStrategy")) service["desiredCount"] = 1;
    const json::value key{{"user", "hub"}, {"accessKeyId", "key"}, {"secretAccessKey", "key"}};
    json::array accounts = registries_of(definition);
    accounts.push_back({{"id", "222222222222"},
                        {"accessKeys", json::array{key}},
                        {"clusters", json::array{{{"name", "prod"}}}},
                        {"taskDefinitions", json::array{definition}},
                        {"services", json::array{std::move(service)}}});
    simulator.load({{"accounts", std::move(accounts)}});
    ctx.spec.properties.erase("Slipway.Ecs.TaskFamily");
    ctx.spec.properties.erase("Slipway.Ecs.Containers");
    ecs::Verdict healthy;
    healthy.Ending = ecs::Ending::Healthy;
    ctx.waits["rollout settled"] = {AwaitState::value, json::to_json(healthy)};
    runtime.pause = [this](Duration d) { clock.advance(d); };
  }

  Outcome deploy() {
    const Outcome outcome = step.execute(ctx);
    clock.advance(15min);  // so that the rollout is over before the next one
    return outcome;
  }

  /// The property set to that JSON, deployed; the revision that the service is at then, as AWS shows it.
  json::object deploy(std::string property, const json::value& value) {
    ctx.spec.properties[std::move(property)] = json::to_text(value);
    const Outcome outcome = deploy();
    CAPTURE(outcome.message);
    REQUIRE(outcome.result == Result::Success);
    return running();
  }

  json::object running() {
    const auto service = aws::ecs::describe_services(client(), "prod", {"web"}).items.at(0);
    const std::string arn(*json::text_at(service, "taskDefinition"));
    const auto found = aws::ecs::describe_task_definition(client(), arn);
    json::object shown = aws::registrable(found->definition);
    json::object& tags = shown["tags"].emplace_object();
    for (const auto& [name, tag] : found->tags) {
      if (!name.starts_with("slipway:")) tags[name] = tag;
    }
    return shown;
  }

  int revisions() {
    int count = 0;
    aws::ecs::each_task_definition(client(), "web", [&](const std::string&) { return ++count < 1000; });
    return count;
  }

  aws::Client client() {
    return {runtime, credentials.provider(aws::static_keys("key", Secret("key"))), "eu-west-1", aws::kEachCall};
  }

  ManualClock clock;
  SeededRandom random{5};
  sim::Simulator simulator{clock, {}};
  sim::LoopbackClient http{simulator};
  aws::Runtime runtime{http, clock, random};
  aws::CredentialCache credentials{clock, random};
  SimulatedExecutor executor{clock, random};
  aws::ServicePoller poller{executor, clock, random};
  EcsServiceStep step{{runtime, credentials, [] { return aws::static_keys("key", Secret("key")); }}, poller};
  EcsContext ctx;
};

void differences(const json::value& a, const json::value& b, const std::string& path, std::vector<std::string>& out) {
  if (a == b) return;
  const auto inside = [&](const json::value& v, const json::value& w, const std::string& at) {
    differences(v, w, at, out);
  };
  if (a.is_object() && b.is_object()) {
    for (const auto& [name, value] : a.get_object()) {
      const json::value* other = b.get_object().if_contains(name);
      inside(value, other ? *other : json::value("(absent)"), fmt::format("{}.{}", path, std::string_view(name)));
    }
    for (const auto& [name, value] : b.get_object()) {
      if (!a.get_object().contains(name)) out.push_back(fmt::format("{}.{}", path, std::string_view(name)));
    }
  } else if (a.is_array() && b.is_array() && a.get_array().size() == b.get_array().size()) {
    for (std::size_t i = 0; i < a.get_array().size(); ++i) {
      inside(a.get_array()[i], b.get_array()[i], fmt::format("{}[{}]", path, i));
    }
  } else {
    out.push_back(path);
  }
}

std::vector<std::string> differences(const json::object& a, const json::object& b) {
  std::vector<std::string> out;
  differences(a, b, "", out);
  return out;
}

const aws::Shape& task_definition_shape() { return *aws::input_of("ecs", "RegisterTaskDefinition"); }

// What must have a certain form, or name something else in the definition.
const std::map<std::string, json::value> kMeant = {
    {".family", "web"},
    {".cpu", "256"},
    {".memory", "512"},
    {".taskRoleArn", "arn:aws:iam::222222222222:role/task"},
    {".executionRoleArn", "arn:aws:iam::222222222222:role/execution"},
    {".ephemeralStorage.sizeInGiB", 50},
    {".volumes[0].name", "data"},
    {".containerDefinitions[0].mountPoints[0].sourceVolume", "data"},
    {".containerDefinitions[0].volumesFrom[0].sourceContainer", "other"},
    {".containerDefinitions[0].dependsOn[0].containerName", "other"},
    {".containerDefinitions[0].environment[0].name", "PLAIN"},
    {".containerDefinitions[0].memory", 64},
    {".containerDefinitions[0].memoryReservation", 32},
    {".containerDefinitions[0].portMappings[0].containerPortRange", "80-90"},
};

/// A value for every member below.
json::value sample(const aws::Shape& shape, const std::string& path) {
  if (const auto meant = kMeant.find(path); meant != kMeant.end()) return meant->second;
  switch (shape.kind) {
    case aws::Kind::structure: {
      json::object out;
      for (const auto& member : shape.members) out[member.name] = sample(*member.shape, path + "." + member.name);
      return out;
    }
    case aws::Kind::list:
      return json::array{sample(*shape.item, path + "[0]")};
    case aws::Kind::map:
      return json::object{{"key", sample(*shape.item, path + ".key")}};
    case aws::Kind::flag:
      return true;
    case aws::Kind::number:
    case aws::Kind::decimal:
      return static_cast<std::int64_t>(shape.least.value_or(0)) + 1;
    case aws::Kind::text:
      break;
  }
  return json::value(shape.values.empty() ? "x" : std::string_view(shape.values.front()));
}

json::object sample_definition() {
  json::object definition = sample(task_definition_shape(), "").as_object();
  definition["containerDefinitions"].as_array().push_back(
      json::object{{"name", "other"}, {"image", "busybox:1"}, {"essential", false}});
  return definition;
}

/// Another value that may stand in the same place; null where the rest would have to change with it.
json::value other(const json::value& value, const aws::Shape& shape, const std::string& path) {
  // The names that others use, and the one value that the service's launch type needs.
  static const std::vector<std::string> bound = {
      ".volumes[0].name", ".containerDefinitions[0].mountPoints[0].sourceVolume",
      ".containerDefinitions[0].volumesFrom[0].sourceContainer", ".containerDefinitions[0].dependsOn[0].containerName",
      ".requiresCompatibilities[0]"};
  if (std::find(bound.begin(), bound.end(), path) != bound.end()) return nullptr;
  if (value.is_bool()) {
    // The last essential container must stay one.
    return path.ends_with(".essential") ? json::value(nullptr) : json::value(!value.get_bool());
  }
  if (value.is_int64()) return value.get_int64() + 1;
  const auto& values = shape.values;
  if (values.size() == 1) return nullptr;
  if (values.size() > 1) return json::value(std::string_view(values[1]));
  if (path == ".cpu" || path == ".memory") return "1024";
  return json::value(std::string(json::view(value.get_string())) + "2");
}

using Visit = std::function<void(json::value&, const aws::Shape&, const std::string&)>;

void each_leaf(json::value& value, const aws::Shape& shape, const std::string& path, const Visit& visit) {
  if (shape.kind == aws::Kind::structure) {
    for (const auto& member : shape.members) {
      each_leaf(value.as_object()[member.name], *member.shape, path + "." + member.name, visit);
    }
  } else if (shape.kind == aws::Kind::list) {
    each_leaf(value.as_array()[0], *shape.item, path + "[0]", visit);
  } else if (shape.kind == aws::Kind::map) {
    each_leaf(value.as_object()["key"], *shape.item, path + ".key", visit);
  } else {
    visit(value, shape, path);
  }
}

constexpr auto kSmall = R"({"family":"web","containerDefinitions":[{"name":"web","image":"shop/web:1","memory":64}]})";

json::object small(std::string_view more = "") {
  json::object definition = json::parse(kSmall).as_object();
  if (!more.empty()) {
    const json::object members = json::parse(more).as_object();
    for (const auto& [name, value] : members) definition[name] = value;
  }
  return definition;
}

/// The tags as the simulator's answers are shown above.
json::object tags_as_object(json::object definition) {
  json::object tags;
  if (const json::array* list = json::array_at(definition, "tags")) {
    for (const auto& tag : *list) tags[tag.at("key").as_string()] = tag.at("value");
  }
  definition["tags"] = std::move(tags);
  return definition;
}

}  // namespace

TEST_CASE("a definition with every member of AWS's model arrives equal") {
  SimulatedShop shop(small());
  const json::object given = sample_definition();
  const json::object arrived = shop.deploy("Slipway.Ecs.TaskDefinition", given);
  const json::object wanted = tags_as_object(given);
  for (const auto& member : wanted) {
    const std::string name(member.key());
    CAPTURE(name);
    if (name == "containerDefinitions") continue;
    CHECK(json::to_text(arrived.at(name)) == json::to_text(member.value()));
  }
  const auto& container = arrived.at("containerDefinitions").as_array().at(0);
  CHECK(differences(container.as_object(), given.at("containerDefinitions").at(0).as_object()).empty());
  CHECK(arrived.size() == wanted.size());
}

TEST_CASE("and every change of one of its members arrives as the only change") {
  SimulatedShop shop(small());
  json::value given = sample_definition();
  const json::object before = shop.deploy("Slipway.Ecs.TaskDefinition", given);
  int tried = 0;
  each_leaf(given, task_definition_shape(), "", [&](json::value& at, const aws::Shape& shape, const std::string& path) {
    const json::value kept = at;
    const json::value changed = other(kept, shape, path);
    if (changed.is_null()) return;
    CAPTURE(path);
    at = changed;
    const json::object after = shop.deploy("Slipway.Ecs.TaskDefinition", given);
    std::string shown = path;
    if (path == ".tags[0].key") shown = ".tags.x";
    if (path == ".tags[0].value") shown = ".tags.x";
    const auto found = differences(before, after);
    REQUIRE_FALSE(found.empty());
    CHECK(found.front() == shown);
    CHECK(found.size() == (path == ".tags[0].key" ? 2 : 1));
    at = kept;
    ++tried;
  });
  MESSAGE(tried << " members changed");
  CHECK(tried > 110);
}

TEST_CASE("real-world definitions survive a deployment that changes only an image") {
  const char* root = std::getenv("SLIPWAY_SOURCE_DIR");
  const std::filesystem::path folder =
      std::filesystem::path(root == nullptr ? "." : root) / "src/steps/ecs_service/definitions";
  int tried = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    CAPTURE(file.path().filename().string());
    SystemDisk disk;
    const json::object definition = json::parse(*disk.read(file.path().string())).as_object();
    json::object service;
    const auto launches = [&](std::string_view type) {
      const json::array* types = json::array_at(definition, "requiresCompatibilities");
      return types != nullptr && types->size() == 1 && types->front() == json::value(type);
    };
    if (launches("FARGATE")) service["launchType"] = "FARGATE";
    if (launches("EXTERNAL")) service["launchType"] = "EXTERNAL";
    if (json::text_at(definition, "networkMode") == "awsvpc") {
      service["networkConfiguration"] = {{"awsvpcConfiguration", {{"subnets", json::array{"subnet-1"}}}}};
    }
    SimulatedShop shop(definition, service);
    const json::object before = shop.running();
    const json::value name = definition.at("containerDefinitions").at(0).at("name");
    const json::object after = shop.deploy("Slipway.Ecs.ContainerChanges",
                                           json::array{{{"name", name}, {"image", "registry.example/shop/web:2.0.0"}}});
    CHECK(differences(before, after) == std::vector<std::string>{".containerDefinitions[0].image"});
    ++tried;
  }
  MESSAGE(tried << " definitions");
  CHECK(tried >= 60);
}

TEST_CASE("what the action does not give stays as it runs, and null takes it away") {
  SimulatedShop shop(small(R"({"ephemeralStorage":{"sizeInGiB":50},"placementConstraints":[{"type":"memberOf",
    "expression":"attribute:ecs.instance-type == g5.xlarge"}],"pidMode":"task","somethingNew":{"a":[1]},
    "cpu":"256","tags":[{"key":"Owner","value":"shop"}]})"));
  const json::object before = shop.running();
  const json::object after =
      shop.deploy("Slipway.Ecs.Containers", json::parse(R"([{"name":"web","image":"shop/web:2","memory":64}])"));
  CHECK(differences(before, after) == std::vector<std::string>{".containerDefinitions[0].image"});
  const json::object without =
      shop.deploy("Slipway.Ecs.TaskDefinition", json::parse(R"({"pidMode":null,"tags":null,"memory":"512"})"));
  CHECK(differences(after, without) == std::vector<std::string>{".pidMode", ".tags.Owner", ".memory"});
  shop.ctx.spec.properties["Slipway.Ecs.CarryOver"] = "no";
  shop.ctx.spec.properties["Slipway.Ecs.TaskFamily"] = "web";
  const json::object bare = shop.deploy("Slipway.Ecs.TaskDefinition", json::parse(R"({"cpu":"512"})"));
  CHECK_FALSE(bare.contains("somethingNew"));
  CHECK_FALSE(bare.contains("ephemeralStorage"));
  CHECK(bare.at("cpu") == "512");
}

TEST_CASE("changes of a container leave its other members, and change its variables one by one") {
  SimulatedShop shop(json::parse(R"({"family":"web","containerDefinitions":[
    {"name":"web","image":"shop/web:1","memory":64,"command":["a","b"],"dockerLabels":{"x":"1","y":"2"},
     "environment":[{"name":"A","value":"1"},{"name":"B","value":"2"},{"name":"C","value":"3"}],
     "logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"g"}}},
    {"name":"proxy","image":"envoy:1","memory":64}]})")
                         .as_object());
  const json::object before = shop.running();
  const json::object after = shop.deploy("Slipway.Ecs.ContainerChanges", json::parse(R"([{"name":"web","command":null,
    "dockerLabels":{"y":null,"z":3},"logConfiguration":{"options":{"awslogs-stream-prefix":"p"}},
    "environment":[{"name":"A","value":"one"},{"name":"B","value":null},{"name":"D","value":"4"}],
    "secrets":[{"name":"C","valueFrom":"/c"}]}])"));
  const json::object& container = after.at("containerDefinitions").at(0).as_object();
  CHECK_FALSE(container.contains("command"));
  CHECK(container.at("dockerLabels") == json::parse(R"({"x":"1","z":"3"})"));
  CHECK(container.at("environment") == json::parse(R"([{"name":"A","value":"one"},{"name":"D","value":"4"}])"));
  CHECK(container.at("secrets") == json::parse(R"([{"name":"C","valueFrom":"/c"}])"));
  CHECK(container.at("logConfiguration") ==
        json::parse(R"({"logDriver":"awslogs","options":{"awslogs-group":"g","awslogs-stream-prefix":"p"}})"));
  CHECK(container.at("image") == "shop/web:1");
  CHECK(after.at("containerDefinitions").at(1) == before.at("containerDefinitions").at(1));
  CHECK(std::any_of(shop.ctx.lines.begin(), shop.ctx.lines.end(), [](const std::string& line) {
    return line.ends_with(
        "task-definition/web:2. It differs from web:1 in: command of container web, dockerLabels of "
        "container web, environment of container web, logConfiguration of container web, secrets of "
        "container web.");
  }));
  for (const auto& line : shop.ctx.lines) CHECK_MESSAGE(line.find("one") == std::string::npos, line);
}

TEST_CASE("a change of a container that does not run is refused, with those that do") {
  SimulatedShop shop(small());
  shop.ctx.spec.properties["Slipway.Ecs.ContainerChanges"] = R"([{"name":"wbe","image":"shop/web:2"}])";
  CHECK_THROWS_WITH_AS(shop.deploy(), doctest::Contains("don't fit"), Error);
  CHECK(shop.revisions() == 1);
}

TEST_CASE("any equal revision of the family is used again, however many came after it") {
  SimulatedShop shop(small());
  const auto image = [](int n) {
    return json::value(json::array{{{"name", "web"}, {"image", fmt::format("shop/web:{}", n)}}});
  };
  for (int n = 2; n <= 12; ++n) shop.deploy("Slipway.Ecs.ContainerChanges", image(n));
  CHECK(shop.revisions() == 12);
  shop.deploy("Slipway.Ecs.ContainerChanges", image(3));
  shop.deploy("Slipway.Ecs.ContainerChanges", image(1));
  CHECK(shop.revisions() == 12);
}

TEST_CASE("roles by name and by ARN are the same revision") {
  SimulatedShop shop(small());
  shop.deploy("Slipway.Ecs.TaskDefinition", json::parse(R"({"taskRoleArn":"web"})"));
  shop.deploy("Slipway.Ecs.TaskDefinition", json::parse(R"({"taskRoleArn":"arn:aws:iam::222222222222:role/web"})"));
  CHECK(shop.revisions() == 2);
}

TEST_CASE("what the service tells is refused before a revision is registered") {
  struct Refused {
    std::string_view service;     ///< members of CreateService
    std::string_view properties;  ///< of the action
    std::string_view why;
  };
  for (const Refused& refused : {
           Refused{R"({"deploymentController":{"type":"CODE_DEPLOY"}})", "{}", "another controller, CODE_DEPLOY"},
           Refused{R"({"deploymentController":{"type":"EXTERNAL"}})", "{}", "another controller, EXTERNAL"},
           Refused{R"({"schedulingStrategy":"DAEMON"})", R"({"Slipway.Ecs.DesiredCount":"2"})",
                   "Slipway.Ecs.DesiredCount, 2, can't be set"},
           Refused{
               R"({"deploymentConfiguration":{"minimumHealthyPercent":100,"maximumPercent":150}})", "{}",
               "1 of 1 task(s) desired, a minimum of 100 % healthy (at least 1) and a maximum of 150 % (at most 1)"},
           Refused{"{}", R"({"Slipway.Ecs.MaximumPercent":"100"})", "Raise Slipway.Ecs.MaximumPercent to 200 or more"},
           Refused{R"({"loadBalancers":[{"targetGroupArn":"tg","containerName":"web","containerPort":80}]})",
                   R"({"Slipway.Ecs.Containers":"[{\"name\":\"wbe\",\"image\":\"i\",\"memory\":64}]"})",
                   "a container named web, but the task definition has only wbe. Did you mean \"wbe\"?"},
           Refused{"{}", R"({"Slipway.Ecs.NetworkMode":"awsvpc"})", "the service has no network configuration"},
           Refused{"{}", R"({"Slipway.Ecs.Compatibilities":"FARGATE","Slipway.Ecs.NetworkMode":"awsvpc"})",
                   "It runs on EC2, but the compatibilities of the task definition lack EC2."},
           Refused{"{}", R"({"Slipway.Ecs.TaskRole":"arn:aws:iam::333333333333:role/web"})",
                   "is in another account than 222222222222"},
       }) {
    CAPTURE(refused.why);
    SimulatedShop shop(small(), json::parse(refused.service).as_object());
    shop.ctx.spec.properties["Slipway.Ecs.ContainerChanges"] = R"([{"name":"web","image":"shop/web:2"}])";
    const json::object properties = json::parse(refused.properties).as_object();
    for (const auto& [name, value] : properties) {
      shop.ctx.spec.properties[std::string(name)] = std::string_view(value.as_string());
      if (name == "Slipway.Ecs.Containers") shop.ctx.spec.properties.erase("Slipway.Ecs.ContainerChanges");
    }
    std::string message;
    try {
      message = shop.deploy().message;
    } catch (const Error& error) {
      message = error.message();
    }
    CHECK(message.find(refused.why) != std::string::npos);
    CHECK_MESSAGE(shop.revisions() == 1, message);
  }
}

TEST_CASE("a rollout that no task runs in the way of is not called stuck") {
  SimulatedShop shop(small(), {{"desiredCount", 1}, {"deploymentConfiguration", {{"maximumPercent", 100}}}});
  aws::ecs::update_service(shop.client(), {{"cluster", "prod"}, {"service", "web"}, {"desiredCount", 0}});
  shop.clock.advance(10min);
  shop.ctx.spec.properties["Slipway.Ecs.DesiredCount"] = "1";
  shop.deploy("Slipway.Ecs.ContainerChanges", json::array{{{"name", "web"}, {"image", "shop/web:2"}}});
  CHECK(shop.revisions() == 2);
}

TEST_CASE("cluster, service and family are one, by name and by ARN") {
  SimulatedShop shop(small());
  shop.ctx.spec.properties["Slipway.Ecs.Cluster"] = " arn:aws:ecs:eu-west-1:222222222222:cluster/prod \n";
  shop.ctx.spec.properties["Slipway.Ecs.Service"] = "arn:aws:ecs:eu-west-1:222222222222:service/prod/web ";
  shop.ctx.spec.properties["Slipway.Ecs.TaskFamily"] = "arn:aws:ecs:eu-west-1:222222222222:task-definition/web:1";
  shop.deploy("Slipway.Ecs.ContainerChanges", json::array{{{"name", "web"}, {"image", "shop/web:2"}}});
  CHECK(shop.revisions() == 2);
  const std::vector<std::string> by_arn = shop.ctx.locks;
  shop.ctx.locks.clear();
  shop.ctx.spec.properties["Slipway.Ecs.Cluster"] = "prod";
  shop.ctx.spec.properties["Slipway.Ecs.Service"] = "web";
  shop.deploy();
  CHECK(shop.ctx.locks == by_arn);
}
