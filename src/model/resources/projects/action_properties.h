// The properties of actions that this server reads itself. Clients may keep any others in a process, but one in the
// server's own namespaces that it does not read would do nothing, so it is refused.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace slipway::model {

inline constexpr std::string_view ecs_service_action = "Slipway.EcsService";

enum class PropertyKind { text, number, flag, list, document };

struct ActionProperty {
  std::string_view name;
  PropertyKind kind;
};

/// Of `Slipway.EcsService`, in the order of docs/ecs-step.md.
std::span<const ActionProperty> ecs_service_properties();

/// Why no action can be of that type: it is in the server's own namespace, or nearly one of the server's own, and none
/// of them. nullopt: it is one, or somebody else's, which may be kept.
std::optional<std::string> why_unknown_type(std::string_view action_type);

/// Why an action of that type can't have that property, with the one that was probably meant; nullopt: it can. Names
/// are compared exactly, as everything that reads properties does.
std::optional<std::string> why_unknown_property(std::string_view action_type, std::string_view property);

/// The same of a step, whose actions have them.
std::optional<std::string> why_misplaced_property(std::string_view property);

}  // namespace slipway::model
