// Users: people and service accounts, as the server knows them. Plain values.
#pragma once

#include <boost/describe.hpp>
#include <string>

#include "model/schema.h"

namespace slipway::model {

/// A person or a service account.
struct User {
  static constexpr std::string_view type = "User";
  std::string Id, Username, DisplayName, EmailAddress;
  bool IsActive = true;
  bool IsService = false;
};
BOOST_DESCRIBE_STRUCT(User, (), (Id, Username, DisplayName, EmailAddress, IsActive, IsService))

Schema user_schema();

}  // namespace slipway::model
