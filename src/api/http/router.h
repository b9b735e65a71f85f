// From an address to its route, in time that depends on the address alone.
//
// Every route is reachable under three prefixes: /api/{space id, slug or name}/…, /api/spaces/{space}/… and /api/… (the
// default space). A literal wins over a parameter, and an address without a space over one with.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/route.h"

namespace slipway::api {

struct Match {
  const Route* route = nullptr;
  std::string_view space;  ///< still encoded; empty when the address names none
  std::vector<std::pair<std::string_view, std::string_view>> parameters;  ///< still encoded
};

/// Throws Error{not_found} that names both.
[[noreturn]] void fail_no_address(std::string_view method, std::string_view path);

/// Immutable after construction; threads: any.
class Router {
 public:
  explicit Router(std::vector<Route> routes);
  ~Router();

  /// Throws Error{not_found} for an unknown address; for a known one without that method, returns a match without
  /// route, with the space if the address names one, and names the methods that exist in `allowed`.
  Match match(std::string_view method, std::string_view path, std::string* allowed = nullptr) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Node;
  std::vector<Route> routes_;
  std::unique_ptr<Node> root_;
};

}  // namespace slipway::api
