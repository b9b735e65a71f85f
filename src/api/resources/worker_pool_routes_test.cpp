#include "api/resources/worker_pool_routes.h"

#include "api/testing.h"

using namespace slipway;
using namespace slipway::api::testing;

TEST_CASE("Each kind of worker pool that the server names can be made, and no other") {
  TestApi api;
  const Answer kinds = api.get("/api/Spaces-1/workerpools/supportedtypes");
  const auto make = [&](std::string_view kind) {
    return api.post("/api/Spaces-1/workerpools", json::object{{"Name", kind}, {"WorkerPoolType", kind}});
  };
  CHECK(kinds["SupportedPoolTypes"].as_array().size() == 2);
  for (const json::value& kind : kinds["SupportedPoolTypes"].as_array()) {
    const Answer made = make(json::view(kind.as_string()));
    CHECK_MESSAGE(made.status == 201, made.text);
  }
  CHECK(make("UnknownWorkerPool").status == 400);
}
