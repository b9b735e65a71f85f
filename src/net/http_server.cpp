#include "net/http_server.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/status.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/executor.h"
#include "net/event_queue.h"
#include "net/response_head.h"

// One thread runs the loop; handlers run on a pool. A connection changes hands between the two by `Connection::turn_`:
// whoever has the turn may touch its request and response. While a handler has it, the loop reads ahead, so that the
// next request on a kept-alive connection costs no extra wake-up, but it parses nothing before the turn comes back.

namespace slipway::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using ErrorCondition = boost::system::error_code;

constexpr std::size_t kReadAtOnce = 64u << 10;
constexpr std::size_t kBytesPerSecond = 64u << 10;  // the slowest transfer that is not taken for an attack
constexpr std::size_t kTrustedReserve = 1u << 20;   // of a Content-Length that nothing has backed yet
constexpr Duration kLinger = std::chrono::seconds(2);
constexpr Duration kLingerAtStop = std::chrono::milliseconds(100);

/// Fills a Request straight from the wire.
class RequestParser final : public http::basic_parser<true> {
 public:
  Request& request() { return request_; }
  bool expects_continue() const { return expects_continue_; }
  bool has_host() const { return has_host_; }
  bool is_http_1_0() const { return version_ == 10; }

 private:
  using View = boost::beast::string_view;
  static std::string_view std_view(View text) { return {text.data(), text.size()}; }

  void on_request_impl(http::verb, View method, View target, int version, ErrorCondition& error) override {
    std::string_view path = std_view(target);
    // Proxies may send the absolute form, http://host/path.
    if (const auto scheme = path.find("://"); scheme != path.npos && !path.starts_with('/')) {
      const auto slash = path.find('/', scheme + 3);
      path = slash == path.npos ? "/" : path.substr(slash);
    }
    if (!path.starts_with('/')) error = http::error::bad_target;
    version_ = version;
    request_.method = std_view(method);
    path = path.substr(0, path.find('#'));
    const auto question = std::min(path.find('?'), path.size());
    request_.path = path.substr(0, question);
    request_.query = path.substr(std::min(question + 1, path.size()));
  }
  void on_response_impl(int, View, int, ErrorCondition&) override {}
  void on_field_impl(http::field name, View name_text, View value, ErrorCondition&) override {
    if (is_header_done()) return;  // trailers could otherwise forge what a proxy in front has checked
    if (name == http::field::host) has_host_ = true;
    if (name == http::field::expect) expects_continue_ = boost::beast::iequals(value, "100-continue");
    request_.headers.add(std::string(std_view(name_text)), std::string(std_view(value)));
  }
  void on_header_impl(ErrorCondition&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCondition&) override {
    if (length) request_.body.reserve(std::min<std::size_t>(*length, kTrustedReserve));
  }
  std::size_t on_body_impl(View piece, ErrorCondition&) override {
    request_.body += std_view(piece);
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t, View, ErrorCondition&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View piece, ErrorCondition& error) override {
    return on_body_impl(piece, error);
  }
  void on_finish_impl(ErrorCondition&) override {}

  Request request_;
  int version_ = 11;
  bool expects_continue_ = false;
  bool has_host_ = false;
};

/// Bytes on their way out: a head and a body that is not copied behind it.
struct Outgoing {
  std::string head;
  std::string body;
  std::size_t sent = 0;

  bool done() const { return sent >= head.size() + body.size(); }
  std::array<asio::const_buffer, 2> rest() const {
    const auto from_body = sent - std::min(sent, head.size());
    return {asio::buffer(head) + std::min(sent, head.size()), asio::buffer(body) + from_body};
  }
};

bool has_no_body(int status) { return status < 200 || status == 204 || status == 304; }

std::string_view reason_of(int status) {
  const auto text = http::obsolete_reason(static_cast<http::status>(status));
  return {text.data(), text.size()};
}

class Connection;

/// What all connections share.
struct Server {
  Server(ServerOptions o, Handler h, const Log& l)
      : options(std::move(o)), handler(std::move(h)), log(l), pool("http-handler", options.handler_threads, clock) {}

  void listen();
  void accept();
  void sweep();
  void forget(const std::shared_ptr<Connection>&);
  Duration sweep_interval() const;
  void close_all();
  void stop(Duration grace);

  const ServerOptions options;
  const Handler handler;
  const Log& log;
  const SystemClock clock;
  asio::io_context loop{1};
  tcp::acceptor acceptor{loop};
  asio::steady_timer timer{loop};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> keep_running{loop.get_executor()};
  std::unordered_set<std::shared_ptr<Connection>> connections;  // the loop's
  bool accepting = false;                                       // the loop's
  std::atomic<std::size_t> queued = 0;
  std::atomic<bool> stopping = false;
  std::mutex mutex;
  std::condition_variable all_closed;
  bool is_empty = true;  // guarded by mutex
  std::once_flag stopped;
  std::uint16_t port = 0;
  ThreadPool pool;
  std::thread thread;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Server& server, tcp::socket socket)
      : server_(server), socket_(std::move(socket)), fd_(socket_.native_handle()) {}

  void start();
  /// Ends what takes too long, and pings quiet streams.
  void check(SteadyTime now);
  /// Closes at once when no request is under way.
  void close_if_idle();
  bool is_with_handler() const { return turn_ == Turn::handler || turn_ == Turn::handler_then_loop; }
  void close();

 private:
  enum class Turn {
    reading,            ///< the loop's: between requests, or inside one
    handler,            ///< the handler's, which may give it back by itself
    handler_then_loop,  ///< the handler's, but the loop has input and wants to be told
    writing,            ///< the loop's: a response goes out piece by piece
    streaming,          ///< the loop's: events go out
    lingering           ///< the loop's: what still comes in is thrown away, so that the peer gets to read the response
  };

  void read();
  void on_read(ErrorCondition error, std::size_t bytes);
  void on_input_while_handled();
  void on_input();
  void parse();
  bool accept_head();
  void dispatch();
  void handle(Request&& request);
  Response call_handler(Request&& request);
  void start_stream(const std::function<void(std::shared_ptr<EventWriter>)>& stream, const Response&);
  void compose(Response&& response);
  void refuse(int status, std::string_view message);
  void refuse(ErrorCondition error);
  void send_now();
  void after_response();
  void send_rest();
  void on_sent();
  void next_request();
  void flush_stream();
  void linger();
  std::size_t bytes_wanted() const;
  void allow(Duration time) { deadline_ = server_.clock.steady() + time; }
  void allow_transfer(std::size_t bytes_so_far) {
    deadline_ = transfer_began_ + server_.options.body_timeout + std::chrono::seconds(bytes_so_far / kBytesPerSecond);
  }

  Server& server_;
  tcp::socket socket_;
  const int fd_;
  std::string peer_;
  std::atomic<Turn> turn_ = Turn::reading;
  std::atomic<SteadyTime> deadline_ = SteadyTime{};
  SteadyTime transfer_began_;

  // The loop's alone.
  boost::beast::flat_buffer buffer_;
  std::optional<RequestParser> parser_;
  bool head_accepted_ = false;
  bool read_pending_ = false;
  bool input_ended_ = false;
  bool timed_out_ = false;
  bool closed_ = false;
  bool stream_ends_ = false;
  bool sending_ = false;
  std::shared_ptr<EventQueue> events_;

  // Whoever has the turn.
  Outgoing out_;
  bool keep_alive_ = true;
  bool http_1_0_ = false;
  bool head_only_ = false;
  bool dropped_ = false;
};

void Connection::start() {
  ErrorCondition ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(tcp::no_delay(true), ignored);
  if (const auto end = socket_.remote_endpoint(ignored); !ignored) peer_ = end.address().to_string();
  allow(server_.options.idle_timeout);
  read();
}

std::size_t Connection::bytes_wanted() const {
  if (!head_accepted_) return std::max<std::size_t>(512, buffer_.capacity() - buffer_.size());
  const auto rest = parser_->content_length_remaining();
  return rest ? std::clamp<std::size_t>(*rest, 512, kReadAtOnce) : kReadAtOnce;
}

void Connection::read() {
  if (closed_ || read_pending_) return;
  read_pending_ = true;
  socket_.async_read_some(
      buffer_.prepare(bytes_wanted()),
      [self = shared_from_this()](ErrorCondition error, std::size_t bytes) { self->on_read(error, bytes); });
}

void Connection::on_read(ErrorCondition error, std::size_t bytes) {
  read_pending_ = false;
  buffer_.commit(bytes);
  if (error && !timed_out_) input_ended_ = true;
  if (is_with_handler()) return on_input_while_handled();
  on_input();
}

void Connection::on_input_while_handled() {
  Turn expected = Turn::handler;
  if (turn_.compare_exchange_strong(expected, Turn::handler_then_loop)) return;  // after_response() goes on
  if (expected == Turn::reading) {
    asio::post(server_.loop, [self = shared_from_this()] { self->on_input(); });
  }
}

void Connection::on_input() {
  if (closed_) return;
  switch (turn_) {
    case Turn::reading:
      if (timed_out_) return refuse(408, "The request did not arrive in time. Send it faster, or in smaller parts.");
      return input_ended_ ? close() : parse();
    case Turn::streaming:
    case Turn::lingering:
      buffer_.consume(buffer_.size());
      return input_ended_ ? close() : read();
    case Turn::writing:
    case Turn::handler:
    case Turn::handler_then_loop:
      return;
  }
}

void Connection::parse() {
  while (buffer_.size() > 0) {
    if (!parser_) {
      parser_.emplace();
      parser_->header_limit(static_cast<std::uint32_t>(server_.options.max_header_bytes));
      parser_->body_limit(server_.options.max_body_bytes);
      allow(server_.options.head_timeout);
    }
    ErrorCondition error;
    buffer_.consume(parser_->put(buffer_.data(), error));
    if (error == http::error::need_more) break;
    if (error) return refuse(error);
    if (parser_->is_header_done() && !head_accepted_ && !accept_head()) return;
    if (parser_->is_done()) return dispatch();
  }
  if (head_accepted_) allow_transfer(parser_->request().body.size());
  read();
}

bool Connection::accept_head() {
  head_accepted_ = true;
  http_1_0_ = parser_->is_http_1_0();
  if (!parser_->has_host() && !http_1_0_) {
    refuse(400, "The request has no Host header.");
    return false;
  }
  transfer_began_ = server_.clock.steady();
  if (parser_->expects_continue() && !http_1_0_ && !parser_->is_done() && buffer_.size() == 0) {
    static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    // Nothing else is on its way to this peer, so these bytes always fit; one that has left is noticed by the next
    // read.
    [[maybe_unused]] const auto sent = ::send(fd_, kGoOn.data(), kGoOn.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  return true;
}

void Connection::dispatch() {
  Request request = std::move(parser_->request());
  request.peer = peer_;
  keep_alive_ = parser_->keep_alive();
  head_only_ = request.method == "HEAD";
  parser_.reset();
  head_accepted_ = false;
  if (buffer_.size() == 0 && buffer_.capacity() > kReadAtOnce / 4) buffer_.shrink_to_fit();
  if (++server_.queued > server_.options.max_queued_requests) {
    --server_.queued;
    return refuse(503, "The server has more requests waiting than it takes. Try again in a few seconds.");
  }
  turn_ = Turn::handler;
  server_.pool.post([self = shared_from_this(), request = std::move(request)]() mutable {
    --self->server_.queued;
    self->handle(std::move(request));
  });
  if (buffer_.size() == 0 && !input_ended_) {
    read();
  } else {
    on_input_while_handled();
  }
}

/// What the exception in flight says, for the log.
std::string describe_exception() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception of an unknown type";
  }
}

Response Connection::call_handler(Request&& request) {
  const std::string what = request.method + " " + request.path;
  try {
    return server_.handler(std::move(request));
  } catch (...) {
    server_.log.error("a request failed unexpectedly", {{"request", what}, {"error", describe_exception()}});
    return error_response(500, "The server could not handle this request because of a defect. Its log says more.");
  }
}

void Connection::handle(Request&& request) {
  Response response = call_handler(std::move(request));
  if (response.stream && !head_only_) {
    const auto stream = std::move(response.stream);
    return start_stream(stream, response);
  }
  compose(std::move(response));
  send_now();
  if (out_.done() && keep_alive_) {
    allow(server_.options.idle_timeout);
    Turn expected = Turn::handler;
    if (turn_.compare_exchange_strong(expected, Turn::reading)) return;
  }
  asio::post(server_.loop, [self = shared_from_this()] { self->after_response(); });
}

void Connection::compose(Response&& response) {
  if (server_.stopping) keep_alive_ = false;
  if (response.dropped) {
    dropped_ = true;
    keep_alive_ = false;
    out_ = {};
    return;
  }
  if (const auto wish = response.headers.find("Connection"); wish && boost::beast::iequals(*wish, "close")) {
    keep_alive_ = false;
  }
  HeadFacts facts{.reason = reason_of(response.status),
                  .content_length = response.body.size(),
                  .http_1_0 = http_1_0_,
                  .keep_alive = keep_alive_,
                  .now = server_.clock.now()};
  const bool bodiless = has_no_body(response.status);
  if (bodiless) facts.content_length.reset();
  out_ = {render_head(response, facts), bodiless || head_only_ ? std::string() : std::move(response.body), 0};
}

void Connection::refuse(int status, std::string_view message) {
  keep_alive_ = false;
  head_only_ = false;
  Response response = error_response(status, message);
  if (status == 503) response.headers.add("Retry-After", "5");
  compose(std::move(response));
  send_now();
  after_response();
}

void Connection::refuse(ErrorCondition error) {
  if (error == http::error::body_limit) {
    return refuse(413, "The request's body is larger than this server accepts.");
  }
  if (error == http::error::header_limit) {
    return refuse(431, "The request's header fields are larger than this server accepts.");
  }
  refuse(400, "The request is not valid HTTP: " + error.message() + ".");
}

/// As much as the socket takes at once; safe beside a pending read because it leaves the asio object alone.
void Connection::send_now() {
  while (!out_.done()) {
    const auto rest = out_.rest();
    std::array<iovec, 2> pieces;
    std::ranges::transform(rest, pieces.begin(), [](const asio::const_buffer& b) {
      return iovec{const_cast<void*>(b.data()), b.size()};  // sendmsg reads only, its struct serves both directions
    });
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    const auto sent = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return;
      dropped_ = true;
      out_ = {};
      return;
    }
    out_.sent += static_cast<std::size_t>(sent);
  }
}

void Connection::after_response() {
  turn_ = Turn::writing;
  if (dropped_) return close();
  transfer_began_ = server_.clock.steady();
  send_rest();
}

void Connection::send_rest() {
  if (closed_) return;
  if (out_.done()) return on_sent();
  allow_transfer(out_.sent);
  sending_ = true;
  socket_.async_write_some(out_.rest(), [self = shared_from_this()](ErrorCondition error, std::size_t bytes) {
    self->sending_ = false;
    self->out_.sent += bytes;
    if (error) return self->close();
    self->send_rest();
  });
}

void Connection::on_sent() {
  out_ = {};
  if (events_) return flush_stream();
  if (!keep_alive_ || server_.stopping) return linger();
  next_request();
}

void Connection::next_request() {
  turn_ = Turn::reading;
  allow(server_.options.idle_timeout);
  if (!read_pending_) on_input();
}

/// Runs on the pool. The head is the first thing in the queue, so it leaves before any event.
void Connection::start_stream(const std::function<void(std::shared_ptr<EventWriter>)>& stream, const Response& from) {
  Response response;
  response.status = from.status;
  response.headers = from.headers;
  response.headers.set("Content-Type", "text/event-stream; charset=utf-8");
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Accel-Buffering", "no");  // nginx would hold events back
  const HeadFacts facts{.reason = reason_of(response.status),
                        .content_length = std::nullopt,
                        .keep_alive = false,
                        .now = server_.clock.now()};

  const auto queue = std::make_shared<EventQueue>(server_.options.max_stream_backlog_bytes, [this] {
    // Called before close() only, so the connection still lives.
    asio::post(server_.loop, [self = shared_from_this()] { self->flush_stream(); });
  });
  asio::post(server_.loop, [self = shared_from_this(), queue] {
    self->events_ = queue;
    self->keep_alive_ = false;
    self->turn_ = Turn::streaming;
    if (self->closed_) return queue->close();
    if (!self->read_pending_) self->on_input();
  });
  queue->push(render_head(response, facts));
  try {
    stream(make_event_writer(queue));
  } catch (...) {
    server_.log.error("an event stream failed to start", {{"error", describe_exception()}});
  }
}

void Connection::flush_stream() {
  if (closed_ || sending_ || !events_) return;
  turn_ = Turn::streaming;
  if (stream_ends_) return linger();
  auto [text, last] = events_->take();
  stream_ends_ = last || server_.stopping;
  allow(server_.options.stream_ping);
  out_ = {std::move(text), {}, 0};
  if (out_.done()) {
    if (stream_ends_) linger();
    return;
  }
  transfer_began_ = server_.clock.steady();
  send_rest();
}

void Connection::linger() {
  if (events_) events_->close();
  events_.reset();
  turn_ = Turn::lingering;
  allow(server_.stopping ? kLingerAtStop : kLinger);
  ErrorCondition ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  if (!read_pending_) on_input();
}

void Connection::check(SteadyTime now) {
  if (is_with_handler() || closed_) return;
  if (server_.stopping) {
    close_if_idle();
    if (closed_) return;
  }
  if (now < deadline_.load()) return;
  if (turn_ == Turn::streaming && !sending_) {
    out_ = {": ping\n\n", {}, 0};
    transfer_began_ = now;
    return send_rest();
  }
  if (turn_ == Turn::reading && parser_ && read_pending_) {
    timed_out_ = true;
    ErrorCondition ignored;
    socket_.cancel(ignored);
    return;
  }
  close();
}

void Connection::close_if_idle() {
  if (turn_ == Turn::reading && !parser_ && buffer_.size() == 0) close();
  if (turn_ == Turn::streaming) flush_stream();
}

void Connection::close() {
  if (std::exchange(closed_, true)) return;
  if (events_) events_->close();
  ErrorCondition ignored;
  socket_.close(ignored);
  server_.forget(shared_from_this());
}

void Server::listen() {
  try {
    const tcp::endpoint end(asio::ip::make_address(options.address), options.port);
    acceptor.open(end.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(end);
    acceptor.listen(tcp::acceptor::max_listen_connections);
    port = acceptor.local_endpoint().port();
  } catch (const boost::system::system_error& error) {
    fail(ErrorCode::unavailable,
         fmt::format("Cannot listen on {} port {}: {}. Choose another address or port, or stop what uses it.",
                     options.address, options.port, error.code().message()));
  }
}

void Server::accept() {
  accepting = true;
  acceptor.async_accept([this](ErrorCondition error, tcp::socket socket) {
    if (stopping) return;
    if (!error && connections.size() < options.max_connections) {
      const auto connection = std::make_shared<Connection>(*this, std::move(socket));
      connections.insert(connection);
      {
        const std::lock_guard lock(mutex);
        is_empty = false;
      }
      connection->start();
    }
    if (!error) return accept();
    // Out of file descriptors or memory: the next sweep tries again, where a try at once would spin.
    accepting = false;
    log.warning("cannot accept a connection", {{"error", error.message()}});
  });
}

Duration Server::sweep_interval() const {
  if (stopping) return std::chrono::milliseconds(20);
  const auto shortest = std::min(
      {options.head_timeout, options.body_timeout, options.idle_timeout, options.stream_ping, Duration(4'000'000)});
  return std::max(shortest / 4, Duration(5'000));
}

/// One timer for all connections: a deadline is then a store, where a timer for each would be a queue operation for
/// each read.
void Server::sweep() {
  const SteadyTime now = clock.steady();
  const std::vector<std::shared_ptr<Connection>> all(connections.begin(),
                                                     connections.end());  // check() may forget some
  for (const auto& connection : all) connection->check(now);
  if (!accepting && !stopping) accept();
  timer.expires_after(sweep_interval());
  timer.async_wait([this](ErrorCondition error) {
    if (!error && keep_running) sweep();
  });
}

void Server::forget(const std::shared_ptr<Connection>& connection) {
  connections.erase(connection);
  if (!connections.empty()) return;
  const std::lock_guard lock(mutex);
  is_empty = true;
  all_closed.notify_all();
}

void Server::close_all() {
  const std::vector<std::shared_ptr<Connection>> all(connections.begin(), connections.end());
  for (const auto& connection : all) connection->close();
}

void Server::stop(Duration grace) {
  stopping = true;
  asio::post(loop, [this] {
    ErrorCondition ignored;
    acceptor.close(ignored);
    sweep();
  });
  {
    std::unique_lock lock(mutex);
    all_closed.wait_for(lock, grace, [this] { return is_empty; });
  }
  pool.stop();
  asio::post(loop, [this] {
    close_all();
    keep_running.reset();
    timer.cancel();
  });
  thread.join();
}

}  // namespace

struct HttpServer::State : Server {
  using Server::Server;
};

HttpServer::HttpServer(ServerOptions options, Handler handler, const Log& log)
    : state_(std::make_unique<State>(std::move(options), std::move(handler), log)) {
  state_->listen();
  state_->accept();
  state_->sweep();
  state_->thread = std::thread([state = state_.get()] { state->loop.run(); });
  pthread_setname_np(state_->thread.native_handle(), "http-loop");
}

HttpServer::~HttpServer() { stop(Duration(0)); }

std::uint16_t HttpServer::port() const { return state_->port; }

void HttpServer::stop(Duration grace) {
  std::call_once(state_->stopped, [&] { state_->stop(grace); });
}

}  // namespace slipway::net
