#include "cloud/task_definition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "base/hash.h"
#include "base/text.h"

namespace slipway::aws {
namespace {

constexpr std::array<std::string_view, 10> kReadOnly = {
    "taskDefinitionArn", "revision",     "status",         "requiresAttributes", "compatibilities",
    "registeredAt",      "registeredBy", "deregisteredAt", "deleteRequestedAt",  "tags"};

// Lists whose order means nothing. Command, entryPoint, links, dnsServers and the containers themselves keep theirs:
// which container is first matters to consoles and to RunTask.
constexpr std::array<std::string_view, 15> kUnordered = {
    "environment", "secrets",   "mountPoints",          "volumesFrom",          "portMappings",
    "volumes",     "ulimits",   "systemControls",       "resourceRequirements", "environmentFiles",
    "extraHosts",  "dependsOn", "placementConstraints", "properties",           "requiresCompatibilities"};

void fill(json::object& into, std::string_view name, json::value value) {
  if (!into.contains(name)) into.emplace(name, std::move(value));
}

json::object* child(json::object& of, std::string_view name) {
  const auto at = of.find(name);
  return at == of.end() ? nullptr : at->value().if_object();
}

template <class Visit>
void each_child(json::object& of, std::string_view list, Visit visit) {
  const auto at = of.find(list);
  if (at == of.end() || !at->value().is_array()) return;
  for (auto& item : at->value().get_array()) {
    if (json::object* object = item.if_object()) visit(*object);
  }
}

/// "1 vCPU" and ".5 vcpu" in units of 1/1024, "2 GB" in MiB; anything else as it is.
std::string plain_size(std::string_view text) {
  const std::string lower = to_lower_ascii(trim(text));
  for (const std::string_view unit : {"vcpu", "gb"}) {
    if (!lower.ends_with(unit)) continue;
    const auto digits = trim(std::string_view(lower).substr(0, lower.size() - unit.size()));
    double amount = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), amount);
    if (error == std::errc() && end == digits.data() + digits.size() && amount > 0 && amount < 1e6) {
      return fmt::format("{}", std::lround(amount * 1024));
    }
  }
  return std::string(text);
}

/// Task-level sizes are texts on the wire; people also write numbers.
void normalise_size(json::object& definition, std::string_view name) {
  const auto at = definition.find(name);
  if (at == definition.end()) return;
  if (at->value().is_string()) {
    at->value() = plain_size(json::view(at->value().get_string()));
  } else if (at->value().is_int64()) {
    at->value() = fmt::format("{}", at->value().get_int64());
  }
}

bool has_compatibility(const json::object& definition, std::string_view which) {
  const json::array* list = json::array_at(definition, "requiresCompatibilities");
  return list && std::ranges::any_of(*list, [&](const json::value& item) {
           return item.is_string() && json::view(item.get_string()) == which;
         });
}

void normalise_container(json::object& container, std::string_view network_mode) {
  fill(container, "cpu", 0);
  fill(container, "essential", true);
  each_child(container, "portMappings", [&](json::object& mapping) {
    fill(mapping, "protocol", "tcp");
    // In awsvpc and host mode the host's port can only be the container's.
    const json::value* port = json::find(mapping, "containerPort");
    const bool same_port = network_mode == "awsvpc" || network_mode == "host";
    fill(mapping, "hostPort", same_port && port ? *port : json::value(0));
  });
  each_child(container, "mountPoints", [](json::object& mount) { fill(mount, "readOnly", false); });
  each_child(container, "volumesFrom", [](json::object& volume) { fill(volume, "readOnly", false); });
  if (json::object* check = child(container, "healthCheck")) {
    fill(*check, "interval", 30);
    fill(*check, "timeout", 5);
    fill(*check, "retries", 3);
  }
}

void normalise_volume(json::object& volume) {
  if (const auto flag = json::flag_at(volume, "configuredAtLaunch"); flag && !*flag) volume.erase("configuredAtLaunch");
  if (json::object* efs = child(volume, "efsVolumeConfiguration")) fill(*efs, "rootDirectory", "/");
}

json::value tidy(const json::value& value, std::string_view name);

/// Names in order; null and empty members dropped, because AWS shows some as empty and leaves others out.
json::object tidy_object(const json::object& from) {
  std::vector<std::string_view> names;
  for (const auto& member : from) names.push_back(member.key());
  std::ranges::sort(names);
  json::object out;
  for (const auto name : names) {
    json::value value = tidy(from.at(name), name);
    const bool empty = value.is_null() || (value.is_array() && value.get_array().empty()) ||
                       (value.is_object() && value.get_object().empty());
    if (!empty) out.emplace(name, std::move(value));
  }
  return out;
}

json::value tidy(const json::value& value, std::string_view name) {
  if (const json::object* object = value.if_object()) return tidy_object(*object);
  const json::array* items = value.if_array();
  if (items == nullptr) return value;
  std::vector<json::value> tidied;
  for (const auto& item : *items) tidied.push_back(tidy(item, {}));
  if (std::ranges::find(kUnordered, name) != kUnordered.end()) {
    std::ranges::sort(tidied, {}, [](const json::value& item) { return json::to_text(item); });
  }
  return json::array(tidied.begin(), tidied.end());
}

}  // namespace

json::object registrable(const json::object& definition) {
  json::object out;
  for (const auto& [name, value] : definition) {
    if (std::ranges::find(kReadOnly, std::string_view(name)) == kReadOnly.end()) out.emplace(name, value);
  }
  return out;
}

json::object canonical_task_definition(const json::object& definition) {
  json::object out = tidy_object(registrable(definition));
  normalise_size(out, "cpu");
  normalise_size(out, "memory");
  fill(out, "networkMode", has_compatibility(out, "FARGATE") ? "awsvpc" : "bridge");
  const std::string network_mode(json::text_at(out, "networkMode").value_or(""));
  each_child(out, "containerDefinitions",
             [&](json::object& container) { normalise_container(container, network_mode); });
  each_child(out, "volumes", normalise_volume);
  return tidy_object(out);
}

std::string task_definition_hash(const json::object& definition) {
  return sha256_hex(json::to_text(canonical_task_definition(definition)));
}

}  // namespace slipway::aws
