#include "api/http/router.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "base/text.h"

namespace slipway::api {
namespace {

using Segments = std::vector<std::string_view>;

/// The segments of a path; empty ones (a trailing slash, a doubled one) don't count.
Segments segments_of(std::string_view path) {
  Segments segments;
  for (const std::string_view part : split(path, '/')) {
    if (!part.empty()) segments.push_back(part);
  }
  return segments;
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }
std::string_view parameter_name(std::string_view segment) { return segment.substr(1, segment.size() - 2); }

}  // namespace

struct Router::Node {
  std::unordered_map<std::string, std::unique_ptr<Node>> literals;  // by lower-case segment
  std::unique_ptr<Node> parameter;
  std::vector<const Route*> routes;  // one a method

  Node& child(std::string_view segment) {
    std::unique_ptr<Node>& next = is_parameter(segment) ? parameter : literals[to_lower_ascii(segment)];
    if (!next) next = std::make_unique<Node>();
    return *next;
  }

  /// The deepest route for the rest of the segments; values of parameters are appended. Known addresses without the
  /// method add what they have to `allowed`.
  const Route* find(const Segments& segments, std::size_t at, std::string_view method,
                    std::vector<std::string_view>& values, std::string& allowed) const {
    if (at == segments.size()) {
      for (const Route* route : routes) {
        if (route->method == method) return route;
        if (allowed.find(route->method) != allowed.npos) continue;  // of another pattern for the same address
        allowed += (allowed.empty() ? "" : ", ") + route->method;
      }
      return nullptr;
    }
    if (const auto literal = literals.find(to_lower_ascii(segments[at])); literal != literals.end()) {
      if (const Route* route = literal->second->find(segments, at + 1, method, values, allowed)) return route;
    }
    if (!parameter) return nullptr;
    values.push_back(segments[at]);
    if (const Route* route = parameter->find(segments, at + 1, method, values, allowed)) return route;
    values.pop_back();
    return nullptr;
  }
};

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)), root_(std::make_unique<Node>()) {
  for (const Route& route : routes_) {
    // Patterns are relative to /api unless they begin with a slash.
    Node* node = route.pattern.starts_with('/') ? root_.get() : &root_->child("api");
    for (const std::string_view segment : segments_of(route.pattern)) node = &node->child(segment);
    for (const Route* other : node->routes) {
      if (other->method == route.method) {
        fail(ErrorCode::internal, fmt::format("Two routes claim {} {}.", route.method, route.pattern));
      }
    }
    node->routes.push_back(&route);
  }
}

Router::~Router() = default;

void fail_no_address(std::string_view method, std::string_view path) {
  fail_not_found(fmt::format(
      "There is nothing at {} {}: the address is unknown. /api/openapi.json lists all there are.", method, path));
}

Match Router::match(std::string_view method, std::string_view path, std::string* allowed) const {
  if (method == "HEAD") method = "GET";
  Segments segments = segments_of(path);
  Match match;
  std::vector<std::string_view> values;
  std::string others;
  const auto find = [&](const Segments& candidate) {
    match.route = root_->find(candidate, 0, method, values, others);
    return match.route != nullptr;
  };
  // Without the space: /api/{space}/rest and /api/spaces/{space}/rest mean /api/rest in that space.
  const auto find_in_space = [&](std::size_t space_at) {
    if (segments.size() <= space_at) return false;
    Segments rest{segments[0]};
    rest.insert(rest.end(), segments.begin() + static_cast<std::ptrdiff_t>(space_at) + 1, segments.end());
    if (rest.size() == 1) rest.push_back("space root");
    const bool found = find(rest);
    if (found || !others.empty()) match.space = segments[space_at];
    return found;
  };
  const bool in_api = !segments.empty() && equals_ignoring_case(segments[0], "api");
  const bool names_spaces = in_api && segments.size() > 1 && equals_ignoring_case(segments[1], "spaces");
  const bool found = find(segments) || (names_spaces && segments.size() > 3 && find_in_space(2)) ||
                     (in_api && !names_spaces && others.empty() && find_in_space(1));
  if (!found) {
    if (others.empty() || allowed == nullptr) fail_no_address(method, path);
    *allowed = others;
    return match;
  }
  auto value = values.begin();
  for (const std::string_view segment : segments_of(match.route->pattern)) {
    if (is_parameter(segment) && value != values.end())
      match.parameters.emplace_back(parameter_name(segment), *value++);
  }
  return match;
}

}  // namespace slipway::api
