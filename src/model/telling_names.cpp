#include "model/telling_names.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string>

#include "base/text.h"

namespace slipway::model {
namespace {

constexpr std::string_view kSecrets[] = {"password",
                                         "passwords",
                                         "passwd",
                                         "pwd",
                                         "passphrase",
                                         "passcode",
                                         "secret",
                                         "secrets",
                                         "token",
                                         "tokens",
                                         "apikey",
                                         "apikeys",
                                         "privatekey",
                                         "privatekeyfile",
                                         "secretkey",
                                         "accountkey",
                                         "signingkey",
                                         "sharedkey",
                                         "encryptionkey",
                                         "secretaccesskey",
                                         "sharedaccesskey",
                                         "jsonkey",
                                         "credential",
                                         "credentials",
                                         "masterkey",
                                         "connectionstring",
                                         "connectionstrings",
                                         "authorization",
                                         "storagekey",
                                         "authkey",
                                         "accesskeysecret"};

/// Behind the word that counts: "ClientSecretValue".
constexpr std::string_view kFillers[] = {"value", "plaintext", "text", "string", "base64"};

constexpr std::string_view kLabels[] = {"id",   "ids",  "type",  "kind",    "name",    "user",        "hint",   "arn",
                                        "uri",  "url",  "ref",   "email",   "region",  "description", "server", "host",
                                        "from", "path", "label", "expires", "version", "algorithm"};

/// Of a query; "X-Amz-Signature" signs like "signature".
constexpr std::string_view kParameters[] = {"sig", "signature", "auth", "pass"};

std::string bare(std::string_view name) {
  std::string lower = to_lower_ascii(name);
  std::erase_if(lower, [](char c) { return c == '_' || c == '-' || c == '.' || c == ' '; });
  return lower;
}

bool ends_with_any(std::string_view text, std::span<const std::string_view> endings) {
  return std::ranges::any_of(endings, [&](std::string_view ending) { return text.ends_with(ending); });
}

bool names_a_secret_parameter(std::string_view name) {
  const std::string lower = bare(name);
  return names_a_secret(name) || lower.ends_with("signature") ||
         std::ranges::find(kParameters, lower) != std::end(kParameters);
}

/// "?a=1&token=s3cret", "Server=db;Password=s3cret". Blanks and expressions ("#{Token}") are none.
bool has_secret_parameter(std::string_view address) {
  constexpr std::string_view separators = "?#&;";
  std::size_t begin = 0;
  bool is_in_name = true;
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (separators.find(address[i]) != std::string_view::npos) {
      begin = i + 1;
      is_in_name = true;
    } else if (is_in_name && address[i] == '=') {
      is_in_name = false;
      const bool has_value = i + 1 < address.size() && separators.find(address[i + 1]) == std::string_view::npos;
      if (has_value && names_a_secret_parameter(percent_decode(address.substr(begin, i - begin)))) return true;
    }
  }
  return false;
}

}  // namespace

bool names_a_secret(std::string_view name) {
  std::string lower = bare(name);
  if (ends_with_any(lower, kSecrets)) return true;
  for (const std::string_view filler : kFillers) {
    if (!lower.ends_with(filler)) continue;
    lower.resize(lower.size() - filler.size());
    return ends_with_any(lower, kSecrets);
  }
  return false;
}

bool names_a_label(std::string_view name) { return ends_with_any(bare(name), kLabels); }

bool names_an_address(std::string_view name) {
  const std::string lower = to_lower_ascii(name);
  return lower.ends_with("uri") || lower.ends_with("url") || lower == "registrypath";
}

/// Nor is it for anybody without a scheme, or with slashes that lean the other way; but "git@host:path" holds none.
bool has_credentials(std::string_view address) {
  if (has_secret_parameter(address)) return true;
  const auto scheme = address.find("://");
  const std::string_view rest = scheme == std::string_view::npos ? address : address.substr(scheme + 3);
  const auto at = rest.substr(0, rest.find_first_of("/?#")).find('@');
  if (at == std::string_view::npos) return false;
  return scheme != std::string_view::npos || rest.substr(0, at).find(':') != std::string_view::npos;
}

bool is_address_with_credentials(std::string_view text) {
  return text.find("://") != std::string_view::npos && text.find_first_of(" \t\r\n") == std::string_view::npos &&
         has_credentials(text);
}

}  // namespace slipway::model
