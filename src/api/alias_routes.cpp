#include "api/alias_routes.h"

#include <fmt/format.h>

#include <memory>

#include "api/resource.h"

namespace slipway::api {
namespace {

struct Alias {
  std::string_view path;
  std::string_view type;
};

constexpr Alias aliases[] = {
    {"environments/v2", "Environment"},  // of every Type; we have static ones only
};

}  // namespace

std::vector<Route> alias_routes(const model::Catalogue& catalogue) {
  std::vector<Route> routes;
  for (const auto& [path, type] : aliases) {
    const auto resource = std::make_shared<const Resource>(catalogue.get(type));
    routes.push_back({"GET", std::string(path), resource->schema().permissions.view,
                      fmt::format("Lists documents of type {}, a page at a time.", type),
                      [resource](Call& call, storage::Reader& reader) { return resource->page(call, reader); },
                      RouteScope::space, std::string(type)});
  }
  return routes;
}

}  // namespace slipway::api
