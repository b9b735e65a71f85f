#include "sim/ecr/registry.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/hash.h"

namespace slipway::sim {
namespace {

std::string reference_of(const ImageName& name) {
  return name.registry + (name.registry.empty() ? "" : "/") + name.repository +
         (name.digest.empty() ? ":" + name.tag : "@" + name.digest);
}

PullRefused refuse(const ImageName& name, std::string_view why) {
  return {
      fmt::format("CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref "
                  "{}: {}",
                  reference_of(name), why)};
}

/// All names under which an image may be listed as misbehaving.
bool is_named(std::string_view listed, std::string_view reference, const ImageName& name, const Image* image,
              std::string_view digest) {
  if (listed == reference || listed == name.repository + ":" + name.tag) return true;
  if (listed == fmt::format("{}@{}", name.repository, digest)) return true;
  return image != nullptr && std::any_of(image->tags.begin(), image->tags.end(),
                                         [&](const std::string& tag) { return listed == name.repository + ":" + tag; });
}

const Misbehaviour* find_misbehaviour(const World& world, std::string_view account, std::string_view reference,
                                      const ImageName& name, const Image* image, std::string_view digest) {
  // The latest entry wins, so that a test can replace what the scenario said.
  const auto found = std::find_if(world.misbehaviours.rbegin(), world.misbehaviours.rend(), [&](const auto& entry) {
    return (entry.account.empty() || entry.account == account) && is_named(entry.image, reference, name, image, digest);
  });
  return found == world.misbehaviours.rend() ? nullptr : &*found;
}

bool contains(const json::value* one_or_many, const auto& matches) {
  if (one_or_many == nullptr) return false;
  if (one_or_many->is_string()) return matches(json::view(one_or_many->get_string()));
  if (!one_or_many->is_array()) return false;
  return std::any_of(one_or_many->get_array().begin(), one_or_many->get_array().end(),
                     [&](const json::value& v) { return v.is_string() && matches(json::view(v.get_string())); });
}

bool statement_allows(const json::object& statement, std::string_view account, std::string_view action) {
  if (json::text_at(statement, "Effect") != "Allow") return false;
  const auto is_caller = [&](std::string_view principal) {
    return principal == "*" || principal == account || principal.find(fmt::format("::{}:", account)) != principal.npos;
  };
  const json::value* principal = json::find(statement, "Principal");
  if (principal != nullptr && principal->is_object()) principal = json::find(principal->get_object(), "AWS");
  return contains(principal, is_caller) && contains(json::find(statement, "Action"), [&](std::string_view allowed) {
           return allowed == action || allowed == "*" || allowed == "ecr:*";
         });
}

}  // namespace

PullResult pull(const World& world, const std::string& account, std::string_view reference,
                const std::optional<std::string>& pinned) {
  const ImageName name = parse_image_name(reference);
  const Image* image = nullptr;
  std::string digest = pinned.value_or(name.digest);
  if (name.ecr) {
    const auto region = world.regions.find(*name.ecr);
    if (region == world.regions.end()) return refuse(name, "not found");
    const auto repository = region->second.repositories.find(name.repository);
    if (repository == region->second.repositories.end()) return refuse(name, "not found");
    if (!repository_allows(repository->second, *name.ecr, account, "ecr:BatchGetImage")) {
      return refuse(name, "unexpected status from HEAD request: 403 Forbidden");
    }
    image = find_image(repository->second, digest, digest.empty() ? name.tag : "");
    if (image == nullptr) return refuse(name, "not found");
    digest = image->digest;
  } else if (digest.empty()) {
    digest = "sha256:" + sha256_hex(reference);
  }
  const Misbehaviour* misbehaviour = find_misbehaviour(world, account, reference, name, image, digest);
  if (misbehaviour != nullptr && misbehaviour->kind == MisbehaviourKind::cannot_pull) return refuse(name, "not found");
  return PulledImage{digest, misbehaviour};
}

const Image* find_image(const Repository& repository, std::string_view digest, std::string_view tag) {
  const auto found = std::find_if(repository.images.begin(), repository.images.end(), [&](const auto& entry) {
    const Image& image = entry.second;
    if (!digest.empty()) return image.digest == digest;
    return std::find(image.tags.begin(), image.tags.end(), tag) != image.tags.end();
  });
  return found == repository.images.end() ? nullptr : &found->second;
}

bool repository_allows(const Repository& repository, const Place& place, std::string_view account,
                       std::string_view action) {
  if (account == place.account) return true;
  if (repository.policy.empty()) return false;
  const json::value policy = json::parse(repository.policy);
  const json::value* statements = policy.is_object() ? json::find(policy.get_object(), "Statement") : nullptr;
  if (statements == nullptr) return false;
  if (statements->is_object()) return statement_allows(statements->get_object(), account, action);
  if (!statements->is_array()) return false;
  return std::any_of(statements->get_array().begin(), statements->get_array().end(), [&](const json::value& s) {
    return s.is_object() && statement_allows(s.get_object(), account, action);
  });
}

const Image& put_image(Repository& repository, std::string digest, const std::string& tag, Time now) {
  if (digest.empty()) digest = "sha256:" + sha256_hex(repository.arn + ":" + tag);
  for (auto& [other, image] : repository.images) std::erase(image.tags, tag);
  Image& image = repository.images[digest];
  if (image.digest.empty()) {
    image.digest = digest;
    image.media_type = "application/vnd.oci.image.index.v1+json";
    image.size = 48'000'000;
    image.pushed_at = now;
  }
  if (!tag.empty()) image.tags.push_back(tag);
  return image;
}

Repository& create_repository(Region& region, const std::string& name, Time now) {
  Repository& repository = region.repositories[name];
  repository.name = name;
  repository.arn = ecr_arn(region.place, name);
  repository.created_at = now;
  return repository;
}

}  // namespace slipway::sim
