#include "sim/ecs/task_definitions.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "base/text.h"
#include "sim/core/call.h"
#include "sim/ecs/task_definition_checks.h"

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
    if (json::find(port, "containerPortRange") != nullptr) continue;
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

}  // namespace

json::object normal_task_definition(const json::object& registration) {
  json::object task = registration;
  task.erase("tags");
  if (!is_family(text_or(task, "family"))) refuse("Family contains invalid characters or is empty.");
  normalise_size(task, "cpu", "vcpu");
  normalise_size(task, "memory", "gb");
  check_task_definition(task);
  const std::string network_mode = text_or(task, "networkMode", "bridge");
  for (json::value& item : task.at("containerDefinitions").get_array()) {
    normalise_container(item.as_object(), network_mode);
  }
  set_default(task, "networkMode", json::value(std::string_view(network_mode)));
  for (std::string_view list : {"volumes", "placementConstraints"}) set_default(task, list, json::array{});
  return task;
}

}  // namespace slipway::sim
