#include "api/resources/certificate_routes.h"

#include <fmt/format.h>

#include "api/resources/resolve.h"
#include "base/certificate.h"
#include "base/error.h"
#include "base/text.h"
#include "model/values.h"
#include "storage/resources.h"

namespace slipway::api {
namespace {

/// "" where nothing is stored.
Secret secret_of(Call& call, storage::Reader& reader, const storage::StoredResource& row, std::string_view member) {
  const json::object document = storage::parse_document(row);
  const json::value* value = document.if_contains(member);
  const auto id = value == nullptr ? std::nullopt : model::secret_of(*value);
  if (!id) return Secret();
  auto found = call.services.vault.get(reader, *id, row.id);
  return found ? std::move(*found) : Secret();
}

std::string pem_of(const CertificateFile& file, bool with_key) {
  std::string pem = to_pem(file.own);
  for (const Certificate& other : file.chain) pem += to_pem(other);
  if (with_key) pem += file.private_key.reveal();
  return pem;
}

std::string exported(Call& call, const Secret& data, const Secret& password) {
  const std::string_view format = call.query.find("format").value_or("");
  if (format.empty() || equals_ignoring_case(format, "Original")) return bytes_of_certificate_file(data.reveal());
  const CertificateFile file = read_certificate_file(data.reveal(), password.reveal());
  if (equals_ignoring_case(format, "Der")) return file.own.der;
  if (equals_ignoring_case(format, "Pem")) return pem_of(file, call.asks("includePrivateKey"));
  fail_invalid("format must be one of Original, Pem, Der, or left out for Original.");
}

net::Response export_certificate(Call& call, storage::Reader& reader) {
  const auto row = resolve(call, reader, call.services.catalogue.get("Certificate"), call.parameter("id"));
  const Secret data = secret_of(call, reader, row, "CertificateData");
  net::Response response;
  response.status = 200;
  response.body = exported(call, data, secret_of(call, reader, row, "Password"));
  response.headers.add("Content-Type", "application/octet-stream");
  return response;
}

}  // namespace

std::vector<Route> certificate_routes() {
  return {Route{"GET", "certificates/{id}/export", "CertificateExportPrivateKey",
                "The certificate as a file: as it was sent, which may hold its private key, or as PEM or DER.",
                export_certificate}
              .with_query({{"format"}, {"includePrivateKey", QueryKind::flag}})
              .answers_text("application/octet-stream")};
}

}  // namespace slipway::api
