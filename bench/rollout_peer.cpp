#include "bench/rollout_peer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
namespace slipway::bench {
namespace {

constexpr const char* kHub = "100000000000";

json::object service(const std::string& name) {
  return {{"cluster", RolloutPeer::kCluster}, {"serviceName", name}, {"taskDefinition", "web:1"}, {"desiredCount", 2}};
}

json::object account(int number, const std::vector<std::string>& services) {
  const json::object container{{"name", "web"}, {"image", "registry.example/web:0"}, {"memory", 128}};
  json::array mine;
  for (auto n = static_cast<std::size_t>(number); n < services.size(); n += RolloutPeer::kAccounts) {
    mine.push_back(service(services[n]));
  }
  return {{"id", RolloutPeer::account_id(number)},
          {"roles", json::array{json::object{{"name", "deployer"},
                                             {"trusts", json::array{fmt::format("arn:aws:iam::{}:root", kHub)}},
                                             {"externalId", RolloutPeer::kExternalId}}}},
          {"clusters", json::array{json::object{{"name", RolloutPeer::kCluster}}}},
          {"taskDefinitions",
           json::array{json::object{{"family", "web"}, {"containerDefinitions", json::array{container}}}}},
          {"services", std::move(mine)}};
}

json::object scenario(const std::vector<std::string>& services) {
  json::array accounts{
      json::object{{"id", kHub},
                   {"accessKeys", json::array{json::object{{"user", "slipway"},
                                                           {"accessKeyId", RolloutPeer::kAccessKey},
                                                           {"secretAccessKey", RolloutPeer::kSecretKey}}}}}};
  json::array faults;
  for (int number = 0; number < RolloutPeer::kAccounts; ++number) {
    accounts.push_back(account(number, services));
    faults.push_back(json::object{
        {"kind", "no_capacity"}, {"account", RolloutPeer::account_id(number)}, {"cluster", RolloutPeer::kCluster}});
  }
  return {{"region", RolloutPeer::kRegion}, {"accounts", std::move(accounts)}, {"faults", std::move(faults)}};
}

std::string last_part(std::string_view name_or_arn) {
  return std::string(name_or_arn.substr(name_or_arn.rfind('/') + 1));
}

}  // namespace

std::string RolloutPeer::account_id(int number) { return std::to_string(200'000'000'000 + number); }

std::string RolloutPeer::role_arn_of(const std::string& account) {
  return fmt::format("arn:aws:iam::{}:role/deployer", account);
}

RolloutPeer::RolloutPeer(const std::vector<std::string>& services)
    : simulator_(clock_, {}),
      server_(
          {}, [this](net::Request&& request) { return handle(std::move(request)); }, log_) {
  for (const std::string& name : services) services_.lock()->try_emplace(name);
  simulator_.load(scenario(services));
}

Process::Environment RolloutPeer::environment() const {
  return {{"AWS_ENDPOINT_URL", fmt::format("http://127.0.0.1:{}", server_.port())}};
}

net::Response RolloutPeer::handle(net::Request&& request) {
  const std::string target(request.headers.find("X-Amz-Target").value_or(""));
  const std::string body = request.body;
  net::Response response = simulator_.handle(std::move(request));
  if (response.status == 200) note(target.substr(target.rfind('.') + 1), body);
  return response;
}

void RolloutPeer::note(std::string_view operation, const std::string& body) {
  const bool is_read = operation == "DescribeServices";
  if (!is_read && operation != "UpdateService") return;
  const json::value input = json::parse(body);
  std::vector<std::string> names;
  if (const auto* list = json::array_at(input.as_object(), "services")) {
    for (const json::value& name : *list) names.push_back(last_part(json::view(name.as_string())));
  }
  if (const auto name = json::text_at(input.as_object(), "service")) names.push_back(last_part(*name));

  const auto services = services_.lock();
  for (const std::string& name : names) {
    const auto known = services->find(name);
    if (known == services->end()) continue;
    if (is_read) {
      known->second.reads.push_back(now_ms());
    } else {
      known->second.updated = now_ms();
    }
  }
}

int RolloutPeer::followed() const {
  const auto services = services_.lock();
  return static_cast<int>(std::count_if(services->begin(), services->end(), [](const auto& service) {
    const Times& times = service.second;
    return times.updated > 0 && !times.reads.empty() && times.reads.back() > times.updated;
  }));
}

double RolloutPeer::all_read_since(double start) const {
  const auto services = services_.lock();
  double last = 0;
  for (const auto& [name, times] : *services) {
    const auto first = std::upper_bound(times.reads.begin(), times.reads.end(), start);
    if (first == times.reads.end()) return 0;
    last = std::max(last, *first);
  }
  return last;
}

}  // namespace slipway::bench
