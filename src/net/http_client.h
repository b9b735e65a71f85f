// The network seam: one HTTP request, one answer.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>

#include "base/deadline.h"
#include "net/address_guard.h"
#include "net/http.h"

namespace slipway::net {

struct ClientRequest {
  std::string method = "GET";
  std::string url;  ///< absolute, http or https
  Headers headers;
  std::string body;
  std::size_t max_response_bytes = 16u << 20;
  /// The request may reach the peer twice (a read). One that may not gets a connection of its own: over a kept-alive
  /// one that its peer is just closing, nobody could tell whether it arrived.
  bool repeatable = false;
  /// When set, only addresses that this policy permits are connected to, whatever the name resolves to. Such requests
  /// do not use a proxy, which would resolve the name itself.
  std::optional<AddressPolicy> guard;
  std::stop_token stop;  ///< a stop ends the request within about a second
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

/// No usable answer came. `maybe_sent` tells whether the peer may have seen the request: false only when it surely has
/// not (no connection was made), so that callers know when a repeated call cannot double an effect.
class NetworkError : public std::runtime_error {
 public:
  NetworkError(const std::string& what, bool maybe_sent, bool no_such_host = false)
      : std::runtime_error(what), maybe_sent_(maybe_sent), no_such_host_(no_such_host) {}
  bool maybe_sent() const { return maybe_sent_; }
  /// DNS answered that there is no such name; false where it did not answer, or an answer may come later.
  bool no_such_host() const { return no_such_host_; }

 private:
  bool maybe_sent_;
  bool no_such_host_;
};

/// Threads: any. Blocks its caller up to the deadline, whatever the peer does. Never follows redirects.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Throws NetworkError; Error{invalid} for a request that cannot be written (scheme, line break in a header). Any
  /// status, also 500, is an answer.
  virtual ClientResponse send(const ClientRequest&, const Deadline&) = 0;
};

/// libcurl: a peer that does not take the connection is given up after five seconds; kept-alive connections, HTTP/1.1;
/// TLS is verified; only http and https; a proxy of the environment is used except for loopback.
std::unique_ptr<HttpClient> make_curl_client();

}  // namespace slipway::net
