#include "sim/sts/sts_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/text.h"

namespace slipway::sim {
namespace {

constexpr std::chrono::seconds kShortestSession{900};
constexpr std::chrono::seconds kLongestChainedSession{3600};
constexpr std::string_view kUpperAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kBase64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

[[noreturn]] void refuse_input(std::string message) { throw AwsError("ValidationError", std::move(message)); }

bool consists_of(std::string_view text, std::string_view punctuation) {
  return std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return std::isalnum(c) != 0 || punctuation.find(static_cast<char>(c)) != punctuation.npos;
  });
}

std::string session_name(const json::object& input) {
  std::string name = text_or(input, "RoleSessionName");
  if (name.size() < 2 || name.size() > 64 || !consists_of(name, "_+=,.@-")) {
    refuse_input("RoleSessionName must have 2 to 64 characters of [\\w+=,.@-].");
  }
  return name;
}

std::chrono::seconds session_length(const json::object& input, const Role& role, const Identity& caller) {
  const std::string text = text_or(input, "DurationSeconds", "3600");
  long seconds = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (parsed.ec != std::errc() || std::chrono::seconds(seconds) < kShortestSession) {
    refuse_input("DurationSeconds must be at least 900.");
  }
  const std::chrono::seconds length(seconds);
  if (caller.is_session && length > kLongestChainedSession) {
    refuse_input("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
  }
  if (length > role.longest_session) {
    refuse_input("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  return length;
}

bool trusts(const Role& role, const Identity& caller, const std::optional<std::string>& external_id) {
  const std::string root = fmt::format("::{}:root", caller.account);
  return std::any_of(role.trusts.begin(), role.trusts.end(), [&](const Trust& trust) {
    const bool principal_fits = trust.principal == caller.principal || trust.principal.ends_with(root);
    return principal_fits && (!trust.external_id || trust.external_id == external_id);
  });
}

/// So that a simulator can run for days. A session stays known as expired for a while, as long as clients may hold it.
void forget_old_sessions(World& world, Time now) {
  std::erase_if(world.keys, [&](const auto& entry) {
    return entry.second.expires && *entry.second.expires < now - std::chrono::hours(1);
  });
}

json::object get_caller_identity(Call& call) {
  return {{"Arn", call.caller.arn}, {"UserId", call.caller.user_id}, {"Account", call.caller.account}};
}

json::object assume_role(Call& call) {
  const std::string arn = text_or(call.input, "RoleArn");
  const std::string name = session_name(call.input);
  const auto role = call.world.roles.find(arn);
  std::optional<std::string> external_id;
  if (const auto given = json::text_at(call.input, "ExternalId")) external_id = *given;
  if (external_id &&
      (external_id->size() < 2 || external_id->size() > 1224 || !consists_of(*external_id, "_+=,.@:/-"))) {
    refuse_input("ExternalId must have 2 to 1224 characters of [\\w+=,.@:/-].");
  }
  // AWS doesn't tell a role that refuses from one that does not exist.
  if (role == call.world.roles.end() || !trusts(role->second, call.caller, external_id)) {
    throw AwsError(
        "AccessDenied",
        fmt::format("User: {} is not authorized to perform: sts:AssumeRole on resource: {}", call.caller.arn, arn),
        403);
  }
  const std::chrono::seconds length = session_length(call.input, role->second, call.caller);

  AccessKey key;
  const std::vector<std::string_view> parts = split(arn, ':');
  key.identity.account = parts.at(4);
  key.identity.arn = fmt::format("arn:{}:sts::{}:assumed-role/{}/{}", parts.at(1), parts.at(4), last_part(arn), name);
  key.identity.user_id = role->second.id + ":" + name;
  key.identity.principal = arn;
  key.identity.is_session = true;
  key.secret = call.random.text(40, kBase64Alphabet);
  key.session_token = "IQoJ" + call.random.text(236, kBase64Alphabet) + "==";
  key.expires = call.now + length;
  const std::string id = "ASIA" + call.random.text(16, kUpperAndDigits);
  json::object output{{"AssumedRoleUser", {{"AssumedRoleId", key.identity.user_id}, {"Arn", key.identity.arn}}},
                      {"Credentials",
                       {{"AccessKeyId", id},
                        {"SecretAccessKey", key.secret},
                        {"SessionToken", key.session_token},
                        {"Expiration", fmt::format("{}Z", to_rfc3339(*key.expires).substr(0, 19))}}}};
  if (const auto source = json::text_at(call.input, "SourceIdentity")) output["SourceIdentity"] = *source;
  forget_old_sessions(call.world, call.now);
  call.world.keys.emplace(id, std::move(key));
  return output;
}

}  // namespace

const std::vector<Operation>& sts_operations() {
  static const std::vector<Operation> operations = {
      {"GetCallerIdentity", get_caller_identity},
      {"AssumeRole", assume_role},
  };
  return operations;
}

}  // namespace slipway::sim
