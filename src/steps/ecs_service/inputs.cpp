#include "steps/ecs_service/inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "base/text.h"

namespace slipway::steps::ecs {
namespace {

// Members of a container definition that AWS takes as integers and lists of objects whose members it takes so; an
// action may give them as texts, since they may hold variables.
constexpr std::array integer_members = {
    "cpu",       "memory",    "memoryReservation", "startTimeout",    "stopTimeout", "containerPort", "hostPort",
    "softLimit", "hardLimit", "interval",          "timeout",         "retries",     "startPeriod",   "sizeInGiB",
    "size",      "maxSwap",   "swappiness",        "sharedMemorySize"};
constexpr std::array flag_members = {"essential",         "readOnly",           "readonlyRootFilesystem",
                                     "privileged",        "interactive",        "pseudoTerminal",
                                     "disableNetworking", "initProcessEnabled", "configuredAtLaunch"};

template <class List>
bool contains(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::optional<std::int64_t> to_integer(std::string_view text) {
  text = trim(text);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

/// Evaluates every text of a JSON document in place, and turns texts into the numbers and flags that AWS wants there.
class Evaluator {
 public:
  Evaluator(const StepContext& ctx, Problems& problems) : ctx_(ctx), problems_(problems) {}

  void run(json::value& v, const std::string& path, std::string_view member) {
    if (auto* object = v.if_object()) {
      for (auto& m : *object) run(m.value(), fmt::format("{}.{}", path, std::string_view(m.key())), m.key());
    } else if (auto* array = v.if_array()) {
      for (std::size_t i = 0; i < array->size(); ++i) run((*array)[i], fmt::format("{}[{}]", path, i), member);
    } else if (v.is_string()) {
      evaluate(v, path, member);
    }
  }

 private:
  void evaluate(json::value& v, const std::string& path, std::string_view member) {
    std::string text;
    try {
      text = ctx_.evaluate(json::view(v.get_string()));
    } catch (const Error& error) {
      problems_.add(fmt::format("{}: {}", path, error.message()));
      return;
    }
    // The option values of a log driver and labels are texts also where they look like numbers.
    const bool free_text =
        path.find(".options.") != std::string::npos || path.find(".dockerLabels.") != std::string::npos;
    if (!free_text && contains(integer_members, member)) {
      if (const auto number = to_integer(text)) {
        v = *number;
      } else {
        problems_.add(fmt::format("{} must be a whole number, not \"{}\".", path, text));
      }
    } else if (!free_text && contains(flag_members, member)) {
      v = equals_ignoring_case(text, "true");
    } else {
      v = text;
    }
  }

  const StepContext& ctx_;
  Problems& problems_;
};

/// A property that holds a JSON list of objects, evaluated; empty when the property is absent.
json::array read_list(const StepContext& ctx, std::string_view name, Problems& problems) {
  const auto& properties = ctx.action().properties;
  const auto it = properties.find(std::string(name));
  if (it == properties.end() || trim(it->second).empty()) return {};
  json::value list;
  try {
    list = json::parse(it->second);
  } catch (const Error& error) {
    problems.add(fmt::format("{}: {}", name, error.message()));
    return {};
  }
  const auto* items = list.if_array();
  if (items == nullptr ||
      std::any_of(items->begin(), items->end(), [](const auto& item) { return !item.is_object(); })) {
    problems.add(fmt::format("{} must be a JSON list of objects.", name));
    return {};
  }
  Evaluator(ctx, problems).run(list, std::string(name), {});
  return list.get_array();
}

const PackageUse* package_named(const StepContext& ctx, std::string_view name) {
  for (const auto& package : ctx.action().packages) {
    if (equals_ignoring_case(package.name, name)) return &package;
  }
  return nullptr;
}

/// Replaces `package` by the image that the release froze for that reference: by digest where it is known, since a tag
/// may be moved (ECR-6).
void resolve_image(const StepContext& ctx, json::object& container, const std::string& path, Inputs& inputs,
                   Problems& problems) {
  const auto reference = json::text_at(container, "package");
  if (!reference) {
    if (!json::text_at(container, "image")) {
      problems.add(
          fmt::format("{} needs \"package\", the name of a package reference of this action, or \"image\".", path));
    }
    return;
  }
  const PackageUse* package = package_named(ctx, *reference);
  if (package == nullptr) {
    problems.add(fmt::format("{}.package: this action has no package reference \"{}\".", path, *reference));
    return;
  }
  std::string image = package->image;
  if (!package->digest.empty()) {
    const auto slash = image.rfind('/');
    const auto tag = image.find(':', slash == std::string::npos ? 0 : slash);
    image = image.substr(0, tag) + "@" + package->digest;
    if (const auto name = json::text_at(container, "name")) inputs.digests[std::string(*name)] = package->digest;
  }
  container.erase("package");
  container["image"] = image;
}

void check_containers(const StepContext& ctx, json::array& containers, Inputs& inputs, Problems& problems) {
  if (containers.empty()) problems.add("Slipway.Ecs.Containers is missing: give at least one container.");
  std::set<std::string> names;
  for (std::size_t i = 0; i < containers.size(); ++i) {
    auto& container = containers[i].get_object();
    const std::string path = fmt::format("Slipway.Ecs.Containers[{}]", i);
    const auto name = json::text_at(container, "name");
    if (!name || name->empty()) {
      problems.add(fmt::format("{}.name is missing.", path));
    } else if (!names.insert(std::string(*name)).second) {
      problems.add(fmt::format("{}.name: \"{}\" stands twice; names are unique in a task definition.", path, *name));
    }
    if (const auto* environment = json::array_at(container, "environment")) {
      std::set<std::string> keys;
      for (const auto& entry : *environment) {
        const auto* pair = entry.if_object();
        const auto key = pair != nullptr ? json::text_at(*pair, "name") : std::nullopt;
        if (key && !keys.insert(std::string(*key)).second) {
          problems.add(fmt::format("{}.environment: \"{}\" stands twice.", path, *key));
        }
      }
    }
    resolve_image(ctx, container, path, inputs, problems);
  }
}

std::optional<int> read_number(const StepContext& ctx, std::string_view name, int least, int most, Problems& problems) {
  const auto text = read_property(ctx, name, problems);
  if (!text) return std::nullopt;
  const auto number = to_integer(*text);
  if (!number || *number < least || *number > most) {
    problems.add(fmt::format("{} must be a whole number from {} to {}, not \"{}\".", name, least, most, *text));
    return std::nullopt;
  }
  return static_cast<int>(*number);
}

WhenBusy read_when_busy(const StepContext& ctx, Problems& problems) {
  constexpr std::string_view name = "Slipway.Ecs.WhenBusy";
  const auto text = read_property(ctx, name, problems);
  if (!text) return WhenBusy::Wait;
  for (const auto choice : {WhenBusy::Wait, WhenBusy::Refuse, WhenBusy::Supersede}) {
    if (equals_ignoring_case(trim(*text), json::name_of(choice))) return choice;
  }
  problems.add(fmt::format("{} must be Wait, Refuse or Supersede, not \"{}\".", name, *text));
  return WhenBusy::Wait;
}

json::object read_definition(const StepContext& ctx, Inputs& inputs, Problems& problems) {
  json::object definition;
  definition["family"] = require_property(ctx, "Slipway.Ecs.TaskFamily", "the task definition's family", problems);
  json::array containers = read_list(ctx, "Slipway.Ecs.Containers", problems);
  check_containers(ctx, containers, inputs, problems);
  definition["containerDefinitions"] = std::move(containers);
  static constexpr std::pair<std::string_view, std::string_view> texts[] = {
      {"Slipway.Ecs.ExecutionRole", "executionRoleArn"},
      {"Slipway.Ecs.TaskRole", "taskRoleArn"},
      {"Slipway.Ecs.NetworkMode", "networkMode"},
      {"Slipway.Ecs.Cpu", "cpu"},
      {"Slipway.Ecs.Memory", "memory"}};
  for (const auto& [property, member] : texts) {
    if (const auto text = read_property(ctx, property, problems)) definition[member] = *text;
  }
  if (json::array volumes = read_list(ctx, "Slipway.Ecs.Volumes", problems); !volumes.empty()) {
    definition["volumes"] = std::move(volumes);
  }
  if (const auto compatibilities = read_property(ctx, "Slipway.Ecs.Compatibilities", problems)) {
    json::array list;
    for (const auto part : split(*compatibilities, ',')) {
      if (!trim(part).empty()) list.emplace_back(trim(part));
    }
    definition["requiresCompatibilities"] = std::move(list);
  }
  return definition;
}

}  // namespace

Inputs read_inputs(const StepContext& ctx) {
  Problems problems;
  Inputs inputs;
  inputs.login = read_aws_login(ctx, problems);
  inputs.cluster = require_property(ctx, "Slipway.Ecs.Cluster", "the ECS cluster's name or ARN", problems);
  inputs.service = require_property(ctx, "Slipway.Ecs.Service", "the ECS service's name", problems);
  inputs.definition = read_definition(ctx, inputs, problems);
  inputs.desired_count = read_number(ctx, "Slipway.Ecs.DesiredCount", 0, 5000, problems);
  inputs.minimum_healthy_percent = read_number(ctx, "Slipway.Ecs.MinimumHealthyPercent", 0, 100, problems);
  inputs.maximum_percent = read_number(ctx, "Slipway.Ecs.MaximumPercent", 100, 200, problems);
  const auto force = read_property(ctx, "Slipway.Ecs.ForceNewDeployment", problems);
  inputs.force_new_deployment = force && equals_ignoring_case(*force, "true");
  inputs.when_busy = read_when_busy(ctx, problems);
  constexpr int day = 86'400;
  inputs.timeout =
      std::chrono::seconds(read_number(ctx, "Slipway.Ecs.TimeoutSeconds", 1, 7 * day, problems).value_or(1800));
  inputs.proof_timeout =
      std::chrono::seconds(read_number(ctx, "Slipway.Ecs.ProofTimeoutSeconds", 1, day, problems).value_or(300));
  inputs.most_failed_tasks = read_number(ctx, "Slipway.Ecs.MaximumFailedTasks", 0, 10'000, problems);
  problems.throw_if_any(fmt::format("The step \"{}\" can't run: its inputs have {} problem(s).", ctx.action().name,
                                    problems.list().size()));
  return inputs;
}

}  // namespace slipway::steps::ecs
