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

void read_account(InputReader& read, AwsLogin& login) {
  if (read.flag(use_instance_role)) return;
  const std::string name = read.text(account_variable);
  if (name.empty()) return;
  const auto key = read.context().variable(name + ".AccessKey");
  auto secret = read.context().variable(name + ".SecretKey");
  if (!key || !secret) {
    read.problems().add(
        fmt::format("{}: the variable \"{}\" does not hold an AWS account with an access key for this "
                    "environment and tenant. Give it a value of type AmazonWebServicesAccount in this scope.",
                    account_variable, name));
    return;
  }
  login.access_key_id = *key;
  login.secret_access_key = Secret(std::move(*secret));
}

/// The role as people name it: by its ARN, or by its name in the account that the action names.
std::string read_role_arn(InputReader& read, const std::string& region) {
  const std::string named = read.text(role_arn);
  if (named.empty() || named.starts_with("arn:")) return named;
  const std::string account = read.text(account_id);
  if (account.empty() || region.empty()) {
    read.problems().add(
        fmt::format("{} must be a role ARN, such as arn:aws:iam::123456789012:role/deployer, not {}; or give {} as "
                    "well, and the role's name is enough.",
                    role_arn, read.show(role_arn), account_id));
    return "";
  }
  try {
    return fmt::format("arn:{}:iam::{}:role/{}", aws::partition_of(region).id, account, named);
  } catch (const Error& error) {
    read.problems().add(error.message());
    return "";
  }
}

aws::RoleToAssume read_role(InputReader& read, const std::string& region) {
  const StepContext& ctx = read.context();
  aws::RoleToAssume role;
  role.role_arn = read_role_arn(read, region);
  role.external_id = read.text(role_external_id);
  role.session_name = aws::make_session_name(
      read.given(role_session).value_or("slipway-" + ctx.variable("Octopus.Deployment.Id").value_or(ctx.token())));
  role.duration_seconds = read.number(role_seconds);
  return role;
}

/// A role that is named for nothing: the step would go on with the keys of the account, and in its account.
void check_no_idle_role(InputReader& read) {
  if (read.given(assume_role)) return;
  for (const std::string_view name : {role_arn, role_external_id}) {
    if (!read.given(name)) continue;
    read.problems().add(fmt::format("{} is given, but {} is not: set it to True, or to False if this is not to count.",
                                    name, assume_role));
  }
}

void read_expected_account(InputReader& read, AwsLogin& login) {
  if (login.role) login.account = aws::account_of_arn(login.role->role_arn);
  const std::string named = read.text(account_id);
  if (named.empty()) return;
  if (!login.account.empty() && login.account != named) {
    read.problems().add(fmt::format("{} is {}, but the role to assume, {}, is in account {}.", account_id, named,
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

std::vector<model::StepInput> aws_login_inputs() {
  using namespace model;
  const auto of_role = [](StepInput input) { return input.only_with(std::string(assume_role)); };
  return {
      region_input(std::string(region), "region, checked against those that AWS has ([more](operations.md))")
          .required("the AWS region, such as eu-west-1"),
      account_input(std::string(account_variable), "name of the variable that holds the AWS account")
          .only_without(std::string(use_instance_role))
          .required("the variable that holds the AWS account"),
      flag_input(std::string(use_instance_role), "`True`: the server's own role"),
      text_input(std::string(account_id),
                 "the account to end up in; credentials of another one are refused before anything is changed")
          .left_out("the role's account; without a role, any"),
      flag_input(std::string(assume_role),
                 "`True`: assume a role with those credentials. Beside a role or external id it must be given"),
      of_role(text_input(std::string(role_arn),
                         "the role, usually a tenant variable; beside `Slipway.Aws.AccountId` its name is enough")
                  .required("the role to assume")),
      of_role(text_input(std::string(role_external_id), "external id that the role's trust policy asks for")
                  .left_out("none")),
      of_role(text_input(std::string(role_session), "session name, as CloudTrail shows it")
                  .left_out("`slipway-<deployment id>`")),
      of_role(number_input(std::string(role_seconds), 900, 43'200, "how long its credentials are valid, in seconds")
                  .left_out("AWS's default")),
  };
}

std::vector<std::string> aws_login_namespaces() { return {"Octopus.Action.Aws", "Slipway.Aws."}; }

AwsLogin read_aws_login(InputReader& read) {
  AwsLogin login;
  login.region = read.text(region);
  read_account(read, login);
  if (read.flag(assume_role)) {
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
