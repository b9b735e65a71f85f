#include "cli/outgoing.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "cloud/error.h"

namespace slipway::cli {
namespace {

constexpr Duration kQuiet = std::chrono::minutes(1);
constexpr std::size_t kMostTold = 1000;
constexpr std::size_t kLongestWhy = 300;

/// "ecs" of `…Credential=KEY/20260102/eu-west-1/ecs/aws4_request, …`; "other" where nothing is signed for AWS.
std::string service_of(const net::ClientRequest& request) {
  const std::string_view signature = request.headers.find("Authorization").value_or("");
  const auto credential = signature.find("Credential=");
  if (credential == signature.npos) return "other";
  const auto parts = split(signature.substr(credential, signature.find(',', credential) - credential), '/');
  constexpr std::array<std::string_view, 6> known{"ecs", "ecr", "sts", "logs", "ssm", "secretsmanager"};
  const bool is_known = parts.size() >= 4 && std::ranges::find(known, parts[3]) != known.end();
  return is_known ? std::string(parts[3]) : "other";
}

/// "DescribeServices", or the method where the protocol names no operation in its head.
std::string operation_of(const net::ClientRequest& request) {
  const std::string_view target = request.headers.find("X-Amz-Target").value_or("");
  if (!target.empty()) return std::string(target.substr(target.rfind('.') + 1));
  constexpr std::string_view action = "Action=";
  if (!request.body.starts_with(action)) return request.method;
  return request.body.substr(action.size(), request.body.find('&') - action.size());
}

std::string host_of(std::string_view url) {
  const auto begin = url.find("://");
  const auto rest = begin == url.npos ? url : url.substr(begin + 3);
  const auto host = rest.substr(0, rest.find_first_of("/?"));
  return std::string(host.substr(host.rfind('@') == host.npos ? 0 : host.rfind('@') + 1));
}

std::string_view name_of(aws::FailureKind kind) {
  switch (kind) {
    case aws::FailureKind::throttled:
      return "throttled";
    case aws::FailureKind::transient:
    case aws::FailureKind::no_such_host:
      return "failed";
    case aws::FailureKind::expired_credentials:
      return "expired";
    case aws::FailureKind::denied:
      return "denied";
    case aws::FailureKind::not_found:
    case aws::FailureKind::client:
      return "refused";
  }
  return "failed";
}

}  // namespace

std::optional<std::uint64_t> Repetitions::tell(const std::string& what, SteadyTime now) {
  const auto told = told_.lock();
  if (told->size() > kMostTold) told->clear();
  const auto [known, is_new] = told->try_emplace(what, Told{now, 0});
  if (!is_new && now - known->second.at < kQuiet) {
    ++known->second.kept_back;
    return std::nullopt;
  }
  const auto kept_back = known->second.kept_back;
  known->second = {now, 0};
  return kept_back;
}

struct WatchedClient::Call {
  std::string service, operation, host;
};

WatchedClient::WatchedClient(net::HttpClient& inner, Metrics& metrics, const Clock& clock, const Log& log)
    : inner_(inner), metrics_(metrics), clock_(clock), log_(log) {}

net::ClientResponse WatchedClient::send(const net::ClientRequest& request, const Deadline& deadline) {
  const Call call{service_of(request), operation_of(request), host_of(request.url)};
  const SteadyTime began = clock_.steady();
  try {
    auto response = inner_.send(request, deadline);
    metrics_.histogram("slipway_outgoing_seconds", "How long answered calls outward took.", {{"service", call.service}})
        .observe(clock_.steady() - began);
    if (response.status < 400) {
      count(call, "ok");
      return response;
    }
    const auto error =
        request.headers.find("X-Amz-Target") ? aws::read_json_error(response) : aws::read_xml_error(response);
    const auto kind = aws::classify(call.service, response.status, error);
    const auto outcome = name_of(kind);
    count(call, outcome);
    if (outcome != "refused") tell(call, outcome, response.status, error.code);
    return response;
  } catch (const net::NetworkError& error) {
    const bool was_stopped = request.stop.stop_requested();
    count(call, was_stopped ? "stopped" : "unanswered");
    if (!was_stopped) tell(call, "unanswered", 0, error.what());
    throw;
  }
}

void WatchedClient::count(const Call& call, std::string_view outcome) {
  metrics_
      .counter("slipway_outgoing_calls_total", "Calls to AWS and to feeds, by what became of them.",
               {{"service", call.service}, {"outcome", outcome}})
      .add();
}

void WatchedClient::tell(const Call& call, std::string_view outcome, int status, std::string_view why) {
  const auto kept_back =
      repetitions_.tell(call.host + ' ' + call.operation + ' ' + std::string(outcome), clock_.steady());
  if (!kept_back) return;
  log_.warning("a call outward had trouble", {{"service", call.service},
                                              {"operation", call.operation},
                                              {"host", call.host},
                                              {"outcome", outcome},
                                              {"status", status},
                                              {"why", why.substr(0, kLongestWhy)},
                                              {"not told since the last such line", *kept_back}});
}

}  // namespace slipway::cli
