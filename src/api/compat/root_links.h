// The tables of links that clients find everything by: the .NET and Go clients build no address themselves.
//
// A link's template follows from its route: "/api/Spaces-1/releases{/id}{?skip,take,ids}" names what the address may go
// on with, one document of a list that has pages or the parameter that the route ends with, and then all that the
// routes at that address read of a query.
#pragma once

#include <string>
#include <vector>

#include "api/http/route.h"
#include "base/json.h"
#include "model/catalogue.h"

namespace slipway::api {

/// Immutable after construction; threads: any.
class RootLinks {
 public:
  RootLinks() = default;
  /// One link for each route and each declared resource that names one.
  RootLinks(const std::vector<Route>&, const model::Catalogue&);

  /// Links to what belongs to the space.
  json::object of_space(const std::string& space) const;
  /// Links to what belongs to the server, and to the default space for clients that name none.
  json::object of_server(const std::string& default_space) const;

 private:
  struct Link {
    std::string name, target;  ///< the target's part behind "/api/Spaces-1", or behind "/api"
  };
  std::vector<Link> space_, server_;
};

}  // namespace slipway::api
