// What all that call AWS share: the runtime, the sessions, and the two identities to start from.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cloud/client.h"
#include "cloud/credential_sources.h"
#include "cloud/credentials.h"

namespace slipway::aws {

/// The references outlive every client made from it. Threads: any.
struct Access {
  Runtime& runtime;
  CredentialCache& credentials;
  /// Makes the source of the server's own credentials.
  std::function<std::unique_ptr<CredentialSource>()> own_credentials;

  /// Signs in by stored keys, or as the server itself when `access_key_id` is empty. Nothing is called yet.
  ProviderPtr sign_in(const std::string& access_key_id, const Secret& secret_access_key) const {
    return credentials.provider(access_key_id.empty() ? own_credentials()
                                                      : static_keys(access_key_id, secret_access_key.clone()));
  }
};

}  // namespace slipway::aws
