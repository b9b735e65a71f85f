#include "sim/core/loopback.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>

namespace slipway::sim {
namespace {

/// "https://ecs.eu-west-1.amazonaws.com/?a=b" as a server gets it.
net::Request received(const net::ClientRequest& sent) {
  net::Request request;
  request.method = sent.method;
  request.headers = sent.headers;
  request.body = sent.body;
  request.peer = "127.0.0.1";
  const auto scheme = sent.url.find("://");
  const std::string rest = scheme == std::string::npos ? sent.url : sent.url.substr(scheme + 3);
  const auto slash = std::min(rest.find_first_of("/?"), rest.size());
  if (!request.headers.find("host")) request.headers.add("Host", rest.substr(0, slash));
  const std::string target = rest.substr(slash);
  const auto question = std::min(target.find('?'), target.size());
  request.path = question == 0 ? "/" : target.substr(0, question);
  if (question < target.size()) request.query = target.substr(question + 1);
  return request;
}

Duration delay_of(const net::Response& response) {
  const std::string_view text = response.headers.find(kDelayHeader).value_or("0");
  long milliseconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  return std::chrono::milliseconds(milliseconds);
}

}  // namespace

net::ClientResponse LoopbackClient::send(const net::ClientRequest& request, const Deadline& deadline) {
  net::Response response = simulator_.handle(received(request));
  if (response.dropped)
    throw net::NetworkError("The connection to " + request.url + " was closed without an answer.", true);
  if (delay_of(response) > deadline.left()) {
    throw net::NetworkError("No answer from " + request.url + " in time.", true);
  }
  return {response.status, std::move(response.headers), std::move(response.body)};
}

}  // namespace slipway::sim
