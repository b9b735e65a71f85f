// One HTTP/1 request, read from the wire piece by piece. Boost.Beast does the reading; only request_parser.cpp sees it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace slipway::net {

/// Why a request is not taken, as its sender is told.
struct Refusal {
  int status;
  std::string message;
};

struct RequestLimits {
  std::size_t head_bytes;
  std::size_t body_bytes;
};

/// Threads: one at a time.
class RequestParser {
 public:
  explicit RequestParser(const RequestLimits&);
  ~RequestParser();

  /// Takes what it can of the bytes that have come so far and returns how many those are; the rest is to be shown
  /// again, with more behind it if it is starved. A refused request takes no more.
  std::size_t put(std::string_view bytes);
  /// The last bytes end amid something that only more bytes complete.
  bool is_starved() const;
  const std::optional<Refusal>& refusal() const;

  bool is_head_done() const;
  bool is_done() const;
  // Once the head is done:
  bool keep_alive() const;
  bool is_http_1_0() const;
  bool expects_continue() const;
  /// What is still to come of a body with a Content-Length.
  std::optional<std::uint64_t> body_bytes_left() const;
  Request& request();
  const Request& request() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The standard phrase for a status ("Not Found").
std::string_view reason_of(int status);

}  // namespace slipway::net
