// AWS's names for things: places, ARNs, image references.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace slipway::sim {

/// State is kept per account and region, as AWS keeps it.
struct Place {
  std::string account;
  std::string region;
  bool operator==(const Place&) const = default;
  bool operator<(const Place& o) const { return std::tie(account, region) < std::tie(o.account, o.region); }
};

/// Whether AWS has a region of that name.
bool is_region(std::string_view);
/// "aws", "aws-cn" or "aws-us-gov".
std::string_view partition_of(std::string_view region);
/// "arn:aws:ecs:eu-west-1:222222222222:" + resource.
std::string ecs_arn(const Place&, std::string_view resource);
std::string ecr_arn(const Place&, std::string_view repository);
/// What follows the last '/', or all: "web" of "arn:…:service/prod/web".
std::string last_part(std::string_view arn_or_name);

/// "web" or "web:3" or either in an ARN.
struct TaskDefinitionName {
  std::string family;
  std::optional<int> revision;
};
TaskDefinitionName parse_task_definition_name(std::string_view);

/// An image as a task definition names it.
struct ImageName {
  std::string registry;  ///< host, empty for Docker Hub
  std::string repository;
  std::string tag;     ///< "latest" when neither tag nor digest is given
  std::string digest;  ///< "sha256:…" or empty
  /// Set when the registry is an ECR host: `<account>.dkr.ecr[-fips].<region>.…` or `<account>.dkr-ecr.<region>.…`.
  std::optional<Place> ecr;
};
ImageName parse_image_name(std::string_view);

}  // namespace slipway::sim
