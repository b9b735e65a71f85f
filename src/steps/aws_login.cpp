#include "steps/aws_login.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "cloud/credential_sources.h"

namespace slipway::steps {
namespace {

constexpr std::string_view account_variable = "Octopus.Action.AwsAccount.Variable";
constexpr std::string_view use_instance_role = "Octopus.Action.AwsAccount.UseInstanceRole";
constexpr std::string_view region = "Octopus.Action.Aws.Region";
constexpr std::string_view account_id = "Slipway.Aws.AccountId";
constexpr std::string_view assume_role = "Octopus.Action.Aws.AssumeRole";
constexpr std::string_view role_arn = "Octopus.Action.Aws.AssumedRoleArn";
constexpr std::string_view role_session = "Octopus.Action.Aws.AssumedRoleSession";
constexpr std::string_view role_seconds = "Octopus.Action.Aws.AssumeRoleSessionDurationSeconds";
constexpr std::string_view role_external_id = "Octopus.Action.Aws.AssumeRoleExternalId";

bool is_true(const std::optional<std::string>& text) { return text && equals_ignoring_case(trim(*text), "true"); }

void read_account(const StepContext& ctx, AwsLogin& login, Problems& problems) {
  if (is_true(read_property(ctx, use_instance_role, problems))) return;
  const std::string name = require_property(ctx, account_variable, "the variable that holds the AWS account", problems);
  if (name.empty()) return;
  const auto key = ctx.variable(name + ".AccessKey");
  auto secret = ctx.variable(name + ".SecretKey");
  if (!key || !secret) {
    problems.add(
        fmt::format("{}: the variable \"{}\" does not hold an AWS account with an access key for this "
                    "environment and tenant. Give it a value of type AmazonWebServicesAccount in this scope.",
                    account_variable, name));
    return;
  }
  login.access_key_id = *key;
  login.secret_access_key = Secret(std::move(*secret));
}

std::optional<int> read_seconds(const std::string& text, Problems& problems) {
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 900 || seconds > 43'200) {
    problems.add(
        fmt::format("{} must be a whole number of seconds from 900 to 43200, not \"{}\".", role_seconds, text));
    return std::nullopt;
  }
  return seconds;
}

aws::RoleToAssume read_role(const StepContext& ctx, Problems& problems) {
  aws::RoleToAssume role;
  role.role_arn = require_property(ctx, role_arn, "the role to assume", problems);
  if (!role.role_arn.empty() && !role.role_arn.starts_with("arn:")) {
    problems.add(fmt::format("{} must be a role ARN, such as arn:aws:iam::123456789012:role/deployer, not \"{}\".",
                             role_arn, role.role_arn));
  }
  role.external_id = read_property(ctx, role_external_id, problems).value_or("");
  role.session_name =
      aws::make_session_name(read_property(ctx, role_session, problems)
                                 .value_or("slipway-" + ctx.variable("Octopus.Deployment.Id").value_or(ctx.token())));
  const auto seconds = read_property(ctx, role_seconds, problems);
  role.duration_seconds = seconds ? read_seconds(*seconds, problems) : std::nullopt;
  return role;
}

void read_expected_account(const StepContext& ctx, AwsLogin& login, Problems& problems) {
  if (login.role) login.account = aws::account_of_arn(login.role->role_arn);
  const std::string named = read_property(ctx, account_id, problems).value_or("");
  if (named.empty()) return;
  if (!login.account.empty() && login.account != named) {
    problems.add(fmt::format("{} is {}, but the role to assume, {}, is in account {}.", account_id, named,
                             login.role->role_arn, login.account));
  }
  login.account = named;
}

aws::Client connect_as(const aws::Access& access, const AwsLogin& login, const std::optional<aws::RoleToAssume>& role) {
  aws::ProviderPtr provider = access.sign_in(login.access_key_id, login.secret_access_key);
  if (role) {
    const aws::Client base(access.runtime, std::move(provider), login.region);
    provider = access.credentials.provider(aws::assumed_role(base, *role));
  }
  return {access.runtime, std::move(provider), login.region};
}

}  // namespace

std::optional<std::string> read_property(const StepContext& ctx, std::string_view name, Problems& problems) {
  try {
    return ctx.property(name);
  } catch (const Error& error) {
    problems.add(fmt::format("{}: {}", name, error.message()));
    return std::nullopt;
  }
}

std::string require_property(const StepContext& ctx, std::string_view name, std::string_view what, Problems& problems) {
  const std::size_t before = problems.list().size();
  auto value = read_property(ctx, name, problems);
  if (!value && problems.list().size() == before) problems.add(fmt::format("{} is missing: give {}.", name, what));
  return value.value_or("");
}

AwsLogin read_aws_login(const StepContext& ctx, Problems& problems) {
  AwsLogin login;
  login.region = require_property(ctx, region, "the AWS region, such as eu-west-1", problems);
  read_account(ctx, login, problems);
  if (is_true(read_property(ctx, assume_role, problems))) login.role = read_role(ctx, problems);
  read_expected_account(ctx, login, problems);
  return login;
}

aws::CallerIdentity verify(const aws::Client& client, const AwsLogin& login) {
  return login.account.empty() ? aws::get_caller_identity(client) : aws::verify_account(client, login.account);
}

aws::Client connect(const aws::Access& access, const AwsLogin& login) { return connect_as(access, login, login.role); }

aws::Client connect_to_watch(const aws::Access& access, const AwsLogin& login) {
  auto role = login.role;
  if (role) role->session_name = "slipway-watch";
  return connect_as(access, login, role);
}

}  // namespace slipway::steps
