#include "cloud/ecr.h"

#include <sodium.h>

#include <algorithm>

#include "base/error.h"
#include "cloud/ecs.h"
#include "cloud/operations.h"
#include "cloud/paging.h"

namespace slipway::aws::ecr {
namespace {

std::string text(const json::object& from, std::string_view name) {
  return std::string(json::text_at(from, name).value_or(""));
}

json::object request(std::string_view registry) {
  json::object input;
  if (!registry.empty()) input["registryId"] = registry;
  return input;
}

Image read_image(const json::object& detail) {
  Image image{text(detail, "imageDigest"),
              {},
              ecs::time_at(detail, "imagePushedAt"),
              text(detail, "imageManifestMediaType"),
              text(detail, "imageStatus")};
  if (const json::array* tags = json::array_at(detail, "imageTags")) {
    for (const auto& tag : *tags) {
      if (tag.is_string()) image.tags.emplace_back(json::view(tag.get_string()));
    }
  }
  return image;
}

/// Calls `visit` with each object of the list `items`, through all pages.
template <class Visit>
void each_item(const Client& client, const Operation& operation, json::object input, std::string_view items,
               Visit visit) {
  each_page(client, operation, std::move(input), [&](const json::object& page) {
    if (const json::array* list = json::array_at(page, items)) {
      for (const auto& item : *list) {
        if (const json::object* object = item.if_object()) visit(*object);
      }
    }
    return true;
  });
}

Secret decode_base64(std::string_view encoded) {
  std::string bytes(encoded.size(), '\0');
  std::size_t length = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), encoded.data(), encoded.size(),
                        nullptr, &length, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0) {
    fail(ErrorCode::unavailable, "AWS ECR answered with an authorization token that can't be decoded.");
  }
  bytes.resize(length);
  return Secret(std::move(bytes));
}

}  // namespace

std::optional<Image> find_image(const Client& client, std::string_view registry, std::string_view repository,
                                std::string_view tag_or_digest) {
  json::object input = request(registry);
  input["repositoryName"] = repository;
  const bool by_digest = tag_or_digest.starts_with("sha256:");
  input["imageIds"] = json::array{json::object{{by_digest ? "imageDigest" : "imageTag", tag_or_digest}}};
  std::optional<Image> found;
  try {
    each_item(client, kDescribeImages, std::move(input), "imageDetails",
              [&](const json::object& detail) { found = read_image(detail); });
  } catch (const AwsError& error) {
    if (error.aws_code() != "ImageNotFoundException") throw;
  }
  return found;
}

std::vector<Image> list_images(const Client& client, std::string_view registry, std::string_view repository) {
  json::object input = request(registry);
  input["repositoryName"] = repository;
  input["maxResults"] = 1000;
  std::vector<Image> images;
  each_item(client, kDescribeImages, std::move(input), "imageDetails",
            [&](const json::object& detail) { images.push_back(read_image(detail)); });
  std::ranges::stable_sort(images, std::ranges::greater(), &Image::pushed_at);
  return images;
}

std::vector<Repository> describe_repositories(const Client& client, std::string_view registry,
                                              const std::vector<std::string>& names) {
  json::object input = request(registry);
  if (names.empty()) {
    input["maxResults"] = 1000;
  } else {
    input["repositoryNames"] = json::array(names.begin(), names.end());
  }
  std::vector<Repository> out;
  each_item(client, kDescribeRepositories, std::move(input), "repositories", [&](const json::object& repository) {
    out.push_back(
        {text(repository, "repositoryName"), text(repository, "repositoryUri"), text(repository, "repositoryArn")});
  });
  return out;
}

Login get_login(const Client& client) {
  const json::object answer = client.call(kGetAuthorizationToken, {});
  const json::object& data = json::array_at(answer, "authorizationData")->front().get_object();
  const Secret pair = decode_base64(text(data, "authorizationToken"));
  const auto colon = pair.reveal().find(':');
  if (colon == std::string_view::npos) {
    fail(ErrorCode::unavailable, "AWS ECR answered with an authorization token of an unknown form.");
  }
  return {std::string(pair.reveal().substr(0, colon)), Secret(std::string(pair.reveal().substr(colon + 1))),
          text(data, "proxyEndpoint"), ecs::time_at(data, "expiresAt")};
}

}  // namespace slipway::aws::ecr
