#include "sim/core/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "base/text.h"

namespace slipway::sim {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

std::string canonical_path(std::string_view path) {
  std::string out;
  bool first = true;
  for (std::string_view segment : split(path, '/')) {
    if (!std::exchange(first, false)) out.push_back('/');
    out += percent_encode(segment);
  }
  return out;
}

std::string canonical_query(std::string_view query) {
  if (query.empty()) return "";
  std::vector<std::pair<std::string, std::string>> fields;
  for (std::string_view field : split(query, '&')) {
    const auto equals = field.find('=');
    const std::string_view value = equals == field.npos ? "" : field.substr(equals + 1);
    fields.emplace_back(percent_encode(percent_decode(field.substr(0, equals))), percent_encode(percent_decode(value)));
  }
  std::sort(fields.begin(), fields.end());
  std::string out;
  for (const auto& [name, value] : fields) out += fmt::format("{}{}={}", out.empty() ? "" : "&", name, value);
  return out;
}

/// Trimmed, inner blanks collapsed; fields of one name joined by commas.
std::optional<std::string> canonical_header(const net::Headers& headers, std::string_view name) {
  std::optional<std::string> out;
  for (const auto& [field, value] : headers) {
    if (!equals_ignoring_case(field, name)) continue;
    out = out ? *out + "," : std::string();
    bool blank = false;
    for (char c : trim(value)) {
      if (c != ' ' || !blank) out->push_back(c);
      blank = c == ' ';
    }
  }
  return out;
}

std::optional<std::string> canonical_request(const net::Request& request, const SignatureClaim& claim) {
  std::string headers, names;
  for (const std::string& name : claim.signed_headers) {
    const auto value = canonical_header(request.headers, name);
    if (!value) return std::nullopt;
    headers += fmt::format("{}:{}\n", name, *value);
    names += (names.empty() ? "" : ";") + name;
  }
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, canonical_path(request.path),
                     canonical_query(request.query), headers, names, sha256_hex(request.body));
}

std::string amz_date(const net::Request& request) {
  return std::string(request.headers.find("x-amz-date").value_or(""));
}

}  // namespace

std::optional<SignatureClaim> parse_authorization(std::string_view header) {
  if (!header.starts_with(kAlgorithm)) return std::nullopt;
  header.remove_prefix(kAlgorithm.size());
  SignatureClaim claim;
  std::vector<std::string_view> scope;
  for (std::string_view part : split(header, ',')) {
    part = trim(part);
    const auto equals = part.find('=');
    if (equals == part.npos) return std::nullopt;
    const std::string_view name = part.substr(0, equals), value = part.substr(equals + 1);
    if (name == "Credential") scope = split(value, '/');
    if (name == "Signature") claim.signature = value;
    if (name == "SignedHeaders") {
      for (std::string_view signed_header : split(value, ';')) claim.signed_headers.emplace_back(signed_header);
    }
  }
  if (scope.size() != 5 || scope[4] != "aws4_request" || claim.signature.empty() || claim.signed_headers.empty()) {
    return std::nullopt;
  }
  claim.access_key = scope[0];
  claim.date = scope[1];
  claim.region = scope[2];
  claim.service = scope[3];
  return claim;
}

std::optional<std::string> expected_signature(const net::Request& request, const SignatureClaim& claim,
                                              std::string_view secret) {
  const auto canonical = canonical_request(request, claim);
  if (!canonical) return std::nullopt;
  const std::string scope = fmt::format("{}/{}/{}/aws4_request", claim.date, claim.region, claim.service);
  const std::string to_sign =
      fmt::format("{}\n{}\n{}\n{}", kAlgorithm, amz_date(request), scope, sha256_hex(*canonical));
  std::string key = fmt::format("AWS4{}", secret);
  for (std::string_view part : {std::string_view(claim.date), std::string_view(claim.region),
                                std::string_view(claim.service), std::string_view("aws4_request")}) {
    key = hmac_sha256(key, part);
  }
  return to_hex(hmac_sha256(key, to_sign));
}

std::optional<Time> signing_time(const net::Request& request) {
  const std::string text = amz_date(request);
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  return parse_time(fmt::format("{}-{}-{}T{}:{}:{}Z", text.substr(0, 4), text.substr(4, 2), text.substr(6, 2),
                                text.substr(9, 2), text.substr(11, 2), text.substr(13, 2)));
}

}  // namespace slipway::sim
