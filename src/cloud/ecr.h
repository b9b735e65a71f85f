// Amazon ECR: which images exist. Each function throws what Client::call does.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "cloud/client.h"

namespace slipway::aws::ecr {

struct Repository {
  std::string name;
  std::string uri;  ///< "111111111111.dkr.ecr.eu-west-1.amazonaws.com/app"
  std::string arn;
};

struct Image {
  std::string digest;  ///< "sha256:…"
  std::vector<std::string> tags;
  std::optional<Time> pushed_at;
  std::string media_type;
  std::string status;  ///< ACTIVE; an ARCHIVED image can't be pulled. Empty where the peer has no such thing
};

/// A docker login for 12 hours.
struct Login {
  std::string user;
  Secret password;
  std::string endpoint;
  std::optional<Time> expires;
};

/// `registry` is the account id that owns the repository; empty: the caller's own account.
/// The image with that tag, or with that digest when `tag_or_digest` begins with "sha256:". nullopt when the repository
/// has no such image.
std::optional<Image> find_image(const Client&, std::string_view registry, std::string_view repository,
                                std::string_view tag_or_digest);
/// All images, newest first. AWS has no order of its own, so all pages are read.
std::vector<Image> list_images(const Client&, std::string_view registry, std::string_view repository);
/// By name; all of the registry when `names` is empty.
std::vector<Repository> describe_repositories(const Client&, std::string_view registry,
                                              const std::vector<std::string>& names = {});
Login get_login(const Client&);

}  // namespace slipway::aws::ecr
