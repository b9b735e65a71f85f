#include "steps/aws_login.h"

#include <fmt/format.h>

#include "cloud/conform.h"
#include "cloud/credential_sources.h"
#include "cloud/endpoints.h"

namespace slipway::steps {
namespace {

constexpr std::string_view kAccountVariable = "Octopus.Action.AwsAccount.Variable";
constexpr std::string_view kUseInstanceRole = "Octopus.Action.AwsAccount.UseInstanceRole";
constexpr std::string_view kRegion = "Octopus.Action.Aws.Region";
constexpr std::string_view kAccountId = "Slipway.Aws.AccountId";
constexpr std::string_view kAssumeRole = "Octopus.Action.Aws.AssumeRole";
constexpr std::string_view kRoleArn = "Octopus.Action.Aws.AssumedRoleArn";
constexpr std::string_view kRoleSession = "Octopus.Action.Aws.AssumedRoleSession";
constexpr std::string_view kRoleSeconds = "Octopus.Action.Aws.AssumeRoleSessionDurationSeconds";
constexpr std::string_view kRoleExternalId = "Octopus.Action.Aws.AssumeRoleExternalId";

void read_account(InputReader& read, AwsLogin& login) {
  if (read.flag(kUseInstanceRole)) return;
  const std::string name = read.text(kAccountVariable);
  if (name.empty()) return;
  const auto key = read.context().variable(name + ".AccessKey");
  auto secret = read.context().variable(name + ".SecretKey");
  if (!key || !secret) {
    read.problems().add(
        fmt::format("{}: the variable \"{}\" does not hold an AWS account with an access key for this "
                    "environment and tenant. Give it a value of type AmazonWebServicesAccount in this scope.",
                    kAccountVariable, name));
    return;
  }
  login.access_key_id = *key;
  login.secret_access_key = Secret(std::move(*secret));
}

/// The role as people name it: by its ARN, or by its name in the account that the action names.
std::string read_role_arn(InputReader& read, const std::string& kRegion) {
  const std::string named = read.text(kRoleArn);
  if (named.empty() || named.starts_with("arn:")) return named;
  const std::string account = read.text(kAccountId);
  if (account.empty() || kRegion.empty()) {
    read.problems().add(
        fmt::format("{} must be a role ARN, such as arn:aws:iam::123456789012:role/deployer, not {}; or give {} as "
                    "well, and the role's name is enough.",
                    kRoleArn, read.show(kRoleArn), kAccountId));
    return "";
  }
  try {
    return fmt::format("arn:{}:iam::{}:role/{}", aws::partition_of(kRegion).id, account, named);
  } catch (const Error& error) {
    read.problems().add(error.message());
    return "";
  }
}

aws::RoleToAssume read_role(InputReader& read, const std::string& kRegion) {
  const StepContext& ctx = read.context();
  aws::RoleToAssume role;
  role.role_arn = read_role_arn(read, kRegion);
  role.external_id = read.text(kRoleExternalId);
  role.session_name = aws::make_session_name(
      read.given(kRoleSession).value_or("slipway-" + ctx.variable("Octopus.Deployment.Id").value_or(ctx.token())));
  role.duration_seconds = read.number(kRoleSeconds);
  return role;
}

/// A role that is named for nothing: the step would go on with the keys of the account, and in its account.
void check_no_idle_role(InputReader& read) {
  if (read.given(kAssumeRole)) return;
  for (const std::string_view name : {kRoleArn, kRoleExternalId}) {
    if (!read.given(name)) continue;
    read.problems().add(fmt::format("{} is given, but {} is not: set it to True, or to False if this is not to count.",
                                    name, kAssumeRole));
  }
}

void read_expected_account(InputReader& read, AwsLogin& login) {
  if (login.role) login.account = aws::account_of_arn(login.role->role_arn);
  const std::string named = read.text(kAccountId);
  if (named.empty()) return;
  if (!login.account.empty() && login.account != named) {
    read.problems().add(fmt::format("{} is {}, but the role to assume, {}, is in account {}.", kAccountId, named,
                                    login.role->role_arn, login.account));
  }
  login.account = named;
}

aws::Client connect_as(const aws::Access& access, const AwsLogin& login, const std::optional<aws::RoleToAssume>& role) {
  try {
    access.runtime.endpoints.check_region(login.region);
  } catch (Error& error) {
    error.add_context(kRegion);
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

std::vector<model::StepInput> aws_login_inputs() {
  using namespace model;
  const auto of_role = [](const StepInput& input) { return input.only_with(std::string(kAssumeRole)); };
  return {
      region_input(std::string(kRegion), "region, checked against those that AWS has ([more](operations.md))")
          .required("the AWS region, such as eu-west-1"),
      account_input(std::string(kAccountVariable), "name of the variable that holds the AWS account")
          .only_without(std::string(kUseInstanceRole))
          .required("the variable that holds the AWS account"),
      flag_input(std::string(kUseInstanceRole), "`True`: the server's own role"),
      text_input(std::string(kAccountId),
                 "the account to end up in; credentials of another one are refused before anything is changed")
          .left_out("the role's account; without a role, any"),
      flag_input(std::string(kAssumeRole),
                 "`True`: assume a role with those credentials. Beside a role or external id it must be given"),
      of_role(text_input(std::string(kRoleArn),
                         "the role, usually a tenant variable; beside `Slipway.Aws.AccountId` its name is enough")
                  .required("the role to assume")),
      of_role(text_input(std::string(kRoleExternalId), "external id that the role's trust policy asks for")
                  .left_out("none")),
      of_role(text_input(std::string(kRoleSession), "session name, as CloudTrail shows it")
                  .left_out("`slipway-<deployment id>`")),
      of_role(number_input(std::string(kRoleSeconds), 900, 43'200, "how long its credentials are valid, in seconds")
                  .left_out("AWS's default")),
  };
}

std::vector<std::string> aws_login_namespaces() { return {"Octopus.Action.Aws", "Slipway.Aws."}; }

AwsLogin read_aws_login(InputReader& read) {
  AwsLogin login;
  login.region = read.text(kRegion);
  read_account(read, login);
  if (read.flag(kAssumeRole)) {
    login.role = read_role(read, login.region);
  } else {
    check_no_idle_role(read);
  }
  read_expected_account(read, login);
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
