// The categories of audit entries: what is not among them does not compile as one, and the API lists them all.
#pragma once

#include <array>
#include <string_view>

namespace slipway::storage {

/// X(its name on the wire, the kind of document that it applies to: "" = any)
#define SLIPWAY_EVENT_CATEGORIES(X)         \
  X(Created, "")                            \
  X(Modified, "")                           \
  X(Deleted, "")                            \
  X(DeploymentQueued, "Deployments")        \
  X(DeploymentStarted, "Deployments")       \
  X(DeploymentSucceeded, "Deployments")     \
  X(DeploymentFailed, "Deployments")        \
  X(DeploymentCanceled, "Deployments")      \
  X(AutomaticDeploymentSkipped, "Releases") \
  X(ReleaseBlocked, "Releases")             \
  X(ReleaseUnblocked, "Releases")           \
  X(TaskCanceled, "ServerTasks")

#define SLIPWAY_CATEGORY_NAME(name, applies_to) name,
#define SLIPWAY_CATEGORY_FACTS(name, applies_to) DeclaredCategory{EventCategory::name, #name, applies_to},

enum class EventCategory { SLIPWAY_EVENT_CATEGORIES(SLIPWAY_CATEGORY_NAME) };

struct DeclaredCategory {
  EventCategory category;
  std::string_view name;
  std::string_view applies_to;  ///< the kind of document, "Deployments"; "" = any
};

/// All of them, each at the place that its number says.
inline constexpr std::array kEventCategories{SLIPWAY_EVENT_CATEGORIES(SLIPWAY_CATEGORY_FACTS)};

#undef SLIPWAY_CATEGORY_FACTS
#undef SLIPWAY_CATEGORY_NAME
#undef SLIPWAY_EVENT_CATEGORIES

/// "DeploymentQueued"
constexpr std::string_view to_string(EventCategory category) {
  return kEventCategories[static_cast<std::size_t>(category)].name;
}

}  // namespace slipway::storage
