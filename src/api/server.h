// The API as one handler for the web server.
#pragma once

#include "api/router.h"
#include "api/services.h"
#include "net/http.h"

namespace slipway::api {

/// Threads: any. The services must outlive it.
class ApiServer {
 public:
  explicit ApiServer(Services&);

  /// Never throws: failures become the contract's error bodies.
  net::Response handle(net::Request&&) const;
  const Router& router() const { return router_; }

 private:
  net::Response answer(const net::Request&) const;

  Services& services_;
  Router router_;
};

}  // namespace slipway::api
