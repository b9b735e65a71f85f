#include "sim/core/admin_api.h"

#include <fmt/format.h>

#include <array>

#include "base/error.h"
#include "sim/core/call.h"
#include "sim/core/scenario.h"
#include "sim/ecs/ecs_json.h"
#include "sim/ecs/ecs_services.h"
#include "sim/ecs/services.h"

namespace slipway::sim {
namespace {

constexpr std::string_view kDefaultRegion = "eu-west-1";

net::Response respond(int status, const json::value& body) {
  net::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"}};
  response.body = json::to_text(body);
  return response;
}

struct AdminCall {
  Clouds& clouds;
  const json::object& input;
  Time now;
};

json::object show_cluster(const Region& region, const Cluster& cluster) {
  json::object services;
  for (const auto& [name, service] : cluster.services) {
    json::object shown = show(service, cluster);
    json::array& rollouts = shown["serviceDeployments"].emplace_array();
    for (const ServiceDeployment& rollout : service.service_deployments) {
      rollouts.push_back(show(rollout, service, cluster));
    }
    services[name] = std::move(shown);
  }
  json::array tasks;
  for (const auto& [id, task] : cluster.tasks) tasks.push_back(show(task, region));
  return {{"services", std::move(services)}, {"tasks", std::move(tasks)}};
}

json::object show_region(const Region& region) {
  json::array definitions;
  for (const auto& [name, family] : region.families) {
    for (const auto& [number, definition] : family.revisions) definitions.push_back(show(definition));
  }
  json::object clusters;
  for (const auto& [name, cluster] : region.clusters) clusters[name] = show_cluster(region, cluster);
  const auto count = definitions.size();
  return {
      {"taskDefinitionCount", count}, {"taskDefinitions", std::move(definitions)}, {"clusters", std::move(clusters)}};
}

json::object state(AdminCall& call) {
  json::object accounts;
  for (const auto& [place, region] : call.clouds.world.regions) {
    json::value& account = accounts[place.account];
    if (!account.is_object()) account.emplace_object();
    account.get_object()[place.region] = show_region(region);
  }
  return {{"accounts", std::move(accounts)}};
}

json::object calls(AdminCall& call) { return {{"accounts", call.clouds.counts.show()}}; }

json::object operations(AdminCall&) {
  json::array actions;
  for (const SimulatedService& service : kSimulatedServices) {
    for (const Operation& operation : service.operations()) {
      actions.emplace_back(std::string_view(fmt::format("{}:{}", service.name, operation.name)));
    }
  }
  return {{"operations", std::move(actions)}};
}

json::object images(AdminCall& call) {
  add_image(call.clouds, call.input, std::string(kDefaultRegion), call.now);
  return {};
}

json::object behaviours(AdminCall& call) {
  add_misbehaviour(call.clouds, call.input);
  return {};
}

json::object faults(AdminCall& call) {
  add_fault(call.clouds, call.input, std::string(kDefaultRegion), call.now);
  return {};
}

json::object scenario(AdminCall& call) {
  load_scenario(call.clouds, call.input, call.now);
  return {};
}

json::object expire_credentials(AdminCall& call) {
  const std::string account = text_or(call.input, "account");
  int expired = 0;
  for (auto& [id, key] : call.clouds.world.keys) {
    if (!key.expires || (!account.empty() && key.identity.account != account)) continue;
    key.expires = call.now;
    ++expired;
  }
  return {{"expired", expired}};
}

json::object delete_role(AdminCall& call) {
  if (call.clouds.world.roles.erase(text_or(call.input, "arn")) == 0) fail_not_found("There is no role of that arn.");
  return {};
}

json::object foreign_update(AdminCall& call) {
  const std::string account = text_or(call.input, "account");
  const Identity stranger{account, fmt::format("arn:aws:iam::{}:user/someone-else", account), account, "", false};
  Region& region = call.clouds.world.region({account, text_or(call.input, "region", kDefaultRegion)});
  Call update{call.clouds.world, call.clouds.fleet, call.clouds.random, stranger, region, region, call.input, call.now};
  json::object answer = update_service(update);
  call.clouds.history.record(region, call.now);
  return answer;
}

struct Route {
  std::string_view method;
  std::string_view path;
  json::object (*run)(AdminCall&);
};
constexpr std::array kRoutes = {
    Route{"GET", "/_sim/state", state},
    Route{"GET", "/_sim/calls", calls},
    Route{"GET", "/_sim/operations", operations},
    Route{"POST", "/_sim/images", images},
    Route{"POST", "/_sim/behaviours", behaviours},
    Route{"POST", "/_sim/faults", faults},
    Route{"POST", "/_sim/scenario", scenario},
    Route{"POST", "/_sim/credentials/expire", expire_credentials},
    Route{"POST", "/_sim/roles/delete", delete_role},
    Route{"POST", "/_sim/foreign-update", foreign_update},
};

}  // namespace

net::Response admin(Clouds& clouds, const net::Request& request, Time now) {
  try {
    const json::value body = json::parse(request.body.empty() ? "{}" : request.body);
    if (!body.is_object()) fail_invalid("The body must be a JSON object.");
    for (const Route& route : kRoutes) {
      if (route.method != request.method || route.path != request.path) continue;
      AdminCall call{clouds, body.get_object(), now};
      return respond(200, route.run(call));
    }
    return respond(404, json::object{{"error", "There is no such route; sim/core/admin_api.h lists them."}});
  } catch (const Error& error) {
    return respond(400, json::object{{"error", error.message()}});
  } catch (const AwsError& error) {
    return respond(400, json::object{{"error", error.message()}, {"code", error.code()}});
  }
}

}  // namespace slipway::sim
