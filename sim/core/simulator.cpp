#include "sim/core/simulator.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/guarded.h"
#include "sim/core/admin_api.h"
#include "sim/core/clouds.h"
#include "sim/core/input_check.h"
#include "sim/core/scenario.h"
#include "sim/core/wire.h"
#include "sim/ecs/services.h"

namespace slipway::sim {
namespace {

const Operation& operation_of(const Invocation& invocation) {
  const auto service = std::find_if(kSimulatedServices.begin(), kSimulatedServices.end(),
                                    [&](const SimulatedService& s) { return s.name == invocation.service; });
  const Operation* operation = find_operation(service->operations(), invocation.operation);
  if (operation == nullptr) {
    throw AwsError(invocation.protocol == Protocol::json ? "UnknownOperationException" : "InvalidAction",
                   fmt::format("awssim does not implement {}:{}.", invocation.service, invocation.operation));
  }
  return *operation;
}

void authorize(const World& world, const Identity& caller, const std::string& action) {
  const auto role = world.roles.find(caller.principal);
  if (role == world.roles.end()) return;
  const auto& denied = role->second.denied_actions;
  if (std::find(denied.begin(), denied.end(), action) == denied.end()) return;
  throw AwsError("AccessDeniedException",
                 fmt::format("User: {} is not authorized to perform: {} because no identity-based policy allows the {} "
                             "action",
                             caller.arn, action, action));
}

/// The refusal that a fault puts in place of the call; none for faults that let it happen.
void fail_instead(const Fault& fault) {
  if (fault.kind == FaultKind::throttle) throw AwsError("ThrottlingException", "Rate exceeded");
  if (fault.kind == FaultKind::server_error)
    throw AwsError("ServerException", "Service Unavailable. Please try again later.", 500);
}

net::Response dropped() {
  net::Response response;
  response.dropped = true;
  return response;
}

/// All accounts at one instant.
struct Model {
  Model(const Clock& c, Simulator::Options o) : clock(c), options(o) { reset(); }

  void reset() { clouds = std::make_unique<Clouds>(options.pace, options.rules, options.seed); }

  /// The model's present: the clock's, unless it was stepped ahead of it.
  Time present() {
    now = std::max(now, clock.now());
    clouds->fleet.advance(now);
    return now;
  }

  net::Response serve_admin(const net::Request& request) {
    if (request.method == "POST" && request.path == "/_sim/reset") {
      reset();
      net::Request load = request;
      load.path = "/_sim/scenario";
      return admin(*clouds, load, now);
    }
    return admin(*clouds, request, now);
  }

  net::Response serve(const net::Request& request) {
    const std::string request_id = clouds->random.uuid();
    std::optional<Invocation> invocation;
    Protocol protocol = Protocol::json;
    try {
      invocation = read_invocation(request);
      if (!invocation) throw AwsError("UnknownOperationException", "awssim speaks ECS, ECR and STS.", 404);
      protocol = invocation->protocol;
      return run(*invocation, authenticate(request, clouds->world, now), request_id);
    } catch (const NotAuthenticated& refusal) {
      return refuse(protocol, as_error(protocol, refusal), request_id);
    } catch (const AwsError& error) {
      return refuse(protocol, error, request_id);
    }
  }

  net::Response run(const Invocation& invocation, const Authenticated& caller, const std::string& request_id) {
    const std::string& account = caller.identity.account;
    const std::string action = invocation.service + ":" + invocation.operation;
    const auto fault = clouds->faults.take(action, account, caller.region);
    const bool lost = fault && (fault->kind == FaultKind::lose_request || fault->kind == FaultKind::lose_reply);
    if (lost) clouds->counts.lost(account, action);
    if (fault && fault->kind == FaultKind::lose_request) return dropped();
    try {
      if (fault) fail_instead(*fault);
      authorize(clouds->world, caller.identity, action);
      net::Response response = answer(invocation, perform(invocation, caller), request_id);
      clouds->counts.succeeded(account, action);
      if (fault && fault->kind == FaultKind::lose_reply) return dropped();
      if (fault && fault->kind == FaultKind::empty_reply) response.body.clear();
      if (fault && fault->kind == FaultKind::delay) {
        response.headers.set(kDelayHeader, std::to_string(fault->delay / std::chrono::milliseconds(1)));
      }
      return response;
    } catch (const AwsError& error) {
      clouds->counts.failed(account, action, error.code());
      throw;
    }
  }

  json::object perform(const Invocation& invocation, const Authenticated& caller) {
    const Place place{caller.identity.account, caller.region};
    Region& region = clouds->world.region(place);
    const json::object input = checked_input(invocation.service, invocation.operation, invocation.input);
    Call call{clouds->world,  clouds->fleet,
              clouds->random, caller.identity,
              region,         clouds->history.view(region, now),
              input,          now};
    json::object output = operation_of(invocation).run(call);
    clouds->history.record(region, now);
    count_effects(invocation, call);
    return output;
  }

  void count_effects(const Invocation& invocation, const Call& call) {
    const std::string& account = call.caller.account;
    if (invocation.operation == "RegisterTaskDefinition") {
      clouds->counts.revision_registered(account, text_or(call.input, "family"));
    }
    if (invocation.operation == "UpdateService" && call.deployments_started > 0) {
      const std::string service = fmt::format("service/{}/{}", last_part(text_or(call.input, "cluster", "default")),
                                              last_part(text_or(call.input, "service")));
      clouds->counts.deployments_started(account, ecs_arn(call.region.place, service), call.deployments_started);
    }
  }

  const Clock& clock;
  const Simulator::Options options;
  Time now{};
  std::unique_ptr<Clouds> clouds;
};

}  // namespace

struct Simulator::State {
  Guarded<Model> model;
};

Simulator::Simulator(const Clock& clock, Options options) : state_(new State{Guarded<Model>(Model(clock, options))}) {}
Simulator::~Simulator() = default;

void Simulator::load(const json::object& scenario) {
  const auto model = state_->model.lock();
  const Time now = model->present();
  load_scenario(*model->clouds, scenario, now);
}

net::Response Simulator::handle(net::Request&& request) {
  const auto model = state_->model.lock();
  model->present();
  return request.path.starts_with("/_sim/") ? model->serve_admin(request) : model->serve(request);
}

void Simulator::advance_to(Time to) {
  const auto model = state_->model.lock();
  model->now = std::max(model->now, to);
  model->present();
}

std::optional<Time> Simulator::next_event() const {
  const auto model = state_->model.lock();
  return model->clouds->fleet.next_event();
}

}  // namespace slipway::sim
