// What pulling a container image gives: resolved against the simulated ECR of the account and region that the image's
// host names, then subjected to the world's misbehaviours.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "sim/ecs/world.h"

namespace slipway::sim {

struct PulledImage {
  std::string digest;
  const Misbehaviour* misbehaviour = nullptr;  ///< how its container will behave; lives as long as the world's list
};
/// Why a pull failed, as a task's stoppedReason says it.
struct PullRefused {
  std::string reason;
};
using PullResult = std::variant<PulledImage, PullRefused>;

/// `image` as pulled by a task of `account`. `pinned` is a digest fixed earlier for this service revision: it wins over
/// the tag. Images of other registries always exist; their digest is made from their name.
PullResult pull(const World&, const std::string& account, std::string_view image,
                const std::optional<std::string>& pinned = {});

/// The image of that digest, or else tag; null pointer when there is none.
const Image* find_image(const Repository&, std::string_view digest, std::string_view tag);

/// Whether the repository's own account or its policy lets `account` do `action` ("ecr:BatchGetImage"). Conditions are
/// not evaluated: a statement with one allows what it would allow without.
bool repository_allows(const Repository&, const Place& place, std::string_view account, std::string_view action);

/// Adds an image, moving `tag` (may be empty) to it. An empty digest is derived from repository and tag.
const Image& put_image(Repository&, std::string digest, const std::string& tag, Time now);

/// Makes a repository that does not exist yet.
Repository& create_repository(Region&, const std::string& name, Time now);

}  // namespace slipway::sim
