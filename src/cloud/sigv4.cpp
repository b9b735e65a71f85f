#include "cloud/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "base/hash.h"
#include "base/text.h"

namespace slipway::aws {
namespace {

// botocore leaves out the same ones.
constexpr std::array<std::string_view, 9> kUnsigned = {
    "authorization", "connection", "expect",          "keep-alive",       "te",
    "trailer",       "user-agent", "x-amzn-trace-id", "transfer-encoding"};

struct Target {
  std::string_view host;
  std::string_view path;
  std::string_view query;
};

Target split_url(std::string_view url) {
  url.remove_prefix(std::min(url.find("://") + 3, url.size()));
  const auto end_of_host = std::min(url.find_first_of("/?"), url.size());
  Target target{url.substr(0, end_of_host), url.substr(end_of_host), {}};
  if (const auto question = target.path.find('?'); question != target.path.npos) {
    target.query = target.path.substr(question + 1);
    target.path = target.path.substr(0, question);
  }
  return target;
}

/// Each segment is escaped once more than on the wire.
std::string canonical_path(std::string_view path) {
  std::string out;
  for (const auto segment : split(path.substr(path.starts_with('/') ? 1 : 0), '/')) {
    out += "/" + percent_encode(segment);
  }
  return out;
}

std::string canonical_query(std::string_view query) {
  if (query.empty()) return {};
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto pair : split(query, '&')) {
    const auto equals = std::min(pair.find('='), pair.size());
    const auto value = pair.substr(std::min(equals + 1, pair.size()));
    pairs.emplace_back(percent_encode(percent_decode(pair.substr(0, equals))), percent_encode(percent_decode(value)));
  }
  std::ranges::sort(pairs);
  std::string out;
  for (const auto& [name, value] : pairs) out += fmt::format("{}{}={}", out.empty() ? "" : "&", name, value);
  return out;
}

/// Lower-case names in order, with their values; a name that occurs twice joins its values.
std::map<std::string, std::string> signed_headers(const net::Headers& headers, std::string_view host) {
  std::map<std::string, std::string> out{{"host", std::string(host)}};
  for (const auto& [name, value] : headers) {
    auto key = to_lower_ascii(name);
    if (key == "host" || std::ranges::find(kUnsigned, key) != kUnsigned.end()) continue;
    const auto [at, is_new] = out.emplace(std::move(key), trim(value));
    if (!is_new) at->second += fmt::format(",{}", trim(value));
  }
  return out;
}

std::string timestamp(Time now) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date{day};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - day).count();
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), seconds / 3600,
                     seconds / 60 % 60, seconds % 60);
}

}  // namespace

void sign(net::ClientRequest& request, const Credentials& credentials, std::string_view region,
          std::string_view service, Time now) {
  const std::string time = timestamp(now);
  const std::string_view date = std::string_view(time).substr(0, 8);
  request.headers.set("X-Amz-Date", time);
  if (!credentials.session_token.empty()) {
    request.headers.set("X-Amz-Security-Token", std::string(credentials.session_token.reveal()));
  }

  const Target target = split_url(request.url);
  std::string header_lines, header_names;
  for (const auto& [name, value] : signed_headers(request.headers, target.host)) {
    header_lines += fmt::format("{}:{}\n", name, value);
    header_names += fmt::format("{}{}", header_names.empty() ? "" : ";", name);
  }
  const std::string canonical =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, canonical_path(target.path), canonical_query(target.query),
                  header_lines, header_names, sha256_hex(request.body));
  const std::string scope = fmt::format("{}/{}/{}/aws4_request", date, region, service);
  const std::string to_sign = fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, scope, sha256_hex(canonical));

  Secret key(fmt::format("AWS4{}", credentials.secret_access_key.reveal()));
  for (const std::string_view part : {date, region, service, std::string_view("aws4_request")}) {
    key = Secret(hmac_sha256(key.reveal(), part));
  }
  request.headers.set("Authorization", fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                                                   credentials.access_key_id, scope, header_names,
                                                   to_hex(hmac_sha256(key.reveal(), to_sign))));
}

}  // namespace slipway::aws
