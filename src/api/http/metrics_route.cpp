#include "api/http/metrics_route.h"

namespace slipway::api {
namespace {

net::Response metrics(Call& call) {
  return {200,
          {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
          call.services.metrics ? call.services.metrics() : "# nothing is measured\n",
          {}};
}

}  // namespace

Route metrics_route() {
  return Route{"GET",   "/metrics",        "AdministerSystem", "What is measured, in Prometheus' text format.",
               metrics, RouteScope::system}
      .answers_text("text/plain");
}

}  // namespace slipway::api
