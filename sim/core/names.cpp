#include "sim/core/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "aws_model/model.h"
#include "base/text.h"

namespace slipway::sim {
namespace {

bool is_account_id(std::string_view text) {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<Place> ecr_place(std::string_view host) {
  const std::vector<std::string_view> parts = split(host, '.');
  if (parts.size() < 4 || !is_account_id(parts[0])) return std::nullopt;
  const std::string account(parts[0]);
  if (parts[1] == "dkr-ecr") return Place{account, std::string(parts[2])};
  if (parts[1] == "dkr" && (parts[2] == "ecr" || parts[2] == "ecr-fips")) return Place{account, std::string(parts[3])};
  return std::nullopt;
}

}  // namespace

bool is_region(std::string_view name) { return std::ranges::binary_search(aws::regions(), name); }

std::string_view partition_of(std::string_view region) {
  if (region.starts_with("cn-")) return "aws-cn";
  if (region.starts_with("us-gov-")) return "aws-us-gov";
  return "aws";
}

std::string ecs_arn(const Place& place, std::string_view resource) {
  return fmt::format("arn:{}:ecs:{}:{}:{}", partition_of(place.region), place.region, place.account, resource);
}

std::string ecr_arn(const Place& place, std::string_view repository) {
  return fmt::format("arn:{}:ecr:{}:{}:repository/{}", partition_of(place.region), place.region, place.account,
                     repository);
}

std::string last_part(std::string_view text) {
  const auto slash = text.rfind('/');
  return std::string(slash == std::string_view::npos ? text : text.substr(slash + 1));
}

TaskDefinitionName parse_task_definition_name(std::string_view text) {
  const std::string name = last_part(text);
  const auto colon = name.rfind(':');
  if (colon == std::string::npos) return {name, std::nullopt};
  int revision = 0;
  const char* end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data() + colon + 1, end, revision);
  if (parsed.ec != std::errc() || parsed.ptr != end) return {name, std::nullopt};
  return {name.substr(0, colon), revision};
}

ImageName parse_image_name(std::string_view text) {
  ImageName name;
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    name.digest = text.substr(at + 1);
    text = text.substr(0, at);
  }
  if (const auto colon = text.rfind(':'); colon != std::string_view::npos && text.find('/', colon) == text.npos) {
    name.tag = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  if (name.tag.empty() && name.digest.empty()) name.tag = "latest";
  const auto slash = text.find('/');
  if (slash != std::string_view::npos && text.substr(0, slash).find_first_of(".:") != std::string_view::npos) {
    name.registry = text.substr(0, slash);
    text = text.substr(slash + 1);
  }
  name.repository = text;
  name.ecr = ecr_place(name.registry);
  return name;
}

}  // namespace slipway::sim
