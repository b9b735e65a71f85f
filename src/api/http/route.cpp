#include "api/http/route.h"

#include <iterator>

namespace slipway::api {

QueryParameters paged(QueryParameters more) {
  QueryParameters all{{"skip", QueryKind::number}, {"take", QueryKind::number}};
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  return all;
}

net::Response json_response(int status, std::string text) {
  net::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json; charset=utf-8");
  response.body = std::move(text);
  return response;
}

net::Response json_response(int status, const json::value& v) { return json_response(status, json::to_text(v)); }

}  // namespace slipway::api
