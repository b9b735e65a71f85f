#include "api/http/errors.h"

#include <doctest/doctest.h>

namespace slipway::api {
namespace {

TEST_CASE("what may be tried again says when") {
  const auto response = error_response(Error(ErrorCode::unavailable, "AWS is busy."));
  CHECK(response.status == 503);
  CHECK(response.headers.find("Retry-After") == "5");
  CHECK_FALSE(error_response(Error(ErrorCode::invalid, "no")).headers.find("Retry-After"));
}

}  // namespace
}  // namespace slipway::api
