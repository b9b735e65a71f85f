// The measuring end of HTTP: one kept-alive connection that costs as little as a client can.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::bench {

/// One thread at a time.
class Connection {
 public:
  explicit Connection(std::uint16_t port);
  ~Connection();
  Connection(const Connection&) = delete;

  struct Answer {
    int status = 0;         ///< 0: no connection, or it broke
    std::string_view body;  ///< valid until the next request
  };
  /// A GET with the API key; connects first when needed.
  Answer get(std::string_view path, std::string_view api_key);

 private:
  bool connect();
  void close();
  bool send_all(std::string_view text);
  Answer receive();

  const std::uint16_t port_;
  int socket_ = -1;
  std::string received_;
};

}  // namespace slipway::bench
