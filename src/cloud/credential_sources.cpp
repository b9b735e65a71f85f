#include "cloud/credential_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/retry_later.h"
#include "base/text.h"
#include "net/http_date.h"

namespace slipway::aws {
namespace {

constexpr Duration kMetadataPatience = std::chrono::seconds(1);  // it is on the machine itself

class StaticKeys final : public CredentialSource {
 public:
  explicit StaticKeys(Credentials keys)
      : identity_(fmt::format("key {} {}", keys.access_key_id, fingerprint(keys))),
        keys_(std::make_shared<const Credentials>(std::move(keys))) {}
  std::string identity() const override { return identity_; }
  CredentialsPtr fetch(const Deadline&) override { return keys_; }

 private:
  /// A rotated secret of the same key is another identity; 4 bytes of a hash tell nothing about 160 random bits.
  static std::string fingerprint(const Credentials& keys) {
    const Secret both(fmt::format("{}\n{}", keys.secret_access_key.reveal(), keys.session_token.reveal()));
    return to_hex(content_hash(both.reveal()).substr(0, 4));
  }
  std::string identity_;
  CredentialsPtr keys_;
};

class AssumedRole final : public CredentialSource {
 public:
  AssumedRole(Client base, RoleToAssume role) : base_(std::move(base)), role_(std::move(role)) { check(); }

  std::string identity() const override {
    return fmt::format("role {} external {} session {} for {} s by {} in {}", role_.role_arn,
                       to_hex(content_hash(role_.external_id).substr(0, 4)), role_.session_name,
                       role_.duration_seconds.value_or(0), base_.identity(), base_.region());
  }
  std::string account() const override { return std::string(account_of_arn(role_.role_arn)); }
  CredentialsPtr fetch(const Deadline& deadline) override {
    try {
      return assume_role(base_.within(deadline), role_);
    } catch (AwsError& error) {
      if (error.kind() == FailureKind::denied) {
        error.add_context(
            fmt::format("The role {} could not be assumed; its trust policy must name the identity that asks{}",
                        role_.role_arn, role_.external_id.empty() ? "" : " and the account's external id"));
      }
      throw;
    }
  }

 private:
  void check() const {
    const auto parts = split(role_.role_arn, ':');
    const bool is_role = parts.size() == 6 && parts[0] == "arn" && parts[2] == "iam" && parts[4].size() == 12 &&
                         parts[5].starts_with("role/");
    if (!is_role) {
      fail_invalid(fmt::format(
          "\"{}\" is not the ARN of a role. Use one such as arn:aws:iam::123456789012:role/deploy.", role_.role_arn));
    }
    if (role_.session_name != make_session_name(role_.session_name)) {
      fail_invalid(fmt::format("\"{}\" is not a role session name. Use 2 to 64 letters, digits or _+=,.@-.",
                               role_.session_name));
    }
    const auto length = role_.external_id.size();
    if (length == 1 || length > 1224) fail_invalid("An external id has 2 to 1224 characters.");
  }

  Client base_;
  RoleToAssume role_;
};

/// An answer that got lost, or is none: the endpoint is asked again.
[[noreturn]] void lost(std::string_view from, std::string_view why) {
  throw RetryLater(kMetadataPatience, fmt::format("{} gave no credentials: {}", from, why), true);
}

json::object read_object(std::string_view body, std::string_view from) {
  try {
    json::value parsed = json::parse(body, {.max_bytes = 64u << 10, .max_depth = 8});
    if (parsed.is_object()) return std::move(parsed.get_object());
  } catch (const Error&) {
    // told below
  }
  lost(from, "the answer is no JSON object");
}

/// The document that the container endpoint and the instance metadata service answer with.
CredentialsPtr read_document(const net::ClientResponse& response, std::string_view from, Time now) {
  const Time their_now = net::parse_http_date(response.headers.find("Date").value_or("")).value_or(now);
  if (response.status >= 500 || response.status == 429) lost(from, fmt::format("HTTP status {}", response.status));
  const auto unusable = [&](std::string_view why) {
    fail(ErrorCode::unauthenticated, fmt::format("{} gave no credentials: {}.", from, why));
  };
  if (response.status != 200) unusable(fmt::format("HTTP status {}", response.status));
  const json::object document = read_object(response.body, from);
  const auto text = [&](std::string_view name) { return std::string(json::text_at(document, name).value_or("")); };
  // A 200 may carry an error in place of keys.
  if (text("AccessKeyId").empty() && !text("Code").empty()) unusable(text("Code"));
  for (const std::string_view name : {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}) {
    if (text(name).empty()) lost(from, fmt::format("{} is missing", name));
  }
  const auto expires = parse_time(text("Expiration"));
  if (!expires) lost(from, "Expiration is no time");
  return std::make_shared<const Credentials>(
      Credentials{text("AccessKeyId"), Secret(text("SecretAccessKey")), Secret(text("Token")), *expires - their_now});
}

class OwnCredentials final : public CredentialSource {
 public:
  OwnCredentials(net::HttpClient& http, Disk& disk, const Clock& clock, Environment environment)
      : http_(http), disk_(disk), clock_(clock), environment_(std::move(environment)) {}

  std::string identity() const override { return "this machine"; }

  CredentialsPtr fetch(const Deadline& deadline) override {
    if (auto keys = from_environment()) return keys;
    if (auto keys = from_container(deadline)) return keys;
    if (auto keys = from_instance(deadline)) return keys;
    fail(ErrorCode::unauthenticated,
         "This server has no AWS credentials of its own. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run it "
         "with an instance profile or a task role, or give the account keys.");
  }

 private:
  std::string variable(const char* name) const { return environment_(name).value_or(""); }

  CredentialsPtr from_environment() const {
    const auto id = variable("AWS_ACCESS_KEY_ID");
    auto secret = variable("AWS_SECRET_ACCESS_KEY");
    if (id.empty() || secret.empty()) return nullptr;
    return std::make_shared<const Credentials>(
        Credentials{id, Secret(std::move(secret)), Secret(variable("AWS_SESSION_TOKEN")), {}});
  }

  CredentialsPtr from_container(const Deadline& deadline) {
    static constexpr std::string_view kFrom = "The container's credential endpoint";
    net::ClientRequest request = metadata_request("GET", container_url());
    if (request.url.empty()) return nullptr;
    if (const Secret token = container_token(); !token.empty()) {
      request.headers.add("Authorization", std::string(token.reveal()));
    }
    return read_document(send(request, deadline.within(std::chrono::seconds(2)), kFrom), kFrom, clock_.now());
  }

  std::string container_url() const {
    if (const auto path = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); !path.empty()) {
      return "http://169.254.170.2" + path;
    }
    const auto url = variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    // Plain HTTP only to the hosts that AWS's own clients allow.
    static constexpr std::array<std::string_view, 6> kPlain = {"localhost",     "127.0.0.1",      "[::1]",
                                                               "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};
    const bool allowed =
        url.empty() || url.starts_with("https://") || std::ranges::any_of(kPlain, [&](std::string_view host) {
          const auto start = fmt::format("http://{}", host);
          return url == start || url.starts_with(start + "/") || url.starts_with(start + ":");
        });
    if (!allowed) {
      fail_invalid("AWS_CONTAINER_CREDENTIALS_FULL_URI names neither https, nor loopback, nor a container endpoint.");
    }
    return url;
  }

  Secret container_token() {
    Secret token(variable("AWS_CONTAINER_AUTHORIZATION_TOKEN"));
    if (const auto file = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); !file.empty()) {
      token = Secret(disk_.read(file).value_or(""));  // rotated in place, so read each time
      if (token.empty()) fail(ErrorCode::unauthenticated, fmt::format("The token file {} cannot be read.", file));
    }
    return Secret(std::string(trim(token.reveal())));
  }

  CredentialsPtr from_instance(const Deadline& deadline) {
    static constexpr std::string_view kFrom = "The instance metadata service";
    static constexpr std::string_view kBase = "http://169.254.169.254/latest/";
    static constexpr std::string_view kRoles = "meta-data/iam/security-credentials/";
    if (equals_ignoring_case(variable("AWS_EC2_METADATA_DISABLED"), "true")) return nullptr;
    const auto url = [](std::string_view path) { return std::string(kBase) + std::string(path); };

    net::ClientRequest ask_token = metadata_request("PUT", url("api/token"));
    ask_token.headers.add("X-aws-ec2-metadata-token-ttl-seconds", "21600");
    net::ClientResponse token;
    try {
      token = http_.send(ask_token, deadline.within(kMetadataPatience));
    } catch (const net::NetworkError&) {
      return nullptr;  // not on an instance
    }
    // Version 1 has no token; falling back to it would undo what version 2 protects from.
    if (token.status != 200) return nullptr;

    const auto get = [&](const std::string& path) {
      net::ClientRequest request = metadata_request("GET", url(path));
      request.headers.add("X-aws-ec2-metadata-token", token.body);
      return send(request, deadline.within(kMetadataPatience), kFrom);
    };
    const auto roles = get(std::string(kRoles));
    if (roles.status == 404) return nullptr;  // an instance without a profile
    const std::string role(trim(split(roles.body, '\n').front()));
    if (roles.status != 200 || role.empty()) lost(kFrom, "it named no role");
    return read_document(get(std::string(kRoles) + role), kFrom, clock_.now());
  }

  static net::ClientRequest metadata_request(std::string method, std::string url) {
    net::ClientRequest request;
    request.method = std::move(method);
    request.url = std::move(url);
    request.max_response_bytes = 64u << 10;
    request.repeatable = true;
    return request;
  }

  net::ClientResponse send(const net::ClientRequest& request, const Deadline& deadline, std::string_view from) {
    try {
      return http_.send(request, deadline);
    } catch (const net::NetworkError& error) {
      lost(from, error.what());
    }
  }

  net::HttpClient& http_;
  Disk& disk_;
  const Clock& clock_;
  Environment environment_;
};

}  // namespace

std::unique_ptr<CredentialSource> static_keys(const std::string& access_key_id, Secret secret_access_key,
                                              Secret session_token) {
  // People paste them with a line end, which no key of AWS holds.
  Secret secret(std::string(trim(secret_access_key.reveal())));
  return std::make_unique<StaticKeys>(
      Credentials{std::string(trim(access_key_id)), std::move(secret), std::move(session_token), {}});
}

std::unique_ptr<CredentialSource> assumed_role(Client base, RoleToAssume role) {
  return std::make_unique<AssumedRole>(std::move(base), std::move(role));
}

std::unique_ptr<CredentialSource> own_credentials(net::HttpClient& http, Disk& disk, const Clock& clock,
                                                  Environment environment) {
  return std::make_unique<OwnCredentials>(http, disk, clock, std::move(environment));
}

}  // namespace slipway::aws
