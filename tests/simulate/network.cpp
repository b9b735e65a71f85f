#include "network.h"

#include <fmt/format.h>

namespace slipway::simulate {
namespace {

/// The call's name for the event log: its target header, or the form's Action.
std::string name_of(const net::ClientRequest& request) {
  if (const auto target = request.headers.find("X-Amz-Target"))
    return std::string(target->substr(target->find('.') + 1));
  const auto at = request.body.find("Action=");
  if (at == std::string::npos) return request.method + " " + request.url;
  return request.body.substr(at + 7, request.body.find('&', at) - at - 7);
}

net::Request received(const net::ClientRequest& sent) {
  net::Request request;
  request.method = sent.method;
  const auto host = sent.url.find("://") + 3;
  const auto path = sent.url.find('/', host);
  const auto query = sent.url.find('?', host);
  request.path =
      path == std::string::npos ? "/" : sent.url.substr(path, query == std::string::npos ? query : query - path);
  if (query != std::string::npos) request.query = sent.url.substr(query + 1);
  request.headers = sent.headers;
  if (!request.headers.find("Host")) request.headers.add("Host", sent.url.substr(host, path - host));
  request.body = sent.body;
  request.peer = "127.0.0.1";
  return request;
}

}  // namespace

void Network::crash(const std::string& what) {
  events_.add(what);
  die_();
  throw Crash{};
}

void Network::time_out(const Deadline& deadline, const std::string& what) {
  events_.add(what);
  clock_.advance(deadline.left());
  throw net::NetworkError("the answer did not come in time", true);
}

net::ClientResponse Network::send(const net::ClientRequest& request, const Deadline& deadline) {
  const std::string name = name_of(request);
  clock_.advance(Duration(1000 + static_cast<std::int64_t>(random_.below(50'000))));
  if (happens(mishaps_.crash_before)) {
    crash("crash before " + name);
  }
  if (happens(mishaps_.refused)) {
    events_.add("refused " + name);
    throw net::NetworkError("connection refused", false);
  }
  if (happens(mishaps_.lost_request)) time_out(deadline, "lost request " + name);
  net::Response answer = clouds_.handle(received(request));
  if (happens(mishaps_.crash_after)) {
    crash("crash after " + name);
  }
  if (answer.dropped || happens(mishaps_.lost_reply)) time_out(deadline, "lost reply " + name);
  clock_.advance(Duration(1000 + static_cast<std::int64_t>(random_.below(20'000))));
  events_.add(fmt::format("{} {} {}", to_rfc3339(clock_.now()), name, answer.status));
  return {answer.status, answer.headers, answer.body};
}

}  // namespace slipway::simulate
