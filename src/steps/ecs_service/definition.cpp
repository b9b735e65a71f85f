#include "steps/ecs_service/definition.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/nearest.h"
#include "cloud/task_definition.h"

namespace slipway::steps::ecs {
namespace {

std::string name_of(const json::object& item) { return std::string(json::text_at(item, "name").value_or("")); }

json::value without_nulls(const json::value& value) {
  if (const json::object* members = value.if_object()) {
    json::object out;
    for (const auto& [name, member] : *members) {
      if (!member.is_null()) out.emplace(name, without_nulls(member));
    }
    return out;
  }
  if (const json::array* items = value.if_array()) {
    json::array out;
    for (const auto& item : *items) {
      if (!item.is_null()) out.push_back(without_nulls(item));
    }
    return out;
  }
  return value;
}

/// RFC 7396: objects merge, null removes, all else is replaced.
void patch(json::object& target, const json::object& changes) {
  for (const auto& [name, change] : changes) {
    if (change.is_null()) {
      target.erase(name);
    } else if (const json::object* inner = change.if_object()) {
      json::value& at = target[name];
      if (!at.is_object()) at = json::object();
      patch(at.get_object(), *inner);
    } else {
      target[name] = without_nulls(change);
    }
  }
}

void erase_named(json::object& container, std::string_view list, std::string_view name) {
  json::array* entries = container.contains(list) ? container.at(list).if_array() : nullptr;
  if (entries == nullptr) return;
  const auto gone = std::remove_if(entries->begin(), entries->end(), [&](const json::value& entry) {
    return entry.is_object() && name_of(entry.get_object()) == name;
  });
  entries->erase(gone, entries->end());
  if (entries->empty()) container.erase(list);
}

/// Variables of a container are changed one by one. One that moves between plain and secret leaves the other list.
void patch_variables(json::object& container, std::string_view list, std::string_view other, std::string_view value,
                     const json::array& changes) {
  for (const auto& item : changes) {
    const json::object& change = item.as_object();
    const std::string name = name_of(change);
    const json::value* given = change.if_contains(value);
    if (given == nullptr || given->is_null()) {
      erase_named(container, list, name);
      continue;
    }
    erase_named(container, other, name);
    json::value& entries = container[list];
    if (!entries.is_array()) entries = json::array();
    const auto at = std::find_if(entries.get_array().begin(), entries.get_array().end(), [&](const json::value& e) {
      return e.is_object() && name_of(e.get_object()) == name;
    });
    if (at == entries.get_array().end()) {
      entries.get_array().push_back(change);
    } else {
      *at = change;
    }
  }
}

void change_container(json::object& container, json::object changes) {
  changes.erase("name");
  for (const auto& [list, other, value] : {std::array<std::string_view, 3>{"environment", "secrets", "value"},
                                           std::array<std::string_view, 3>{"secrets", "environment", "valueFrom"}}) {
    const json::array* entries = json::array_at(changes, list);
    if (entries == nullptr) continue;
    patch_variables(container, list, other, value, *entries);
    changes.erase(list);
  }
  patch(container, changes);
}

void change_containers(json::object& definition, const json::array& changes) {
  json::value& list = definition["containerDefinitions"];
  if (!list.is_array()) list = json::array();
  std::vector<std::string> names;
  for (const auto& item : list.get_array()) names.push_back(name_of(item.as_object()));
  Problems problems;
  for (const auto& item : changes) {
    const std::string name = name_of(item.as_object());
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) {
      problems.add(fmt::format(
          "Slipway.Ecs.ContainerChanges names the container \"{}\", but the task definition has {}.{}", name,
          names.empty() ? "none" : fmt::format("only {}", fmt::join(names, ", ")), did_you_mean(name, names)));
    } else {
      change_container(list.get_array()[static_cast<std::size_t>(at - names.begin())].as_object(), item.as_object());
    }
  }
  problems.throw_if_any("The container changes don't fit the task definition that the service runs.");
}

aws::ecs::Tags tags_of(const json::array& list) {
  aws::ecs::Tags tags;
  for (const auto& item : list) {
    const json::object& tag = item.as_object();
    tags[std::string(json::text_at(tag, "key").value_or(""))] = json::text_at(tag, "value").value_or("");
  }
  return tags;
}

/// The names of members that are in one only, or differ.
std::vector<std::string> different_members(const json::object& a, const json::object& b) {
  std::vector<std::string> names;
  for (const auto& [name, value] : a) {
    const json::value* other = b.if_contains(name);
    if (other == nullptr || *other != value) names.emplace_back(name);
  }
  for (const auto& [name, value] : b) {
    if (!a.contains(name)) names.emplace_back(name);
  }
  return names;
}

std::map<std::string, json::object> containers_of(const json::object& definition) {
  std::map<std::string, json::object> containers;
  const json::array* list = json::array_at(definition, "containerDefinitions");
  for (const auto& item : list == nullptr ? json::array{} : *list) {
    if (item.is_object()) containers[name_of(item.get_object())] = item.get_object();
  }
  return containers;
}

}  // namespace

std::vector<std::string> changes_between(const json::object& from, const json::object& to) {
  const json::object a = aws::canonical_task_definition(from), b = aws::canonical_task_definition(to);
  std::vector<std::string> changes = different_members(a, b);
  if (std::erase(changes, "containerDefinitions") == 0) return changes;
  const auto before = containers_of(a), after = containers_of(b);
  for (const auto& [name, container] : before) {
    const auto now = after.find(name);
    if (now == after.end()) {
      changes.push_back(fmt::format("container {} is gone", name));
      continue;
    }
    for (const auto& member : different_members(container, now->second)) {
      changes.push_back(fmt::format("{} of container {}", member, name));
    }
  }
  for (const auto& [name, container] : after) {
    if (!before.contains(name)) changes.push_back(fmt::format("container {} is new", name));
  }
  return changes;
}

Definition carried(const aws::ecs::DescribedTaskDefinition& running) {
  Definition out{without_nulls(aws::registrable(running.definition)).as_object(), running.tags};
  std::erase_if(out.tags,
                [](const auto& tag) { return tag.first.starts_with("aws:") || tag.first.starts_with("slipway:"); });
  return out;
}

Definition laid_over(const WantedDefinition& wanted, const Definition& running) {
  // Containers are carried over for the changes to them even where nothing else is.
  Definition out = wanted.carries_over ? running : Definition{};
  for (const auto& name : wanted.removed) {
    out.members.erase(name);
    if (name == "tags") out.tags.clear();
  }
  for (const auto& [name, value] : wanted.members) {
    if (name == "tags") {
      out.tags = tags_of(value.as_array());
    } else {
      out.members[name] = value;
    }
  }
  if (!wanted.family.empty()) out.members["family"] = wanted.family;
  change_containers(out.members, wanted.container_changes);
  return out;
}

}  // namespace slipway::steps::ecs
