#include "sim/task_definitions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "sim/call.h"

namespace slipway::sim {
namespace {

[[noreturn]] void refuse(std::string message) { throw AwsError("ClientException", std::move(message)); }

void set_default(json::object& members, std::string_view name, json::value fallback) {
  if (json::find(members, name) == nullptr) members[name] = std::move(fallback);
}

bool is_family(std::string_view text) {
  return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  });
}

/// "1 vCPU" → "1024", "0.5 vcpu" → "512", "2 GB" → "2048"; plain numbers stay.
std::string in_units(std::string_view text, std::string_view unit) {
  text = trim(text);
  if (text.size() <= unit.size() || !equals_ignoring_case(text.substr(text.size() - unit.size()), unit)) {
    return std::string(text);
  }
  const std::string_view number = trim(text.substr(0, text.size() - unit.size()));
  double amount = 0;
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), amount);
  if (parsed.ec != std::errc()) refuse(fmt::format("Invalid setting for task: '{}'.", text));
  return std::to_string(static_cast<long>(amount * 1024));
}

void normalise_size(json::object& task, std::string_view name, std::string_view unit) {
  json::value* size = json::find(task, name);
  if (size == nullptr) return;
  if (!size->is_string()) throw AwsError("SerializationException", fmt::format("{} must be a string.", name));
  *size = in_units(json::view(size->get_string()), unit);
}

void normalise_ports(json::object& container, std::string_view network_mode) {
  for (json::value& item : container["portMappings"].as_array()) {
    if (!item.is_object()) refuse("Port mappings must be objects.");
    json::object& port = item.get_object();
    set_default(port, "protocol", "tcp");
    const bool follows_container = network_mode == "awsvpc" || network_mode == "host";
    const json::value* container_port = json::find(port, "containerPort");
    set_default(port, "hostPort", follows_container && container_port != nullptr ? *container_port : json::value(0));
  }
}

void normalise_container(json::object& container, std::string_view network_mode) {
  set_default(container, "cpu", 0);
  set_default(container, "essential", true);
  for (std::string_view list : {"portMappings", "environment", "mountPoints", "volumesFrom", "systemControls"}) {
    set_default(container, list, json::array{});
    if (!container.at(list).is_array())
      throw AwsError("SerializationException", fmt::format("{} must be a list.", list));
  }
  normalise_ports(container, network_mode);
  if (json::value* check = json::find(container, "healthCheck"); check != nullptr && check->is_object()) {
    set_default(check->get_object(), "interval", 30);
    set_default(check->get_object(), "timeout", 5);
    set_default(check->get_object(), "retries", 3);
  }
}

bool requires_fargate(const json::object& task) {
  const std::vector<std::string> types = texts(task, "requiresCompatibilities");
  return std::find(types.begin(), types.end(), "FARGATE") != types.end();
}

constexpr std::string_view letters_and_digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool consists_of(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return letters_and_digits.find(c) != std::string_view::npos || others.find(c) != std::string_view::npos;
  });
}

/// The member of each object in a list, in order.
std::vector<std::string> texts_in(const json::object& of, std::string_view list, std::string_view member) {
  std::vector<std::string> out;
  const json::array* items = json::array_at(of, list);
  for (const json::value& item : items == nullptr ? json::array{} : *items) {
    if (item.is_object()) out.push_back(text_or(item.get_object(), member));
  }
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

/// What a container names of the rest of its task definition.
void check_names(const json::object& container, const json::object& task) {
  const std::string name = text_or(container, "name");
  const auto volumes = texts_in(task, "volumes", "name");
  for (const std::string& volume : texts_in(container, "mountPoints", "sourceVolume")) {
    if (!has(volumes, volume)) refuse(fmt::format("Unknown volume '{}'.", volume));
  }
  const auto containers = texts_in(task, "containerDefinitions", "name");
  for (const auto& [list, member] :
       {std::pair("volumesFrom", "sourceContainer"), std::pair("dependsOn", "containerName")}) {
    for (const std::string& other : texts_in(container, list, member)) {
      if (!has(containers, other) || other == name) {
        refuse(fmt::format("Container '{}': {} names the container '{}', which is not in the task definition.", name,
                           list, other));
      }
    }
  }
}

void check_ports(const json::object& container, std::string_view network_mode) {
  const json::array* mappings = json::array_at(container, "portMappings");
  for (const json::value& item : mappings == nullptr ? json::array{} : *mappings) {
    const json::object& mapping = item.get_object();
    const auto host = json::integer_at(mapping, "hostPort");
    const auto inside = json::integer_at(mapping, "containerPort");
    if (network_mode == "awsvpc" && host && inside && *host != 0 && *host != *inside) {
      refuse("When networkMode=awsvpc, the host ports and container ports in port mappings must match.");
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
  const bool has_memory =
      json::find(container, "memory") || json::find(container, "memoryReservation") || json::find(task, "memory");
  if (!has_memory) {
    refuse(
        fmt::format("Invalid setting for container '{}'. At least one of 'memory' or 'memoryReservation' must be "
                    "specified.",
                    name));
  }
  check_variables(container);
  check_names(container, task);
  check_ports(container, text_or(task, "networkMode"));
}

void check_task(const json::object& task) {
  check_unique(texts_in(task, "containerDefinitions", "name"), "Container");
  check_unique(texts_in(task, "volumes", "name"), "Volume");
  if (const json::object* storage = json::object_at(task, "ephemeralStorage")) {
    const auto size = json::integer_at(*storage, "sizeInGiB").value_or(0);
    if (size < 21 || size > 200) refuse("ephemeralStorage.sizeInGiB must be between 21 and 200.");
  }
}

}  // namespace

json::object normal_task_definition(const json::object& registration) {
  json::object task = registration;
  task.erase("tags");
  if (!is_family(text_or(task, "family"))) refuse("Family contains invalid characters or is empty.");
  const json::array* given = json::array_at(task, "containerDefinitions");
  if (given == nullptr || given->empty()) refuse("Container list cannot be empty.");
  normalise_size(task, "cpu", "vcpu");
  normalise_size(task, "memory", "gb");
  const bool fargate = requires_fargate(task);
  if (fargate && text_or(task, "networkMode") != "awsvpc") {
    refuse("When using Fargate, the only supported network mode is 'awsvpc'.");
  }
  if (fargate && (text_or(task, "cpu").empty() || text_or(task, "memory").empty())) {
    refuse("Fargate requires task definition to have 'cpu' and 'memory' at the task level.");
  }
  const std::string network_mode = text_or(task, "networkMode", "bridge");
  check_task(task);
  bool any_essential = false;
  for (json::value& item : task.at("containerDefinitions").get_array()) {
    if (!item.is_object()) refuse("Container definitions must be objects.");
    json::object& container = item.get_object();
    check_container(container, task);
    normalise_container(container, network_mode);
    any_essential = any_essential || json::flag_at(container, "essential").value_or(false);
  }
  if (!any_essential) refuse("Task definition does not have any essential containers.");
  set_default(task, "networkMode", json::value(std::string_view(network_mode)));
  for (std::string_view list : {"volumes", "placementConstraints"}) set_default(task, list, json::array{});
  return task;
}

}  // namespace slipway::sim
