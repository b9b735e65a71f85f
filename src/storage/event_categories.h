// The categories of audit entries, declared once: what is not among them does not compile as one, and the API lists
// them all.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace slipway::storage {

struct DeclaredCategory {
  std::string_view name;
  std::string_view applies_to = {};  ///< the kind of document, "Deployments"; "" = any
};

inline constexpr std::array event_categories{
    DeclaredCategory{"Created"},
    DeclaredCategory{"Modified"},
    DeclaredCategory{"Deleted"},
    DeclaredCategory{"DeploymentQueued", "Deployments"},
    DeclaredCategory{"DeploymentStarted", "Deployments"},
    DeclaredCategory{"DeploymentSucceeded", "Deployments"},
    DeclaredCategory{"DeploymentFailed", "Deployments"},
    DeclaredCategory{"DeploymentCanceled", "Deployments"},
    DeclaredCategory{"AutomaticDeploymentSkipped", "Releases"},
    DeclaredCategory{"ReleaseBlocked", "Releases"},
    DeclaredCategory{"ReleaseUnblocked", "Releases"},
    DeclaredCategory{"TaskCanceled", "ServerTasks"},
};

/// One of them.
class EventCategory {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a literal is meant to be one
  consteval EventCategory(const char* name) : name_(name) {
    const std::string_view wanted = name_;
    const bool is_declared = std::any_of(event_categories.begin(), event_categories.end(),
                                         [&](const DeclaredCategory& known) { return known.name == wanted; });
    if (!is_declared) throw "declare the category in event_categories";
  }
  constexpr std::string_view name() const { return name_; }

 private:
  std::string_view name_;
};

}  // namespace slipway::storage
