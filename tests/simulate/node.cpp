#include "node.h"

#include <fmt/format.h>

#include "base/error.h"
#include "cloud/credential_sources.h"
#include "steps/ecs_service/ecs_service_step.h"

namespace slipway::simulate {
namespace {

using namespace std::chrono_literals;

storage::MasterKey master_key(const Ground& ground) {
  return storage::MasterKey::load(ground.disk, ground.random, "/master.key", true);
}

std::unique_ptr<storage::Database> open_database(const Ground& ground) {
  storage::DatabaseOptions options;
  options.path = ground.database_path;
  options.vfs = ground.vfs;
  options.inline_writes = true;
  return storage::open_sqlite(options, ground.log);
}

aws::Endpoints endpoints() {
  aws::EndpointOverrides overrides;
  overrides.all = "http://127.0.0.1:4566";
  return aws::Endpoints(overrides);
}

engine::EngineOptions engine_options() {
  engine::EngineOptions options;
  options.settle_time = 90s;
  return options;
}

}  // namespace

Node::Node(const Ground& ground)
    : ground_(ground),
      vault_(master_key(ground), ground.random, ids_),
      database_(open_database(ground)),
      aws_(ground.network, ground.clock, ground.random, endpoints()),
      credentials_(ground.clock, ground.random),
      poller_(ground.executor, ground.clock, ground.random),
      source_(*database_, ids_, vault_, ground.clock),
      engine_({*database_, ground.executor, ground.clock, ground.log, steps_, source_, engine_options()}),
      api_({*database_, ids_, vault_, ground.random, ground.clock, ground.log, aws_, ground.network, ground.disk},
           admin_key) {
  aws_.pause = [&clock = ground.clock](Duration length) { clock.advance(length); };
  const steps::AwsAccess access{aws_, credentials_, []() -> std::unique_ptr<aws::CredentialSource> {
                                  fail(ErrorCode::unauthenticated, "A simulated server has no credentials of its own.");
                                }};
  steps_.add(std::make_unique<steps::EcsServiceStep>(access, poller_));
  engine_.start();
}

Node::~Node() = default;

json::value Node::call(const std::string& method, const std::string& path, const json::value& body) {
  net::Request request;
  request.method = method;
  const auto query = path.find('?');
  request.path = path.substr(0, query);
  if (query != std::string::npos) request.query = path.substr(query + 1);
  request.headers.add("X-Octopus-ApiKey", admin_key);
  if (!body.is_null()) request.body = json::to_text(body);
  const net::Response response = api_.handle(std::move(request));
  if (response.status >= 300) {
    fail(ErrorCode::internal, fmt::format("{} {} answered {}: {}", method, path, response.status, response.body));
  }
  return json::parse(response.body);
}

}  // namespace slipway::simulate
