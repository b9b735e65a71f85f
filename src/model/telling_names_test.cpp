#include "model/telling_names.h"

#include <doctest/doctest.h>

#include <string>

namespace slipway::model {

TEST_CASE("Names that say of their text that it is a secret are told from those that only speak of one") {
  for (const char* name : {"Password", "new_password", "DbPwd", "ClientSecretValue", "x-auth-token", "ConnectionString",
                           "AzureStorage.AccountKey", "Credentials", "TokenText"}) {
    CHECK_MESSAGE(names_a_secret(name), name);
  }
  for (const char* name : {"PasswordRequired", "SecretArn", "TokenEndpoint", "GitCredentialId", "Key", "Value",
                           "Secretary", "GitCredentialType", "Text", ""}) {
    CHECK_FALSE_MESSAGE(names_a_secret(name), name);
  }
}

TEST_CASE("An address holds credentials before its host and in its parameters, but not where an expression stands") {
  for (const char* address :
       {"https://robot:pw@host/", "https://pw@host", "robot:pw@host/v3", "https://h/?token=x",
        "https://h/?a=b&Password=x", "https://h/p#access_token=x", "https://h/?X-Amz-Signature=x",
        "Server=db;Password=x", "https://h/?api_key=x=y", "https://h/?pass%77ord=x", "password=x"}) {
    CHECK_MESSAGE(has_credentials(address), address);
  }
  for (const char* address :
       {"https://host/v3", "git@host:path", "https://h/?token=", "https://h/?token=&a=b", "https://h/?token=#{Token}",
        "https://h/?token=#{Token}&a=b", "https://h/?page=2&size=7", "https://h/a@b", "https://h/?next=token", ""}) {
    CHECK_FALSE_MESSAGE(has_credentials(address), address);
  }
  CHECK_FALSE(has_credentials(std::string(1 << 20, '=')));
  CHECK(is_address_with_credentials("https://robot:pw@host/"));
  CHECK_FALSE(is_address_with_credentials("see https://robot:pw@host/ for more"));
}

}  // namespace slipway::model
