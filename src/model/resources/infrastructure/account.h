// Accounts: the credentials that steps, feeds and targets sign in with, by AccountType. Plain values; secrets stand in
// them as references only.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "model/schema.h"
#include "model/values.h"

namespace slipway::model {

/// Credentials for a cloud or a machine. Which members count depends on AccountType.
struct Account {
  static constexpr std::string_view type = "Account";
  std::string Id, SpaceId, Name, Slug, AccountType;
  std::vector<std::string> EnvironmentIds, TenantIds, TenantTags;
  std::string TenantedDeploymentParticipation;
  std::string AccessKey, Region;
  Value SecretKey;  ///< a secret (owner: the account's id)
  std::string Username;
  Value Password;
  Value Token;
};
BOOST_DESCRIBE_STRUCT(Account, (),
                      (Id, SpaceId, Name, Slug, AccountType, EnvironmentIds, TenantIds, TenantTags,
                       TenantedDeploymentParticipation, AccessKey, Region, SecretKey, Username, Password, Token))

Schema account_schema();

}  // namespace slipway::model
