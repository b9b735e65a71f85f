#include "model/resources/infrastructure/certificate.h"

#include <fmt/format.h>

#include <optional>

#include "base/certificate.h"
#include "base/time.h"
#include "model/values.h"

namespace slipway::model {
namespace {

/// Those of the certificate itself, and of each that stands with it.
std::vector<Field> read_fields() {
  std::vector<Field> fields;
  for (const char* name :
       {"Thumbprint", "SubjectDistinguishedName", "SubjectCommonName", "SubjectOrganization", "IssuerDistinguishedName",
        "IssuerCommonName", "IssuerOrganization", "SerialNumber", "SignatureAlgorithmName"}) {
    fields.push_back(text(name).server_set());
  }
  fields.push_back(time("NotBefore").server_set());
  fields.push_back(time("NotAfter").server_set());
  fields.push_back(flag("SelfSigned").server_set());
  fields.push_back(texts("SubjectAlternativeNames").server_set());
  fields.push_back(integer("Version").server_set());
  return fields;
}

json::object described(const Certificate& certificate) {
  return {{"Thumbprint", certificate.thumbprint},
          {"SubjectDistinguishedName", certificate.subject.whole},
          {"SubjectCommonName", certificate.subject.common_name},
          {"SubjectOrganization", certificate.subject.organization},
          {"IssuerDistinguishedName", certificate.issuer.whole},
          {"IssuerCommonName", certificate.issuer.common_name},
          {"IssuerOrganization", certificate.issuer.organization},
          {"SerialNumber", certificate.serial_number},
          {"SignatureAlgorithmName", certificate.signature_algorithm},
          {"NotBefore", to_rfc3339(certificate.not_before)},
          {"NotAfter", to_rfc3339(certificate.not_after)},
          {"SelfSigned", certificate.is_self_signed()},
          {"SubjectAlternativeNames", json::to_json(certificate.alternative_names)},
          {"Version", certificate.version}};
}

std::string_view name_of(CertificateFormat format) {
  switch (format) {
    case CertificateFormat::der:
      return "Der";
    case CertificateFormat::pem:
      return "Pem";
    case CertificateFormat::pkcs12:
      return "Pkcs12";
  }
  return "Unknown";
}

/// The text that was sent for a secret; none where it is to stay as it is.
std::optional<std::string> fresh(const json::object& sent, std::string_view member) {
  const json::value* given = json::find(sent, member);
  if (given != nullptr && given->is_object()) given = json::find(given->get_object(), "NewValue");
  if (given == nullptr || !given->is_string() || given->get_string().empty()) return std::nullopt;
  return std::string(json::view(given->get_string()));
}

json::object read_certificate(const json::object& sent, Problems& problems) {
  const auto data = fresh(sent, "CertificateData"), password = fresh(sent, "Password");
  if (!data && password) {
    problems.add("Password is that of CertificateData and changes with it alone: send both.");
  }
  if (!data) return {};
  try {
    const CertificateFile file = read_certificate_file(*data, password.value_or(""));
    json::object members = described(file.own);
    members["CertificateDataFormat"] = name_of(file.format);
    members["HasPrivateKey"] = !file.private_key.empty();
    json::array chain;
    for (const Certificate& other : file.chain) chain.push_back(described(other));
    members["CertificateChain"] = std::move(chain);
    return members;
  } catch (const Error& error) {
    problems.add(fmt::format("CertificateData: {}", error.message()));
    return {};
  }
}

json::object archived(const Operation::Asked& asked, Problems&) { return {{"Archived", asked.now}}; }
json::object unarchived(const Operation::Asked&, Problems&) { return {{"Archived", nullptr}}; }

/// The id stays, so that whatever names the certificate has the new one.
json::object replaced(Operation::Asked asked, Problems& problems) {
  if (!fresh(asked.body, "CertificateData")) problems.add("CertificateData is required: send the new certificate.");
  json::object changes{{"Password", no_secret()}};
  for (auto& member : asked.body) {
    if (!member.value().is_null()) changes[member.key()] = std::move(member.value());
  }
  return changes;
}

/// A file can't be opened without the password that it was sent with.
Changes certificate_hook(const Edit& edit, const Lookup&, Problems& problems) {
  if (edit.before == nullptr || edit.is_deletion()) return {};
  const auto secret = [](const json::object& document, std::string_view member) {
    const json::value* value = document.if_contains(member);
    return value == nullptr ? std::nullopt : secret_of(*value);
  };
  const bool same_data = secret(*edit.before, "CertificateData") == secret(*edit.after, "CertificateData");
  if (same_data && secret(*edit.before, "Password") && !secret(*edit.after, "Password")) {
    problems.add("Password is that of CertificateData and goes with it alone: send both, or leave both as they are.");
  }
  return {};
}

/// Whose variables name the certificate.
json::value usages(const json::object& certificate, const Lookup& lookup) {
  json::array projects, libraries, targets, tenants;
  for (const auto& use : lookup.uses(json::text_at(certificate, "Id").value_or(""), 1000)) {
    if (use.type == "DeploymentTarget") targets.push_back(json::object{{"Id", use.id}});
    if (use.type == "TenantVariables") tenants.push_back(json::object{{"Id", use.id}});
    if (use.type != "VariableSet") continue;
    const auto set = lookup.find(use.id);
    const std::string owner(set ? json::text_at(*set, "OwnerId").value_or("") : "");
    (owner.starts_with("Projects-") ? projects : libraries).push_back(json::object{{"Id", owner}});
  }
  return json::object{{"ProjectUsages", std::move(projects)},
                      {"LibraryVariableSetUsages", std::move(libraries)},
                      {"TenantUsages", std::move(tenants)},
                      {"DeploymentTargetUsages", std::move(targets)}};
}

std::vector<Field> fields() {
  std::vector<Field> all{
      name_field(),
      text("Notes"),
      secret("CertificateData").required(),
      secret("Password"),
      references("EnvironmentIds", {"Environment"}),
      references("TenantIds", {"Tenant"}),
      tags("TenantTags"),
      choice("TenantedDeploymentParticipation", {"Untenanted", "TenantedOrUntenanted", "Tenanted"}),
      choice("CertificateDataFormat", {"Unknown", "Der", "Pem", "Pkcs12"}).server_set(),
      flag("HasPrivateKey").server_set(),
      objects("CertificateChain", read_fields()).numbered("").server_set(),
      time("Archived").server_set(),
      text("ReplacedBy").nullable().server_set(),
  };
  for (Field& field : read_fields()) all.push_back(std::move(field));
  return all;
}

}  // namespace

Schema certificate_schema() {
  return {
      .type = "Certificate",
      .collection = "certificates",
      .id_prefix = "Certificates",
      .fields = fields(),
      .derived = {{"usages", "Where the certificate is used.", usages}},
      .operations = {{"archive", "Puts the certificate away: lists leave it out.", {}, archived},
                     {"unarchive", "Takes the certificate out of the archive.", {}, unarchived},
                     {"replace",
                      "Puts another certificate in the place of this one, under its id.",
                      {text_or_secret("CertificateData").required(), text_or_secret("Password")},
                      replaced}},
      .passed = {{"IsExpired", "NotAfter"}},
      .filters = {{"archived", "Archived", "", true}, {"tenant", "TenantIds"}},
      .links = {{"Archive", "<self>/archive"},
                {"Unarchive", "<self>/unarchive"},
                {"Replace", "<self>/replace"},
                {"Export", "<self>/export{?format,includePrivateKey}"},
                {"Usages", "<self>/usages"}},
      .list_template = "{?skip,take,ids,partialName,archived,tenant}",
      .link_name = "Certificates",
      .permissions = permissions_of("Certificate"),
      .read_sent = read_certificate,
      .hook = certificate_hook,
      .no_effect = "No step uses a certificate yet: a variable that names one gives its id.",
  };
}

}  // namespace slipway::model
