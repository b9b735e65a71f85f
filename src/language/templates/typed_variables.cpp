#include <algorithm>
#include <array>

#include "base/text.h"
#include "language/scoping/scope.h"

namespace slipway::language {
namespace {

// What each type of variable expands into (VAR-11).
struct TypeProperty {
  std::string_view type;
  std::string_view property;
  bool is_sensitive = false;
};

constexpr auto kTypeProperties = std::to_array<TypeProperty>({
    {"AmazonWebServicesAccount", "AccessKey"},
    {"AmazonWebServicesAccount", "SecretKey", true},
    {"AmazonWebServicesAccount", "RoleArn"},
    {"AmazonWebServicesAccount", "SessionDuration"},
    {"AmazonWebServicesAccount", "OpenIdConnect.Jwt", true},
    {"AzureAccount", "SubscriptionNumber"},
    {"AzureAccount", "Client"},
    {"AzureAccount", "Password", true},
    {"AzureAccount", "TenantId"},
    {"AzureAccount", "AzureEnvironment"},
    {"AzureAccount", "ResourceManagementEndpointBaseUri"},
    {"AzureAccount", "ActiveDirectoryEndpointBaseUri"},
    {"AzureAccount", "OpenIdConnect.Jwt", true},
    {"AzureAccount", "Audience"},
    {"AzureAccount", "CertificateThumbprint"},
    {"AzureAccount", "ServiceManagementEndpointBaseUri"},
    {"AzureAccount", "ServiceManagementEndpointSuffix"},
    {"GoogleCloudAccount", "JsonKey", true},
    {"GoogleCloudAccount", "OpenIdConnect.Jwt", true},
    {"GoogleCloudAccount", "Audience"},
    {"GoogleCloudAccount", "OpenIdConnect.TokenLifetimeSeconds"},
    {"UsernamePasswordAccount", "Username"},
    {"UsernamePasswordAccount", "Password", true},
    {"Certificate", "Type"},
    {"Certificate", "Name"},
    {"Certificate", "Thumbprint"},
    {"Certificate", "RawOriginal", true},
    {"Certificate", "Password", true},
    {"Certificate", "Pfx", true},
    {"Certificate", "Certificate"},
    {"Certificate", "PrivateKey", true},
    {"Certificate", "CertificatePem"},
    {"Certificate", "PrivateKeyPem", true},
    {"Certificate", "ChainPem"},
    {"Certificate", "Subject"},
    {"Certificate", "SubjectCommonName"},
    {"Certificate", "Issuer"},
    {"Certificate", "NotBefore"},
    {"Certificate", "NotAfter"},
    {"WorkerPool", "Name"},
});

const TypeProperty* find_property(std::string_view type, std::string_view property) {
  const auto found = std::find_if(kTypeProperties.begin(), kTypeProperties.end(), [&](const TypeProperty& p) {
    return equals_ignoring_case(p.type, type) && equals_ignoring_case(p.property, property);
  });
  return found == kTypeProperties.end() ? nullptr : &*found;
}

}  // namespace

std::vector<Variable> expand_typed_variable(const Variable& variable, const std::vector<ObjectProperty>& properties) {
  std::vector<Variable> expanded{variable};
  for (const ObjectProperty& property : properties) {
    const TypeProperty* known = find_property(variable.type, property.name);
    if (known == nullptr) continue;
    Variable part = variable;
    part.name += "." + std::string(known->property);
    part.value = property.value;
    part.type = "String";
    part.is_sensitive = known->is_sensitive || property.is_sensitive;
    expanded.push_back(std::move(part));
  }
  return expanded;
}

}  // namespace slipway::language
