#include "api/http/named_list.h"

#include "api/http/route.h"
#include "api/http/shape.h"

namespace slipway::api {

net::Response named_list(std::span<const std::string_view> names) {
  json::array list;
  for (const std::string_view name : names) {
    list.push_back(json::object{{"Id", name}, {"Name", name}, {"Links", json::object()}});
  }
  return json_response(200, list);
}

json::object named_list_shape() {
  return shape::list_of(shape::object({{"Id", shape::text()}, {"Name", shape::text()}, {"Links", shape::links()}}));
}

}  // namespace slipway::api
