#include "sim/ecr/ecr_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "base/text.h"
#include "sim/ecr/registry.h"

namespace slipway::sim {
namespace {

constexpr std::chrono::hours kTokenLifetime{12};

Place registry_of(const Call& call) {
  return {text_or(call.input, "registryId", call.caller.account), call.view.place.region};
}

Repository& repository_named_in(Call& call, std::string_view action) {
  const std::string name = required_text(call.input, "repositoryName");
  const Place registry = registry_of(call);
  Region& region = call.world.region(registry);
  const auto found = region.repositories.find(name);
  if (found == region.repositories.end()) {
    throw AwsError("RepositoryNotFoundException",
                   fmt::format("The repository with name '{}' does not exist in the registry with id '{}'", name,
                               registry.account));
  }
  if (!repository_allows(found->second, registry, call.caller.account, action)) {
    throw AwsError("AccessDeniedException",
                   fmt::format("User: {} is not authorized to perform: {} on resource: {} because no resource-based "
                               "policy allows the {} action",
                               call.caller.arn, action, found->second.arn, action));
  }
  return found->second;
}

json::object show(const Repository& repository, const Place& place) {
  return {
      {"repositoryArn", repository.arn},
      {"registryId", place.account},
      {"repositoryName", repository.name},
      {"repositoryUri", fmt::format("{}.dkr.ecr.{}.amazonaws.com/{}", place.account, place.region, repository.name)},
      {"createdAt", timestamp(repository.created_at)},
      {"imageTagMutability", repository.mutability},
      {"imageScanningConfiguration", {{"scanOnPush", false}}},
      {"encryptionConfiguration", {{"encryptionType", "AES256"}}}};
}

struct ImageId {
  std::string digest;
  std::string tag;
};

std::vector<ImageId> image_ids(const json::object& input) {
  std::vector<ImageId> ids;
  const json::array* given = json::array_at(input, "imageIds");
  for (const json::value& item : given == nullptr ? json::array{} : *given) {
    if (!item.is_object()) throw AwsError("SerializationException", "imageIds must hold objects.");
    ids.push_back({text_or(item.get_object(), "imageDigest"), text_or(item.get_object(), "imageTag")});
  }
  if (ids.size() > 100) throw AwsError("InvalidParameterException", "imageIds can have at most 100 items.");
  return ids;
}

json::object show(const ImageId& id) {
  json::object out;
  if (!id.digest.empty()) out["imageDigest"] = id.digest;
  if (!id.tag.empty()) out["imageTag"] = id.tag;
  return out;
}

json::object show_detail(const Image& image, const Repository& repository, const Place& registry) {
  json::object out{{"registryId", registry.account},
                   {"repositoryName", repository.name},
                   {"imageDigest", image.digest},
                   {"imageSizeInBytes", image.size},
                   {"imagePushedAt", timestamp(image.pushed_at)},
                   {"imageManifestMediaType", image.media_type},
                   {"imageStatus", "ACTIVE"}};
  if (image.tags.empty()) return out;
  json::array& tags = out["imageTags"].emplace_array();
  for (const std::string& tag : image.tags) tags.emplace_back(std::string_view(tag));
  return out;
}

json::object create_repository(Call& call) {
  const std::string name = required_text(call.input, "repositoryName");
  if (call.region.repositories.contains(name)) {
    throw AwsError("RepositoryAlreadyExistsException",
                   fmt::format("The repository with name '{}' already exists in the registry with id '{}'", name,
                               call.region.place.account));
  }
  Repository& repository = sim::create_repository(call.region, name, call.now);
  repository.mutability = text_or(call.input, "imageTagMutability", repository.mutability);
  return {{"repository", show(repository, call.region.place)}};
}

json::object describe_repositories(Call& call) {
  const Place registry = registry_of(call);
  const std::vector<std::string> names = texts(call.input, "repositoryNames");
  const Region& region = call.world.region(registry);
  for (const std::string& name : names) {
    if (region.repositories.contains(name)) continue;
    throw AwsError("RepositoryNotFoundException",
                   fmt::format("The repository with name '{}' does not exist in the registry with id '{}'", name,
                               registry.account));
  }
  std::vector<json::value> shown;
  for (const auto& [name, repository] : region.repositories) {
    if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end()) continue;
    if (!repository_allows(repository, registry, call.caller.account, "ecr:DescribeRepositories")) continue;
    shown.emplace_back(show(repository, registry));
  }
  return page("repositories", shown, call.input, 100, 1000);
}

json::object describe_images(Call& call) {
  const Repository& repository = repository_named_in(call, "ecr:DescribeImages");
  const Place registry = registry_of(call);
  const std::vector<ImageId> ids = image_ids(call.input);
  std::vector<json::value> details;
  for (const ImageId& id : ids) {
    const Image* image = find_image(repository, id.digest, id.tag);
    if (image == nullptr) {
      throw AwsError("ImageNotFoundException",
                     fmt::format("The image with imageId {{imageDigest:'{}', imageTag:'{}'}} does not exist within the "
                                 "repository with name '{}' in the registry with id '{}'",
                                 id.digest, id.tag, repository.name, registry.account));
    }
    details.emplace_back(show_detail(*image, repository, registry));
  }
  if (ids.empty()) {
    for (const auto& [digest, image] : repository.images) {
      details.emplace_back(show_detail(image, repository, registry));
    }
  }
  return page("imageDetails", details, call.input, 100, 1000);
}

json::object list_images(Call& call) {
  const Repository& repository = repository_named_in(call, "ecr:ListImages");
  std::vector<json::value> ids;
  for (const auto& [digest, image] : repository.images) {
    if (image.tags.empty()) ids.emplace_back(show(ImageId{digest, ""}));
    for (const std::string& tag : image.tags) ids.emplace_back(show(ImageId{digest, tag}));
  }
  return page("imageIds", ids, call.input, 100, 1000);
}

/// A manifest that names nothing: layers are not simulated.
std::string manifest_of(const Image& image) {
  return json::to_text(
      json::object{{"schemaVersion", 2}, {"mediaType", image.media_type}, {"manifests", json::array{}}});
}

json::object batch_get_image(Call& call) {
  const Repository& repository = repository_named_in(call, "ecr:BatchGetImage");
  json::array images, failures;
  for (const ImageId& id : image_ids(call.input)) {
    const Image* image = find_image(repository, id.digest, id.tag);
    if (image == nullptr) {
      failures.push_back(
          {{"imageId", show(id)}, {"failureCode", "ImageNotFound"}, {"failureReason", "Requested image not found"}});
      continue;
    }
    images.push_back({{"registryId", registry_of(call).account},
                      {"repositoryName", repository.name},
                      {"imageId", show(ImageId{image->digest, id.tag})},
                      {"imageManifest", manifest_of(*image)},
                      {"imageManifestMediaType", image->media_type}});
  }
  return {{"images", std::move(images)}, {"failures", std::move(failures)}};
}

json::object get_authorization_token(Call& call) {
  const Place& place = call.view.place;
  return {{"authorizationData",
           json::array{
               {{"authorizationToken", to_base64("AWS:" + call.random.text(64, "abcdefghijklmnopqrstuvwxyz"))},
                {"expiresAt", timestamp(call.now + kTokenLifetime)},
                {"proxyEndpoint", fmt::format("https://{}.dkr.ecr.{}.amazonaws.com", place.account, place.region)}}}}};
}

json::object show_policy(const Repository& repository, const Place& registry) {
  return {{"registryId", registry.account}, {"repositoryName", repository.name}, {"policyText", repository.policy}};
}

json::object get_repository_policy(Call& call) {
  const Repository& repository = repository_named_in(call, "ecr:GetRepositoryPolicy");
  if (repository.policy.empty()) {
    throw AwsError("RepositoryPolicyNotFoundException",
                   fmt::format("Repository policy does not exist for the repository with name '{}'", repository.name));
  }
  return show_policy(repository, registry_of(call));
}

json::object set_repository_policy(Call& call) {
  Repository& repository = repository_named_in(call, "ecr:SetRepositoryPolicy");
  const std::string text = required_text(call.input, "policyText");
  try {
    if (!json::parse(text).is_object()) fail_invalid("The policy is no object.");
  } catch (const Error&) {
    throw AwsError("InvalidParameterException",
                   "Invalid parameter at 'PolicyText' failed to satisfy constraint: "
                   "'Invalid repository policy provided'");
  }
  repository.policy = text;
  return show_policy(repository, registry_of(call));
}

}  // namespace

const std::vector<Operation>& ecr_operations() {
  static const std::vector<Operation> operations = {
      {"CreateRepository", create_repository},
      {"DescribeRepositories", describe_repositories},
      {"DescribeImages", describe_images},
      {"ListImages", list_images},
      {"BatchGetImage", batch_get_image},
      {"GetAuthorizationToken", get_authorization_token},
      {"GetRepositoryPolicy", get_repository_policy},
      {"SetRepositoryPolicy", set_repository_policy},
  };
  return operations;
}

}  // namespace slipway::sim
