#include "cloud/endpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "aws_model/model.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/text.h"
#include "net/address_guard.h"

namespace slipway::aws {
namespace {

struct RegionPrefix {
  std::string_view prefix;
  Partition partition;
};
constexpr RegionPrefix kPartitions[] = {
    {"cn-", {"aws-cn", "amazonaws.com.cn"}},      {"us-gov-", {"aws-us-gov", "amazonaws.com"}},
    {"eusc-", {"aws-eusc", "amazonaws.eu"}},      {"us-iso-", {"aws-iso", "c2s.ic.gov"}},
    {"us-isob-", {"aws-iso-b", "sc2s.sgov.gov"}}, {"eu-isoe-", {"aws-iso-e", "cloud.adc-e.uk"}},
    {"us-isof-", {"aws-iso-f", "csp.hci.ic.gov"}}};
constexpr Partition kPublic{"aws", "amazonaws.com"};

/// A region becomes part of a host name, so nothing else may pass: letters, digits and dashes, like "eu-west-1".
bool is_region(std::string_view region) {
  const auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return region.size() <= 32 && std::ranges::all_of(region, good) && region.find('-') != region.npos &&
         !region.starts_with('-') && !region.ends_with('-');
}

/// As all of AWS's are so far: words of letters and then a number.
bool looks_like_region(std::string_view text) {
  const auto dash = text.rfind('-');
  if (!is_region(text) || dash == text.npos) return false;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::string_view words = text.substr(0, dash), number = text.substr(dash + 1);
  return std::ranges::all_of(number, is_digit) && std::ranges::none_of(words, is_digit) &&
         words.find('-') != words.npos && words.find("--") == words.npos;
}

/// The host in lower case and without the port that the scheme implies: it is signed as it stands here, while libcurl
/// leaves such a port out of the Host field, and AWS's names are lower case.
std::string normalized(std::string_view url, std::size_t host_start) {
  const auto path_start = std::min(url.find('/', host_start), url.size());
  std::string_view host = url.substr(host_start, path_start - host_start);
  const std::string_view implied_port = url.starts_with("https:") ? ":443" : ":80";
  if (host.ends_with(implied_port)) host.remove_suffix(implied_port.size());
  return std::string(url.substr(0, host_start)) + to_lower_ascii(host) + std::string(url.substr(path_start));
}

std::string checked(std::string url) {
  const auto scheme_end = url.find("://");
  const auto host_part = scheme_end == url.npos ? std::string() : url.substr(scheme_end + 3);
  auto host = host_part.substr(0, host_part.find('/'));
  if (const auto colon = host.rfind(':'); colon != host.npos && !host.ends_with(']')) host.resize(colon);
  const bool https = url.starts_with("https://");
  if (host.empty() || (!https && !url.starts_with("http://"))) {
    fail_invalid(fmt::format("The AWS endpoint override \"{}\" is not a URL such as https://host:port.", url));
  }
  const bool loopback = net::refuse_host(host, {.allow_private = true}).has_value() &&
                        !net::refuse_host(host, {.allow_loopback = true, .allow_private = true});
  if (!https && !loopback) {
    fail_invalid(fmt::format(
        "The AWS endpoint override \"{}\" sends credentials' signatures in clear text. Use https, or a loopback host.",
        url));
  }
  if (!url.ends_with('/')) url += '/';
  return normalized(url, scheme_end + 3);
}

}  // namespace

Partition partition_of(std::string_view region) {
  if (!is_region(region)) {
    fail_invalid(fmt::format("\"{}\" is not an AWS region. Use a name such as eu-west-1.", region));
  }
  const auto found =
      std::ranges::find_if(kPartitions, [&](const RegionPrefix& p) { return region.starts_with(p.prefix); });
  return found == std::end(kPartitions) ? kPublic : found->partition;
}

EndpointOverrides EndpointOverrides::from_environment(const Environment& environment) {
  EndpointOverrides overrides;
  overrides.all = environment("AWS_ENDPOINT_URL").value_or("");
  constexpr std::pair<const char*, const Service*> kVariables[] = {
      {"AWS_ENDPOINT_URL_ECS", &kEcs}, {"AWS_ENDPOINT_URL_ECR", &kEcr}, {"AWS_ENDPOINT_URL_STS", &kSts}};
  for (const auto& [variable, service] : kVariables) {
    if (auto url = environment(variable); url && !url->empty()) {
      overrides.by_service[std::string(service->signing_name)] = std::move(*url);
    }
  }
  const std::string newer = environment("SLIPWAY_AWS_REGIONS").value_or("");
  for (const auto region : split(newer, ',')) {
    if (trim(region).empty()) continue;
    if (!looks_like_region(trim(region))) {
      fail_invalid(
          fmt::format("SLIPWAY_AWS_REGIONS names \"{}\", which is not written as regions are. Give names such "
                      "as eu-west-1, separated by commas.",
                      trim(region)));
    }
    overrides.regions.emplace_back(trim(region));
  }
  return overrides;
}

Endpoints::Endpoints(EndpointOverrides overrides) : overrides_(std::move(overrides)) {
  if (!overrides_.all.empty()) overrides_.all = checked(std::move(overrides_.all));
  for (auto& [service, url] : overrides_.by_service) url = checked(std::move(url));
}

std::string Endpoints::override_of(const Service& service) const {
  const auto own = overrides_.by_service.find(std::string(service.signing_name));
  return own == overrides_.by_service.end() ? overrides_.all : own->second;
}

void Endpoints::check_known(std::string_view region) const {
  const auto& known = regions();
  if (std::ranges::binary_search(known, region) ||
      std::ranges::find(overrides_.regions, region) != overrides_.regions.end()) {
    return;
  }
  fail_invalid(fmt::format(
      "\"{}\" is no AWS region that this server knows.{} One that is newer than this server must be named in its "
      "environment variable SLIPWAY_AWS_REGIONS.",
      region, did_you_mean(region, known)));
}

void Endpoints::check_region(std::string_view region) const {
  partition_of(region);
  const Service* services[] = {&kEcs, &kEcr, &kSts};
  if (std::ranges::any_of(services, [&](const Service* s) { return override_of(*s).empty(); })) check_known(region);
}

std::string Endpoints::url(const Service& service, std::string_view region) const {
  const Partition partition = partition_of(region);
  if (auto own = override_of(service); !own.empty()) return own;
  check_known(region);
  return fmt::format("https://{}.{}.{}/", service.endpoint_prefix, region, partition.dns_suffix);
}

}  // namespace slipway::aws
