#include "sim/ecs/task_definition_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "sim/core/call.h"

namespace slipway::sim {
namespace {

constexpr std::int64_t kHighestPort = 65535;
constexpr std::int64_t kLeastMemory = 6;  // MiB, which Docker keeps for a container
constexpr std::size_t kMostContainers = 10;

[[noreturn]] void refuse(std::string message) { throw AwsError("ClientException", std::move(message)); }

constexpr std::string_view kLettersAndDigits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool consists_of(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return kLettersAndDigits.find(c) != std::string_view::npos || others.find(c) != std::string_view::npos;
  });
}

/// The objects in a list, in order.
std::vector<const json::object*> objects_in(const json::object& of, std::string_view list) {
  std::vector<const json::object*> out;
  const json::array* items = json::array_at(of, list);
  for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
    if (const json::object* item = (*items)[i].if_object()) out.push_back(item);
  }
  return out;
}

std::vector<std::string> texts_in(const json::object& of, std::string_view list, std::string_view member) {
  std::vector<std::string> out;
  for (const json::object* item : objects_in(of, list)) out.push_back(text_or(*item, member));
  return out;
}

bool has(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

void check_unique(std::vector<std::string> names, std::string_view what) {
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) refuse(fmt::format("{} names must be unique, but '{}' stands twice.", what, *twice));
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// The task's `cpu` or `memory`; nullopt when it has none.
std::optional<std::int64_t> size_of(const json::object& task, std::string_view name) {
  const auto text = json::text_at(task, name);
  if (!text) return std::nullopt;
  const auto number = number_of(*text);
  if (!number || *number <= 0) refuse(fmt::format("Invalid '{}' setting for task.", name));
  return number;
}

bool is_for_fargate(const json::object& task) { return has(texts(task, "requiresCompatibilities"), "FARGATE"); }

// Sizes

/// The memory, in MiB, that Fargate has for an amount of CPU.
struct FargateSize {
  std::int64_t cpu, least, most, step;
};
constexpr std::array kFargateSizes = {
    FargateSize{512, 1024, 4096, 1024},    FargateSize{1024, 2048, 8192, 1024},
    FargateSize{2048, 4096, 16384, 1024},  FargateSize{4096, 8192, 30720, 1024},
    FargateSize{8192, 16384, 61440, 4096}, FargateSize{16384, 32768, 122880, 8192},
};

bool has_fargate(std::int64_t cpu, std::int64_t memory) {
  if (cpu == 256) return memory == 512 || memory == 1024 || memory == 2048;
  const auto size = std::find_if(kFargateSizes.begin(), kFargateSizes.end(),
                                 [&](const FargateSize& candidate) { return candidate.cpu == cpu; });
  return size != kFargateSizes.end() && memory >= size->least && memory <= size->most && memory % size->step == 0;
}

void check_fargate(const json::object& task) {
  if (!is_for_fargate(task)) return;
  if (text_or(task, "networkMode") != "awsvpc") {
    refuse("When using Fargate, the only supported network mode is 'awsvpc'.");
  }
  for (const std::string_view name : {"cpu", "memory"}) {
    if (text_or(task, name).empty())
      refuse(fmt::format("Fargate requires that '{}' be defined at the task level.", name));
  }
  const std::int64_t cpu = size_of(task, "cpu").value_or(0), memory = size_of(task, "memory").value_or(0);
  const json::object* platform = json::object_at(task, "runtimePlatform");
  const bool is_windows = platform != nullptr && text_or(*platform, "operatingSystemFamily").starts_with("WINDOWS");
  if (!has_fargate(cpu, memory) || (is_windows && cpu < 1024)) {
    refuse(
        fmt::format("No Fargate configuration exists for given values: {} CPU, {} memory. See the Amazon ECS "
                    "documentation for the valid values.",
                    cpu, memory));
  }
}

void check_task(const json::object& task) {
  check_unique(texts_in(task, "containerDefinitions", "name"), "Container");
  check_unique(texts_in(task, "volumes", "name"), "Volume");
  if (const json::object* storage = json::object_at(task, "ephemeralStorage")) {
    const auto size = json::integer_at(*storage, "sizeInGiB").value_or(0);
    if (size < 21) refuse("EphemeralStorage size should be at least 21.");
    if (size > 200) refuse("EphemeralStorage size should be at most 200.");
  }
  const auto cpu = size_of(task, "cpu");
  std::int64_t sum = 0;
  for (const json::object* container : objects_in(task, "containerDefinitions")) {
    sum += json::integer_at(*container, "cpu").value_or(0);
  }
  if (cpu && sum > *cpu) {
    refuse("The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.");
  }
}

void check_memory(const json::object& container, const json::object& task) {
  const std::string name = text_or(container, "name");
  const auto hard = json::integer_at(container, "memory"), soft = json::integer_at(container, "memoryReservation");
  const auto of_task = size_of(task, "memory");
  if (!hard && !soft && !of_task) {
    refuse(
        fmt::format("Invalid setting for container '{}'. At least one of 'memory' or 'memoryReservation' must be "
                    "specified.",
                    name));
  }
  for (const auto& [member, value] : {std::pair("memory", hard), std::pair("memoryReservation", soft)}) {
    if (value && *value < kLeastMemory) refuse(fmt::format("Invalid '{}' setting for container '{}'.", member, name));
  }
  if (hard && soft && *hard < *soft) {
    refuse(
        fmt::format("Invalid setting for container '{}'. 'memory' must be greater than or equal to "
                    "'memoryReservation'.",
                    name));
  }
  if (of_task && hard && *hard > *of_task) {
    refuse(fmt::format("The 'memory' setting for container '{}' is greater than for the task.", name));
  }
}

// Names

void check_variables(const json::object& container) {
  const auto plain = texts_in(container, "environment", "name");
  const auto secret = texts_in(container, "secrets", "name");
  check_unique(secret, "Secret");
  for (const std::string& name : secret) {
    if (!has(plain, name)) continue;
    refuse(
        fmt::format("The secret name must be unique and not shared with any new or existing environment variables set "
                    "on the container, such as '{}'.",
                    name));
  }
}

/// What a container names of the rest of its task definition, but for what it depends on.
void check_names(const json::object& container, const json::object& task) {
  const std::string name = text_or(container, "name");
  const auto volumes = texts_in(task, "volumes", "name");
  for (const std::string& volume : texts_in(container, "mountPoints", "sourceVolume")) {
    if (!has(volumes, volume)) refuse(fmt::format("Unknown volume '{}'.", volume));
  }
  const auto containers = texts_in(task, "containerDefinitions", "name");
  for (const std::string& other : texts_in(container, "volumesFrom", "sourceContainer")) {
    if (!has(containers, other) || other == name) {
      refuse(fmt::format("Container '{}': volumesFrom names the container '{}', which is not in the task definition.",
                         name, other));
    }
  }
}

// Ports

bool is_port(std::int64_t port) { return port >= 1 && port <= kHighestPort; }

/// "8000-8010".
bool is_port_range(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return false;
  const auto first = number_of(text.substr(0, dash)), last = number_of(text.substr(dash + 1));
  return first && last && is_port(*first) && is_port(*last) && *first < *last;
}

void check_port(const json::object& mapping, const std::string& container, std::string_view network_mode) {
  const auto refuse_setting = [&](std::string_view member) {
    refuse(fmt::format("Invalid '{}' setting for container '{}'.", member, container));
  };
  const auto inside = json::integer_at(mapping, "containerPort"), host = json::integer_at(mapping, "hostPort");
  if (const auto range = json::text_at(mapping, "containerPortRange")) {
    if (!is_port_range(*range)) refuse_setting("containerPortRange");
    if (!inside) return;
  }
  if (!inside || !is_port(*inside)) refuse_setting("containerPort");
  if (host && *host != 0 && !is_port(*host)) refuse_setting("hostPort");
  const bool shares_network = network_mode == "awsvpc" || network_mode == "host";
  if (shares_network && host && *host != 0 && *host != *inside) {
    refuse(fmt::format("When networkMode={}, the host ports and container ports in port mappings must match.",
                       network_mode));
  }
}

void check_port_names(const json::object& task) {
  std::set<std::string> names;
  for (const json::object* container : objects_in(task, "containerDefinitions")) {
    for (const std::string& name : texts_in(*container, "portMappings", "name")) {
      if (!name.empty() && !names.insert(name).second) {
        refuse(fmt::format("The port mapping name '{}' is already used.", name));
      }
    }
  }
}

// Order of start

using Containers = std::map<std::string, const json::object*>;

void check_dependency(const json::object& dependency, const Containers& containers) {
  const auto other = containers.find(text_or(dependency, "containerName"));
  if (other == containers.end()) {
    refuse(fmt::format("Cannot depend on container '{}' because it does not exist.",
                       text_or(dependency, "containerName")));
  }
  const std::string condition = text_or(dependency, "condition");
  if (condition == "HEALTHY" && json::object_at(*other->second, "healthCheck") == nullptr) {
    refuse("A dependency container with HEALTHY condition must have health check configured.");
  }
  const bool must_end = condition == "COMPLETE" || condition == "SUCCESS";
  if (must_end && json::flag_at(*other->second, "essential").value_or(true)) {
    refuse("A dependency container with SUCCESS or COMPLETE condition cannot be an essential container.");
  }
}

/// Whether the container waits for itself, by way of others too. `above` are those that wait for it.
bool waits_for_itself(const std::string& container, const Containers& containers, std::set<std::string>& above,
                      std::set<std::string>& done) {
  if (done.contains(container)) return false;
  if (!above.insert(container).second) return true;
  for (const std::string& other : texts_in(*containers.at(container), "dependsOn", "containerName")) {
    if (waits_for_itself(other, containers, above, done)) return true;
  }
  above.erase(container);
  done.insert(container);
  return false;
}

void check_dependencies(const json::object& task) {
  Containers containers;
  for (const json::object* container : objects_in(task, "containerDefinitions")) {
    containers.emplace(text_or(*container, "name"), container);
  }
  for (const auto& [name, container] : containers) {
    for (const json::object* dependency : objects_in(*container, "dependsOn"))
      check_dependency(*dependency, containers);
  }
  std::set<std::string> above, done;
  for (const auto& [name, container] : containers) {
    if (waits_for_itself(name, containers, above, done)) {
      refuse(fmt::format("The dependencies of container '{}' lead back to it: there must be no cycle of them.", name));
    }
  }
}

void check_container(const json::object& container, const json::object& task) {
  const std::string name = text_or(container, "name");
  if (name.empty()) refuse("Container.name should not be null or empty.");
  if (name.size() > 255 || !consists_of(name, "-_")) refuse("Container.name contains invalid characters.");
  const std::string image = text_or(container, "image");
  if (image.empty()) refuse("Container.image should not be null or empty.");
  if (image.starts_with('/') || !consists_of(image, "-_:./#@")) {
    refuse("Container.image contains invalid characters.");
  }
  check_memory(container, task);
  check_variables(container);
  check_names(container, task);
  for (const json::object* mapping : objects_in(container, "portMappings")) {
    check_port(*mapping, name, text_or(task, "networkMode"));
  }
}

}  // namespace

void check_task_definition(const json::object& task) {
  const auto containers = objects_in(task, "containerDefinitions");
  if (containers.empty()) refuse("Container list cannot be empty.");
  if (containers.size() != json::array_at(task, "containerDefinitions")->size()) {
    refuse("Container definitions must be objects.");
  }
  if (containers.size() > kMostContainers) {
    refuse(fmt::format("A task definition has at most {} containers.", kMostContainers));
  }
  check_fargate(task);
  check_task(task);
  for (const json::object* container : containers) check_container(*container, task);
  check_port_names(task);
  check_dependencies(task);
  const auto is_essential = [](const json::object* container) {
    return json::flag_at(*container, "essential").value_or(true);
  };
  if (std::none_of(containers.begin(), containers.end(), is_essential)) {
    refuse("Task definition does not have any essential containers.");
  }
}

}  // namespace slipway::sim
