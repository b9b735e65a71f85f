// The API as one handler for the web server.
#pragma once

#include <exception>
#include <optional>

#include "api/http/router.h"
#include "api/people/refused_sign_ins.h"
#include "api/services.h"
#include "base/json.h"
#include "net/http.h"

namespace slipway::api {

/// Threads: any. The services must outlive it.
class ApiServer {
 public:
  explicit ApiServer(Services&);

  /// Never throws: failures become the contract's error bodies.
  net::Response handle(net::Request&&) const;
  /// Refuses a request whose head has no valid key; for those with large bodies, before these are read. Never throws.
  std::optional<net::Response> authorize_head(const net::Request& head) const;
  /// Whether a request's route asks others outside. Quick; never throws.
  bool calls_out(const net::Request& head) const;
  const Router& router() const { return router_; }
  /// Requests that showed a key which is none.
  std::uint64_t refused_sign_ins() const { return refused_sign_ins_.count(); }

 private:
  net::Response answer(const net::Request&, const Route*& route) const;
  net::Response method_missing(const net::Request&, const Match&, const std::string& allowed) const;
  net::Response explain(const net::Request&, const std::exception&) const;

  Services& services_;
  Router router_;
  const json::object components_;  // what the routes' shapes refer to
  mutable RefusedSignIns refused_sign_ins_;
};

}  // namespace slipway::api
