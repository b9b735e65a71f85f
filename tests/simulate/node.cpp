#include "node.h"

#include <fmt/format.h>

#include "base/error.h"

namespace slipway::simulate {
namespace {

cli::CoreOptions core_options(const std::string& vfs) {
  cli::CoreOptions options;
  options.database.path = "/slipway.db";
  options.database.vfs = vfs;
  options.database.inline_writes = true;
  options.master_key_file = "/master.key";
  options.admin_api_key = Secret(kAdminKey);
  return options;
}

}  // namespace

Node::Node(const cli::World& world, ManualClock& clock, const std::string& vfs) : core_(world, core_options(vfs)) {
  core_.aws().pause = [&clock](Duration length) { clock.advance(length); };
  core_.start();
}

json::value Node::call(const std::string& method, const std::string& path, const json::value& body) {
  net::Request request;
  request.method = method;
  const auto query = path.find('?');
  request.path = path.substr(0, query);
  if (query != std::string::npos) request.query = path.substr(query + 1);
  request.headers.add("X-Octopus-ApiKey", kAdminKey);
  if (!body.is_null()) request.body = json::to_text(body);
  const net::Response response = core_.handle(std::move(request));
  if (response.status >= 300) {
    fail(ErrorCode::internal, fmt::format("{} {} answered {}: {}", method, path, response.status, response.body));
  }
  return json::parse(response.body);
}

}  // namespace slipway::simulate
