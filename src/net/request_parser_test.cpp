#include "net/request_parser.h"

#include <doctest/doctest.h>

using namespace slipway::net;

namespace {

constexpr RequestLimits kLimits{2000, 10'000};

/// Shows a parser what has come so far, as a connection does.
class Wire {
 public:
  void send(std::string_view bytes) {
    unread_ += bytes;
    do {
      unread_.erase(0, parser.put(unread_));
    } while (!unread_.empty() && !parser.refusal() && !parser.is_starved() && !parser.is_done());
  }
  int status() const { return parser.refusal() ? parser.refusal()->status : 0; }
  std::size_t unread() const { return unread_.size(); }

  RequestParser parser{kLimits};

 private:
  std::string unread_;
};

int status_of(std::string_view bytes) {
  Wire wire;
  wire.send(bytes);
  return wire.status();
}

/// Sends `piece` again and again; returns how many bytes were kept before the request was refused.
std::size_t kept_of_endless(std::string_view start, std::string_view piece) {
  Wire wire;
  wire.send(start);
  for (int i = 0; i < 1000 && wire.status() == 0; ++i) wire.send(piece);
  CHECK(wire.status() == 431);
  return wire.unread();
}

}  // namespace

TEST_CASE("what never ends is refused once it is longer than a head may be") {
  constexpr std::string_view chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string piece(100, 'a');
  CHECK(kept_of_endless("GET / HTTP/1.1\r\nHost: h\r\nX: ", piece) < 2200);
  CHECK(kept_of_endless(std::string(chunked) + "1;a=", piece) < 2200);
  CHECK(kept_of_endless(std::string(chunked) + "3\r\nabc\r\n1;a=", piece) < 2200);
  CHECK(kept_of_endless(std::string(chunked) + "0\r\nX: ", piece) < 2200);
  CHECK(kept_of_endless(std::string(chunked) + "0\r\n", "X: y\r\n") < 2200);
}

TEST_CASE("a head that a proxy could read otherwise is refused") {
  const auto status = [](std::string_view fields) {
    return status_of("POST / HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n0\r\n\r\n");
  };
  CHECK(status("Transfer-Encoding: chunked\r\n") == 0);
  CHECK(status("transfer-encoding: Chunked\r\n") == 0);
  CHECK(status("Content-Length: 5\r\n") == 0);
  for (const std::string_view fields :
       {"Transfer-Encoding: identity\r\n", "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n", "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, chunked\r\n", "Transfer-Encoding:\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: identity\r\nContent-Length: 5\r\n", "Host: other\r\n"}) {
    CAPTURE(fields);
    CHECK(status(fields) == 400);
  }
  CHECK(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400);
  CHECK(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: identity\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.0\r\n\r\n") == 0);
}

TEST_CASE("what trailers say does not become part of the head") {
  Wire wire;
  wire.send(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nHost: other\r\nX-Who: admin\r\n"
      "\r\n");
  CHECK(wire.status() == 0);
  CHECK(wire.parser.is_done());
  CHECK(wire.parser.request().headers.find("Host") == "h");
  CHECK_FALSE(wire.parser.request().headers.find("X-Who"));
}
