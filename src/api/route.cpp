#include "api/route.h"

namespace slipway::api {

net::Response json_response(int status, std::string text) {
  net::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json; charset=utf-8");
  response.body = std::move(text);
  return response;
}

net::Response json_response(int status, const json::value& v) { return json_response(status, json::to_text(v)); }

}  // namespace slipway::api
