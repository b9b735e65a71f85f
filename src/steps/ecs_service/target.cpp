#include "steps/ecs_service/target.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace slipway::steps::ecs {
namespace {

constexpr std::string_view kClusterProperty = "Slipway.Ecs.Cluster";
constexpr std::string_view kServiceProperty = "Slipway.Ecs.Service";

/// "arn:aws:ecs:eu-west-1:222222222222:service/prod/web", from its region on.
struct EcsArn {
  std::string_view region, account;
  std::vector<std::string_view> resource;  ///< {"service", "prod", "web"}
};

std::optional<EcsArn> parse_arn(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() != 6 || parts[2] != "ecs" || parts[3].empty() || parts[4].empty()) return std::nullopt;
  return EcsArn{parts[3], parts[4], split(parts[5], '/')};
}

void check_place(const EcsArn& arn, std::string_view property, AwsLogin& login, Problems& problems) {
  if (!login.region.empty() && arn.region != login.region) {
    problems.add(fmt::format("{} is in {}, but Octopus.Action.Aws.Region is {}.", property, arn.region, login.region));
  }
  if (login.account.empty()) login.account = arn.account;
  if (arn.account != login.account) {
    problems.add(
        fmt::format("{} is in account {}, but the action signs in to {}.", property, arn.account, login.account));
  }
}

/// The parts of the resource behind its type; one part for a name.
std::vector<std::string_view> parts_of(InputReader& read, std::string_view given, std::string_view property,
                                       std::string_view type, AwsLogin& login) {
  if (!given.starts_with("arn:")) {
    if (given.find_first_of("/: ") == std::string_view::npos) return {given};
    read.problems().add(fmt::format("{} must be a name or an ARN, not {}.", property, read.show(property)));
    return {};
  }
  const auto arn = parse_arn(given);
  if (!arn || arn->resource.size() < 2 || arn->resource.size() > 3 || arn->resource[0] != type) {
    read.problems().add(
        fmt::format("{} must be the name or the ARN of an ECS {}, not {}.", property, type, read.show(property)));
    return {};
  }
  check_place(*arn, property, login, read.problems());
  return {arn->resource.begin() + 1, arn->resource.end()};
}

}  // namespace

Target read_target(InputReader& read, AwsLogin& login) {
  Target target;
  const std::string service = read.text(kServiceProperty);
  if (const auto parts = parts_of(read, service, kServiceProperty, "service", login); !parts.empty()) {
    target.service = parts.back();
    if (parts.size() == 2) target.cluster = parts.front();
  }
  const bool is_told = !target.cluster.empty();
  const std::string cluster = is_told ? read.given(kClusterProperty).value_or("") : read.text(kClusterProperty);
  if (cluster.empty()) return target;
  const auto parts = parts_of(read, cluster, kClusterProperty, "cluster", login);
  if (parts.empty()) return target;
  if (is_told && target.cluster != parts.back()) {
    read.problems().add(fmt::format("{} is {}, but {} is in the cluster {}.", kClusterProperty, parts.back(),
                                    kServiceProperty, target.cluster));
  }
  target.cluster = parts.back();
  return target;
}

}  // namespace slipway::steps::ecs
