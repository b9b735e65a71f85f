#include "api/resources/worker_pool_routes.h"

#include "api/http/shape.h"

namespace slipway::api {
namespace {

net::Response supported_types(Call& call, storage::Reader&) {
  json::array kinds;
  for (const auto& [kind, fields] : call.services.catalogue.get("WorkerPool").kinds) kinds.emplace_back(kind);
  return json_response(200, json::object{{"Id", "supported-worker-pool-types"},
                                         {"SupportedPoolTypes", std::move(kinds)},
                                         {"Links", json::object()}});
}

}  // namespace

std::vector<Route> worker_pool_routes() {
  return {
      Route{"GET", "workerpools/supportedtypes", "WorkerView", "Kinds of worker pools that can be made.",
            supported_types}
          .answers(shape::object({{"Id", shape::text()},
                                  {"SupportedPoolTypes", shape::list_of(shape::text())},
                                  {"Links", shape::links()}}))
          .linked("WorkerPoolsSupportedTypes"),
  };
}

}  // namespace slipway::api
