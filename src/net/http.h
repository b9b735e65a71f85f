// What an HTTP exchange is, to those who serve one and those who ask. The server (http_server.h) and the client
// (http_client.h) share these types; neither shows its library.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::net {

/// Header fields in order; names compare ignoring case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}
  /// The first field of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// Replaces every field of that name.
  void set(std::string_view name, std::string value);
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  bool empty() const { return fields_.empty(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// A request as a handler gets it: owned, complete, its body within the limit.
struct Request {
  std::string method;  ///< upper case, as sent
  std::string path;    ///< still percent-encoded, begins with '/', without query
  std::string query;   ///< after '?', still encoded; may be empty
  Headers headers;
  std::string body;
  std::string peer;  ///< the address of the other end
};

/// Writes one event stream. Threads: any; calls after the reader left are dropped.
class EventWriter {
 public:
  virtual ~EventWriter() = default;
  /// False once the reader has left or has fallen behind its bounded queue (the stream then ends).
  virtual bool send(std::string_view id, std::string_view event, std::string_view data) = 0;
  virtual bool open() const = 0;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  /// When set, the response is a server-sent event stream (text/event-stream): called once, on a pool thread, with the
  /// writer; whoever keeps the writer feeds it, and the stream ends once nobody keeps it. The body is ignored.
  std::function<void(std::shared_ptr<EventWriter>)> stream;
  /// The request showed a key that is none: its connection's next such answers come later and later.
  bool wrong_key = false;
  /// The connection is closed without an answer: how a simulator loses a reply on purpose.
  bool dropped = false;
};

/// The error body that clients of the API expect: `{"ErrorMessage":"…","Errors":["…"]}`.
Response error_response(int status, std::string_view message);

/// Synchronous, called on a bounded pool, any thread. What it throws becomes a 500 without detail. HEAD arrives as
/// HEAD: answer it like GET; the body is measured, not sent.
using Handler = std::function<Response(Request&&)>;

/// Decoded query parameters in order: `+` and `%20` are blanks, keys compare ignoring case.
class Query {
 public:
  explicit Query(std::string_view encoded);
  std::optional<std::string_view> find(std::string_view name) const;
  /// All values of `name`, comma-joined ones split, blanks trimmed, empty ones dropped (clients send lists in all three
  /// forms).
  std::vector<std::string> list(std::string_view name) const;
  /// Forgets the parameters whose names don't fit.
  void keep_if(const std::function<bool(std::string_view name)>& fits);
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace slipway::net
