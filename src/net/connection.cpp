#include "net/connection.h"

#include <boost/asio/post.hpp>
#include <boost/beast/core/string.hpp>
#include <utility>

#include "net/response_head.h"
#include "net/tls_transport.h"

namespace slipway::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using ErrorCondition = boost::system::error_code;

constexpr std::size_t kReadAtOnce = 64u << 10;
constexpr unsigned kMostWrongKeys = 20;
constexpr Duration kLinger = std::chrono::seconds(2);
constexpr Duration kLingerAtStop = std::chrono::milliseconds(100);

bool has_no_body(int status) { return status < 200 || status == 204 || status == 304; }

std::string_view view(asio::const_buffer bytes) { return {static_cast<const char*>(bytes.data()), bytes.size()}; }

std::unique_ptr<Transport> carry(tcp::socket socket, const TlsIdentity* tls, std::string& peer) {
  ErrorCondition ignored;
  socket.non_blocking(true, ignored);
  socket.set_option(tcp::no_delay(true), ignored);
  if (const auto end = socket.remote_endpoint(ignored); !ignored) peer = end.address().to_string();
  return tls != nullptr ? make_tls_transport(std::move(socket), *tls) : make_plain_transport(std::move(socket));
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

/// What `answer()` returns, or what a client is told when it throws.
template <class Answer>
auto guarded(const Log& log, const Request& request, const Answer& answer) -> decltype(answer()) {
  try {
    return answer();
  } catch (...) {
    log.error("a request failed unexpectedly",
              {{"request", request.method + " " + request.path}, {"error", describe_exception()}});
    return error_response(500, "The server could not handle this request because of a defect. Its log says more.");
  }
}

}  // namespace

Connection::Connection(ServerState& server, Socket socket)
    : server_(server),
      transport_(carry(std::move(socket), server.options.tls, peer_)),
      body_hold_(server.body_bytes_in_flight, server.options.max_bodies_in_flight_bytes),
      answer_hold_(server.answer_bytes_in_flight, server.options.max_answers_in_flight_bytes) {}

void Connection::start() {
  await_request(std::min(server_.options.head_timeout, server_.options.idle_timeout));
  transport_->start([self = shared_from_this()](ErrorCondition error) {
    if (error) return self->linger();
    self->ready_ = true;
    self->read();
  });
}

void Connection::await_request(Duration time) {
  waiting_since_ = server_.clock.steady();
  allow(time);
}

std::optional<SteadyTime> Connection::waiting_since() const {
  const Turn turn = turn_;
  const bool is_waiting = turn == Turn::lingering || (turn == Turn::reading && !head_judged_);
  return is_waiting ? std::optional(waiting_since_.load()) : std::nullopt;
}

bool Connection::is_with_pool() const {
  const Turn turn = turn_;
  return turn == Turn::authorizer || turn == Turn::handler || turn == Turn::handler_then_loop;
}

std::size_t Connection::bytes_wanted() const {
  if (!head_accepted_) return std::max<std::size_t>(512, buffer_.capacity() - buffer_.size());
  const std::size_t most = head_judged_ ? kReadAtOnce : std::min(kReadAtOnce, server_.options.max_unjudged_body_bytes);
  return std::clamp<std::size_t>(parser_->body_bytes_left().value_or(most), 512, std::max<std::size_t>(most, 512));
}

void Connection::read() {
  if (closed_ || read_pending_) return;
  read_pending_ = true;
  transport_->read_some(
      buffer_.prepare(bytes_wanted()),
      [self = shared_from_this()](ErrorCondition error, std::size_t bytes) { self->on_read(error, bytes); });
}

void Connection::on_read(ErrorCondition error, std::size_t bytes) {
  read_pending_ = false;
  buffer_.commit(bytes);
  if (error && !timed_out_) input_ended_ = true;
  if (is_with_pool()) return on_input_while_handled();
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
      if (timed_out_) {
        return refuse(error_response(408, "The request did not arrive in time. Send it faster, or in smaller parts."));
      }
      return input_ended_ ? close() : parse();
    case Turn::streaming:
    case Turn::lingering:
      buffer_.consume(buffer_.size());
      return input_ended_ ? close() : read();
    case Turn::writing:
    case Turn::authorizer:
    case Turn::handler:
    case Turn::handler_then_loop:
      return;
  }
}

void Connection::parse() {
  while (buffer_.size() > 0) {
    if (!parser_) {
      parser_.emplace(RequestLimits{server_.options.max_header_bytes, server_.options.max_body_bytes});
      allow(server_.options.head_timeout);
    }
    const std::size_t taken = parser_->put(view(buffer_.data()));
    buffer_.consume(taken);
    if (head_accepted_) pace_.add(server_.clock.steady(), taken);
    if (const auto& fault = parser_->refusal()) return refuse(error_response(fault->status, fault->message));
    if (parser_->is_starved()) break;
    if (parser_->is_head_done() && !head_accepted_) accept_head();
    if (head_accepted_ && !is_body_admitted()) return;
    if (head_accepted_) invite_body();
    if (parser_->is_done()) return dispatch();
  }
  if (head_accepted_) allow_transfer(parser_->request().body.size());
  read();
}

void Connection::accept_head() {
  head_accepted_ = true;
  is_http_1_0_ = parser_->is_http_1_0();
  parser_->request().peer = peer_;
  transfer_began_ = server_.clock.steady();
  pace_ = Pace(transfer_began_);
  head_judged_ = !server_.options.authorize_head;
  owes_invitation_ = parser_->expects_continue() && !is_http_1_0_;
}

void Connection::invite_body() {
  if (!std::exchange(owes_invitation_, false) || parser_->is_done() || buffer_.size() > 0) return;
  static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
  // Nothing else is on its way to this peer, so these bytes always fit; one that has left is noticed by the next read.
  const Transport::Pieces go_on{asio::buffer(kGoOn), {}};
  ErrorCondition ignored;
  if (transport_->try_send(go_on, ignored) == 0) transport_->write_some(go_on, [self = shared_from_this()](auto...) {});
}

/// As far as it is known.
std::size_t Connection::body_size() const {
  return parser_->request().body.size() + parser_->body_bytes_left().value_or(0);
}

/// Small bodies always are: as many as there may be connections find room. False when somebody else goes on.
bool Connection::is_body_admitted() {
  if (body_size() <= server_.options.max_unjudged_body_bytes) return true;
  if (!head_judged_ && !parser_->is_done()) {
    ask_authorizer();
    return false;
  }
  // What has come so far counts. What a peer announces costs nothing, or a few announcements would lock all others out.
  const std::size_t arrived = parser_->request().body.size();
  while (!body_hold_.grow_to(arrived)) {
    if (!server_.refuse_slowest_body()) {
      refuse_as_busy("The server has more large requests under way than it takes. Try again in a few seconds.");
      return false;
    }
    if (turn_ != Turn::reading) return false;  // it was this one
  }
  return true;
}

std::optional<double> Connection::body_rate(SteadyTime now) const {
  if (turn_ != Turn::reading || !parser_ || body_hold_.held() == 0) return std::nullopt;
  const auto rate = pace_.rate(now, server_.options.patience_when_full);
  return rate && *rate < static_cast<double>(server_.options.slowest_transfer) ? rate : std::nullopt;
}

void Connection::give_way() {
  body_hold_.release();
  parser_.reset();
  head_accepted_ = false;
  refuse(error_response(408, "The request came so slowly that others needed its room. Send it faster."));
}

/// Gives the turn to the pool; refuses the request when too much waits there already.
bool Connection::hand_over(Turn turn, std::function<void()> job) {
  if (++server_.queued > server_.options.max_queued_requests) {
    --server_.queued;
    refuse_as_busy("The server has more requests waiting than it takes. Try again in a few seconds.");
    return false;
  }
  turn_ = turn;
  server_.handlers.post([&server = server_, job = std::move(job)] {
    --server.queued;
    job();
  });
  return true;
}

/// The same for a request that waits for others.
bool Connection::hand_outward(std::function<void()> job) {
  if (++server_.queued_outward > server_.options.max_queued_outward) {
    --server_.queued_outward;
    refuse_as_busy(
        "More requests that ask feeds and other services outside are waiting than the server takes, because these "
        "answer slowly or not at all. Try again in a few seconds.");
    return false;
  }
  turn_ = Turn::handler;
  server_.outward->post([&server = server_, job = std::move(job)] {
    --server.queued_outward;
    job();
  });
  return true;
}

bool Connection::calls_out(const Request& request) const {
  return server_.outward && server_.options.calls_out(request);
}

void Connection::ask_authorizer() {
  hand_over(Turn::authorizer, [self = shared_from_this()] {
    const Request& head = self->parser_->request();
    auto verdict = guarded(self->server_.log, head, [&] { return self->server_.options.authorize_head(head); });
    asio::post(self->server_.loop,
               [self, verdict = std::move(verdict)]() mutable { self->on_authorized(std::move(verdict)); });
  });
}

void Connection::on_authorized(std::optional<Response>&& refusal) {
  turn_ = Turn::reading;
  head_judged_ = true;
  if (closed_) return;
  if (refusal) return refuse(std::move(*refusal));
  transfer_began_ = server_.clock.steady();
  pace_ = Pace(transfer_began_);
  if (!is_body_admitted()) return;
  invite_body();
  parse();
}

void Connection::dispatch() {
  Request request = std::move(parser_->request());
  keep_alive_ = parser_->keep_alive();
  head_only_ = request.method == "HEAD";
  parser_.reset();
  head_accepted_ = head_judged_ = false;
  if (buffer_.size() == 0 && buffer_.capacity() > kReadAtOnce / 4) buffer_.shrink_to_fit();
  if (auto response = quick_answer(request)) return answer_now(std::move(*response));
  const bool is_outward = calls_out(request);
  auto job = [self = shared_from_this(), request = std::move(request)]() mutable { self->handle(request); };
  const bool is_taken = is_outward ? hand_outward(std::move(job)) : hand_over(Turn::handler, std::move(job));
  if (!is_taken) return;
  if (buffer_.size() == 0 && !input_ended_) {
    read();
  } else {
    on_input_while_handled();
  }
}

std::optional<Response> Connection::quick_answer(const Request& request) const {
  if (!server_.options.answer_on_loop) return std::nullopt;
  return guarded(server_.log, request, [&] { return server_.options.answer_on_loop(request); });
}

void Connection::answer_now(Response&& response) {
  body_hold_.release();
  compose(std::move(response));
  send_now();
  turn_ = Turn::writing;
  // Not at once: many requests that came together would each go one level deeper.
  asio::post(server_.loop, [self = shared_from_this()] { self->after_response(); });
}

void Connection::handle(Request& request) {
  const Request about{request.method, request.path, {}, {}, {}, {}};
  Response response = guarded(server_.log, about, [&] { return server_.handler(std::move(request)); });
  request = {};
  body_hold_.release();
  if (response.stream && !head_only_) {
    const auto stream = std::move(response.stream);
    return start_stream(stream, response);
  }
  const Duration penalty = penalty_of(response);
  compose(std::move(response));
  if (penalty > Duration(0)) {
    return asio::post(server_.loop, [self = shared_from_this(), penalty] { self->send_later(penalty); });
  }
  if (!hold_answer()) {
    return asio::post(server_.loop, [self = shared_from_this()] { self->send_when_there_is_room(); });
  }
  send_now();
  if (out_.done()) {  // nothing of it is kept for as long as the connection waits for its next request
    out_ = {};
    answer_hold_.release();
  }
  if (out_.done() && keep_alive_) {
    await_request(server_.options.idle_timeout);
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
                  .http_1_0 = is_http_1_0_,
                  .keep_alive = keep_alive_,
                  .now = server_.clock.now()};
  const bool bodiless = has_no_body(response.status);
  if (bodiless) facts.content_length.reset();
  out_ = {render_head(response, facts), bodiless || head_only_ ? std::string() : std::move(response.body), 0};
}

/// False when the answers that wait for their readers leave no room for this one.
bool Connection::hold_answer() {
  const std::size_t size = out_.body.size();
  return size <= server_.options.max_uncounted_answer_bytes || answer_hold_.grow_to(size);
}

void Connection::send_when_there_is_room() {
  server_.end_stalled_answers();
  if (!closed_ && !hold_answer()) {
    const bool could_ever = out_.body.size() <= server_.options.max_answers_in_flight_bytes;
    return refuse_as_busy(could_ever ? "Answers that their readers don't take fill the server's room for them. Try "
                                       "again in a few seconds, or ask for less at once (skip and take)."
                                     : "The answer is larger than the server sends. Ask for less at once (skip and "
                                       "take).");
  }
  after_response();
}

Duration Connection::penalty_of(const Response& response) {
  if (!response.wrong_key) return Duration(0);
  if (++wrong_keys_ >= kMostWrongKeys) keep_alive_ = false;
  Duration penalty = server_.options.first_penalty;
  for (unsigned i = 1; i < wrong_keys_ && penalty < server_.options.max_penalty; ++i) penalty *= 2;
  return std::min(penalty, server_.options.max_penalty);
}

/// Keeps the answer back on the loop, so that guessing costs the guesser time and the server none.
void Connection::send_later(Duration penalty) {
  if (closed_) return;
  turn_ = Turn::writing;
  allow(penalty + server_.options.body_timeout);
  penalty_.emplace(server_.loop, penalty);
  penalty_->async_wait([self = shared_from_this()](ErrorCondition error) {
    if (!error) self->after_response();
  });
}

void Connection::refuse(Response&& response) {
  keep_alive_ = false;
  head_only_ = false;
  compose(std::move(response));
  send_now();
  after_response();
}

void Connection::refuse_as_busy(std::string_view message) {
  Response response = error_response(503, message);
  response.headers.add("Retry-After", "5");
  refuse(std::move(response));
}

void Connection::allow_transfer(std::size_t bytes_so_far) {
  deadline_ = transfer_began_ + server_.options.body_timeout +
              std::chrono::seconds(bytes_so_far / server_.options.slowest_transfer);
}

/// For sending: as for all transfers, and the reader must not stand still.
void Connection::allow_sending() {
  allow_transfer(out_.sent);
  deadline_ = std::min(deadline_.load(), progress_ + server_.options.stall_timeout);
}

std::optional<Duration> Connection::answer_stalled_for(SteadyTime now) const {
  const bool is_sending = turn_ == Turn::writing && answer_hold_.held() > 0;
  return is_sending ? std::optional(now - progress_) : std::nullopt;
}

/// As much as goes at once.
void Connection::send_now() {
  while (!out_.done()) {
    ErrorCondition error;
    const std::size_t sent = transport_->try_send(out_.rest(), error);
    if (error) {
      dropped_ = true;
      out_ = {};
    }
    if (sent == 0) return;
    out_.sent += sent;
  }
}

void Connection::after_response() {
  turn_ = Turn::writing;
  if (dropped_) return close();
  transfer_began_ = progress_ = server_.clock.steady();
  send_rest();
}

void Connection::send_rest() {
  if (closed_) return;
  if (out_.done()) return on_sent();
  allow_sending();
  sending_ = true;
  transport_->write_some(out_.rest(), [self = shared_from_this()](ErrorCondition error, std::size_t bytes) {
    self->sending_ = false;
    self->out_.sent += bytes;
    self->progress_ = self->server_.clock.steady();
    if (error) return self->close();
    self->send_rest();
  });
}

void Connection::on_sent() {
  out_ = {};
  answer_hold_.release();
  if (events_) return flush_stream();
  if (!keep_alive_ || server_.stopping) return linger();
  next_request();
}

void Connection::next_request() {
  turn_ = Turn::reading;
  await_request(server_.options.idle_timeout);
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
  transfer_began_ = progress_ = server_.clock.steady();
  send_rest();
}

void Connection::linger() {
  if (events_) events_->close();
  events_.reset();
  turn_ = Turn::lingering;
  allow(server_.stopping ? kLingerAtStop : kLinger);
  if (!ready_) return close();
  transport_->end_output(shared_from_this());
  if (!read_pending_) on_input();
}

void Connection::check(SteadyTime now) {
  if (is_with_pool() || closed_) return;
  if (server_.stopping) {
    close_if_idle();
    if (closed_) return;
  }
  if (now < deadline_.load()) return;
  if (turn_ == Turn::streaming && !sending_) {
    out_ = {": ping\n\n", {}, 0};
    transfer_began_ = progress_ = now;
    return send_rest();
  }
  if (turn_ == Turn::reading && parser_ && read_pending_) {
    timed_out_ = true;
    transport_->cancel();
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
  if (penalty_) penalty_->cancel();
  transport_->close();
  server_.forget(shared_from_this());
}

}  // namespace slipway::net
