#include "net/http_server.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/error.h"
#include "net/connection.h"
#include "net/event_loop.h"
#include "net/server_state.h"

namespace slipway::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using ErrorCondition = boost::system::error_code;

/// A name such as localhost may have several addresses; the IPv4 one is what clients try at the latest.
tcp::endpoint resolve(asio::io_context& loop, const ServerOptions& options) {
  ErrorCondition not_an_address;
  const auto address = asio::ip::make_address(options.address, not_an_address);
  if (!not_an_address) return {address, options.port};
  tcp::resolver resolver(loop);
  const auto found = resolver.resolve(options.address, std::to_string(options.port), tcp::resolver::passive);
  const auto v4 = std::ranges::find_if(found, [](const auto& entry) { return entry.endpoint().address().is_v4(); });
  return v4 == found.end() ? found.begin()->endpoint() : v4->endpoint();
}

}  // namespace

/// Accepts connections, looks after them, and ends them.
struct HttpServer::State : ServerState {
  using ServerState::ServerState;

  void listen();
  void accept();
  bool make_room();
  void sweep();
  Duration sweep_interval() const;
  void close_all();
  bool are_all_closed_within(Duration time);
  void stop(Duration grace);

  tcp::acceptor acceptor{loop};
  asio::steady_timer timer{loop};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> keep_running{loop.get_executor()};
  bool accepting = false;  // the loop's
  std::once_flag stopped;
  std::uint16_t port = 0;
  std::thread thread;
};

void ServerState::forget(const std::shared_ptr<Connection>& connection) {
  connections.erase(connection);
  if (!connections.empty()) return;
  const auto empty = is_empty.lock();
  *empty = true;
  all_closed.notify_all();
}

void HttpServer::State::listen() {
  try {
    const tcp::endpoint end = resolve(loop, options);
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

void HttpServer::State::accept() {
  acceptor.async_accept([this](ErrorCondition error, tcp::socket socket) {
    accepting = false;  // unless what follows gets to accept(), the next sweep does
    if (stopping) return;
    if (!error && make_room()) {
      const auto connection = std::make_shared<Connection>(*this, std::move(socket));
      connections.insert(connection);
      is_empty.with([](bool& empty) { empty = false; });
      connection->start();
    }
    if (!error) return accept();
    // Out of file descriptors or memory: the next sweep tries again, where a try at once would spin.
    log.warning("cannot accept a connection", {{"error", error.message()}});
  });
  accepting = true;
}

void ServerState::end_stalled_answers() {
  const SteadyTime now = clock.steady();
  std::vector<std::pair<Duration, std::shared_ptr<Connection>>> stalled;
  for (const auto& connection : connections) {
    const auto time = connection->answer_stalled_for(now);
    if (time && *time >= options.patience_when_full) stalled.emplace_back(*time, connection);
  }
  std::ranges::sort(stalled, std::ranges::greater(), [](const auto& entry) { return entry.first; });
  for (const auto& [time, connection] : stalled) {
    if (answer_bytes_in_flight <= options.max_answers_in_flight_bytes / 2) break;
    connection->close();
  }
}

bool ServerState::refuse_slowest_body() {
  const SteadyTime now = clock.steady();
  std::shared_ptr<Connection> slowest;
  std::optional<double> its_rate;
  for (const auto& connection : connections) {
    const auto rate = connection->body_rate(now);
    if (!rate || (its_rate && *its_rate <= *rate)) continue;
    slowest = connection;
    its_rate = rate;
  }
  if (slowest) slowest->give_way();
  return slowest != nullptr;
}

/// Whoever holds connections without using them must not lock the others out.
bool HttpServer::State::make_room() {
  if (connections.size() < options.max_connections) return true;
  std::shared_ptr<Connection> idlest;
  std::optional<SteadyTime> since;
  for (const auto& connection : connections) {
    const auto waiting = connection->waiting_since();
    if (!waiting || (since && *since <= *waiting)) continue;
    idlest = connection;
    since = waiting;
  }
  if (idlest) idlest->close();
  return idlest != nullptr;
}

Duration HttpServer::State::sweep_interval() const {
  if (stopping) return std::chrono::milliseconds(20);
  const auto shortest = std::min({options.head_timeout, options.body_timeout, options.idle_timeout, options.stream_ping,
                                  options.stall_timeout, Duration(4'000'000)});
  return std::max(shortest / 4, Duration(5'000));
}

/// One timer for all connections: a deadline is then a store, where a timer for each would be a queue operation for
/// each read.
void HttpServer::State::sweep() {
  timer.expires_after(sweep_interval());  // first: whatever is thrown below, the next sweep comes
  timer.async_wait([this](ErrorCondition error) {
    if (!error && keep_running) sweep();
  });
  const SteadyTime now = clock.steady();
  const std::vector<std::shared_ptr<Connection>> all(connections.begin(),
                                                     connections.end());  // check() may forget some
  for (const auto& connection : all) connection->check(now);
  if (!accepting && !stopping) accept();
}

void HttpServer::State::close_all() {
  const std::vector<std::shared_ptr<Connection>> all(connections.begin(), connections.end());
  for (const auto& connection : all) connection->close();
}

bool HttpServer::State::are_all_closed_within(Duration time) {
  return is_empty.lock().wait_for(all_closed, time, [](bool empty) { return empty; });
}

void HttpServer::State::stop(Duration grace) {
  stopping = true;
  asio::post(loop, [this] {
    ErrorCondition ignored;
    acceptor.close(ignored);
    sweep();
  });
  if (!are_all_closed_within(grace) && options.on_grace_over) options.on_grace_over();
  handlers.stop();
  if (outward) outward->stop();
  asio::post(loop, [this] {
    close_all();
    keep_running.reset();
    timer.cancel();
  });
  thread.join();
}

HttpServer::HttpServer(ServerOptions options, Handler handler, const Log& log)
    : state_(std::make_unique<State>(std::move(options), std::move(handler), log)) {
  state_->listen();
  state_->accept();
  state_->sweep();
  state_->thread = std::thread([state = state_.get()] {
    run_loop(state->loop, [state](const Error& error) {
      state->log.error("serving a connection failed", {{"error", error.message()}});
    });
  });
  pthread_setname_np(state_->thread.native_handle(), "http-loop");
}

HttpServer::~HttpServer() { stop(Duration(0)); }

std::uint16_t HttpServer::port() const { return state_->port; }

ServerLoad HttpServer::load() const {
  return {state_->answer_bytes_in_flight, state_->body_bytes_in_flight, state_->queued, state_->queued_outward};
}

void HttpServer::stop(Duration grace) {
  std::call_once(state_->stopped, [&] { state_->stop(grace); });
}

}  // namespace slipway::net
