#include "cloud/sts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/operations.h"

namespace slipway::aws {
CallerIdentity get_caller_identity(const Client& client) {
  const XmlElement root = client.query(sts::kGetCallerIdentity, {});
  const auto part = [&](std::string_view name) {
    return root.text_at(fmt::format("GetCallerIdentityResult/{}", name)).value_or("");
  };
  return {part("Account"), part("Arn"), part("UserId")};
}

CallerIdentity verify_account(const Client& client, std::string_view expected) {
  CallerIdentity actual = get_caller_identity(client);
  if (actual.account == expected) return actual;
  fail(ErrorCode::denied,
       fmt::format("The credentials belong to AWS account {} ({}), but account {} is configured. Correct the account's "
                   "keys or role, or the account id.",
                   actual.account, actual.arn, expected));
}

CredentialsPtr assume_role(const Client& client, const RoleToAssume& role) {
  QueryParameters parameters{{"RoleArn", role.role_arn}, {"RoleSessionName", role.session_name}};
  if (!role.external_id.empty()) parameters.emplace_back("ExternalId", role.external_id);
  if (role.duration_seconds) parameters.emplace_back("DurationSeconds", std::to_string(*role.duration_seconds));
  Runtime& runtime = client.runtime();
  const Time before = runtime.clock.now();
  const XmlElement root = client.query(sts::kAssumeRole, parameters);
  const auto part = [&](std::string_view name) {
    return root.text_at(fmt::format("AssumeRoleResult/Credentials/{}", name)).value_or("");
  };
  const Time expires = parse_time(part("Expiration")).value_or(before);
  // AWS's end by AWS's clock, which the call may just have taught us.
  const Duration ahead = runtime.skews.of(runtime.endpoints.url(kSts, client.region()));
  return std::make_shared<const Credentials>(Credentials{part("AccessKeyId"), Secret(part("SecretAccessKey")),
                                                         Secret(part("SessionToken")), expires - (before + ahead)});
}

std::string_view account_of_arn(std::string_view arn) {
  const auto parts = split(arn, ':');
  return parts.size() >= 6 && parts[0] == "arn" ? parts[4] : std::string_view();
}

std::string make_session_name(std::string_view text) {
  std::string name(text.substr(0, 64));
  std::ranges::replace_if(
      name,
      [](char c) {
        const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return !alphanumeric && std::string_view("_+=,.@-").find(c) == std::string_view::npos;
      },
      '-');
  while (name.size() < 2) name += '-';
  return name;
}

}  // namespace slipway::aws
