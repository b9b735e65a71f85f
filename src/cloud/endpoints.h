// Where AWS's services listen: partitions, regions, and overrides for emulators and private endpoints.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::aws {

/// A service as its wire protocol names it.
struct Service {
  std::string_view name;             ///< for people: "ECS"
  std::string_view signing_name;     ///< "ecs": also the prefix of IAM actions and the suffix of override variables
  std::string_view endpoint_prefix;  ///< "api.ecr"
  std::string_view target_prefix;    ///< of X-Amz-Target in the JSON protocol, or the Version of the Query protocol
};
inline constexpr Service kEcs{"ECS", "ecs", "ecs", "AmazonEC2ContainerServiceV20141113"};
inline constexpr Service kEcr{"ECR", "ecr", "api.ecr", "AmazonEC2ContainerRegistry_V20150921"};
inline constexpr Service kSts{"STS", "sts", "sts", "2011-06-15"};

struct Partition {
  std::string_view id;          ///< the second part of its ARNs: "aws", "aws-cn"
  std::string_view dns_suffix;  ///< "amazonaws.com"
};

/// Throws Error{invalid} for what is not shaped like a region; unknown prefixes belong to `aws`, where new ones appear.
Partition partition_of(std::string_view region);

using Environment = std::function<std::optional<std::string>(const char* name)>;

/// `AWS_ENDPOINT_URL`, and `AWS_ENDPOINT_URL_ECS` and its like, which win for their service; `SLIPWAY_AWS_REGIONS`,
/// comma-separated.
struct EndpointOverrides {
  std::string all;                                ///< empty: none
  std::map<std::string, std::string> by_service;  ///< by signing name
  std::vector<std::string> regions = {};          ///< newer than this server, to be taken as known

  static EndpointOverrides from_environment(const Environment&);
};

class Endpoints {
 public:
  Endpoints() = default;
  /// Throws Error{invalid} for an override that is no URL, or plain HTTP to anything but loopback.
  explicit Endpoints(EndpointOverrides overrides);
  /// The base URL with a closing '/' and the host as it stands in the Host field, e.g.
  /// "https://api.ecr.eu-west-1.amazonaws.com/".
  /// Throws Error{invalid} for a region that is not known, unless an override says where its services are.
  std::string url(const Service& service, std::string_view region) const;
  /// Throws that too, for any service.
  void check_region(std::string_view region) const;

 private:
  /// Empty: none.
  std::string override_of(const Service&) const;
  void check_known(std::string_view region) const;

  EndpointOverrides overrides_;
};

}  // namespace slipway::aws
