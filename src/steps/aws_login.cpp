#include "steps/aws_login.h"

#include <fmt/format.h>

#include "cloud/conform.h"
#include "cloud/credential_sources.h"
#include "cloud/endpoints.h"

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

void read_account(const StepContext& ctx, AwsLogin& login, Problems& problems) {
  if (read_flag_property(ctx, use_instance_role, problems)) return;
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

/// The role as people name it: by its ARN, or by its name in the account that the action names.
std::string read_role_arn(const StepContext& ctx, const std::string& region, Problems& problems) {
  const std::string named = require_property(ctx, role_arn, "the role to assume", problems);
  if (named.empty() || named.starts_with("arn:")) return named;
  const std::string account = read_property(ctx, account_id, problems).value_or("");
  if (account.empty() || region.empty()) {
    problems.add(
        fmt::format("{} must be a role ARN, such as arn:aws:iam::123456789012:role/deployer, not {}; or give {} as "
                    "well, and the role's name is enough.",
                    role_arn, show_property(ctx, role_arn, named), account_id));
    return "";
  }
  try {
    return fmt::format("arn:{}:iam::{}:role/{}", aws::partition_of(region).id, account, named);
  } catch (const Error& error) {
    problems.add(error.message());
    return "";
  }
}

aws::RoleToAssume read_role(const StepContext& ctx, const std::string& region, Problems& problems) {
  aws::RoleToAssume role;
  role.role_arn = read_role_arn(ctx, region, problems);
  role.external_id = read_property(ctx, role_external_id, problems).value_or("");
  role.session_name =
      aws::make_session_name(read_property(ctx, role_session, problems)
                                 .value_or("slipway-" + ctx.variable("Octopus.Deployment.Id").value_or(ctx.token())));
  role.duration_seconds = read_number_property(ctx, role_seconds, 900, 43'200, problems);
  return role;
}

/// A role that is named for nothing: the step would go on with the keys of the account, and in its account.
void check_no_idle_role(const StepContext& ctx, Problems& problems) {
  if (read_property(ctx, assume_role, problems)) return;
  for (const std::string_view property : {role_arn, role_external_id}) {
    if (!read_property(ctx, property, problems)) continue;
    problems.add(fmt::format("{} is given, but {} is not: set it to True to assume the role, or to False not to.",
                             property, assume_role));
  }
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
  try {
    access.runtime.endpoints.check_region(login.region);
  } catch (Error& error) {
    error.add_context(region);
    throw;
  }
  aws::ProviderPtr provider = access.sign_in(login.access_key_id, login.secret_access_key);
  if (role) {
    const aws::Client base(access.runtime, std::move(provider), login.region, aws::kEachCall);
    provider = access.credentials.provider(aws::assumed_role(base, *role));
  }
  return {access.runtime, std::move(provider), login.region, aws::kEachCall};
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

std::string show_property(const StepContext& ctx, std::string_view name, std::string_view value) {
  const auto at = ctx.action().properties.find(std::string(name));
  const bool is_replaced = at != ctx.action().properties.end() && at->second.find("#{") != std::string::npos;
  return is_replaced ? fmt::format("what \"{}\" stands for", at->second) : fmt::format("\"{}\"", value);
}

bool read_flag_property(const StepContext& ctx, std::string_view name, Problems& problems, bool otherwise) {
  const auto text = read_property(ctx, name, problems);
  if (!text) return otherwise;
  const auto flag = aws::read_flag(*text);
  if (!flag) problems.add(fmt::format("{} must be True or False, not {}.", name, show_property(ctx, name, *text)));
  return flag.value_or(otherwise);
}

std::optional<int> read_number_property(const StepContext& ctx, std::string_view name, int least, int most,
                                        Problems& problems) {
  const auto text = read_property(ctx, name, problems);
  if (!text) return std::nullopt;
  const auto number = aws::read_integer(*text);
  if (!number || *number < least || *number > most) {
    problems.add(fmt::format("{} must be a whole number from {} to {}, not {}.", name, least, most,
                             show_property(ctx, name, *text)));
    return std::nullopt;
  }
  return static_cast<int>(*number);
}

AwsLogin read_aws_login(const StepContext& ctx, Problems& problems) {
  AwsLogin login;
  login.region = require_property(ctx, region, "the AWS region, such as eu-west-1", problems);
  read_account(ctx, login, problems);
  if (read_flag_property(ctx, assume_role, problems)) {
    login.role = read_role(ctx, login.region, problems);
  } else {
    check_no_idle_role(ctx, problems);
  }
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
