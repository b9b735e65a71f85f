#include "base/certificate.h"

#include <doctest/doctest.h>

#include <string>

#include "base/certificate_testing.h"
#include "base/error.h"
#include "base/text.h"

using namespace slipway;
using namespace slipway::testing;

namespace {

std::string refusal_of(std::string_view text, std::string_view password = {}) {
  try {
    read_certificate_file(text, password);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid);
    return std::string(error.message());
  }
  return "";
}

std::string both(std::string_view certificate, std::string_view key) {
  return std::string(certificate) + "\n" + std::string(key) + "\n";
}

}  // namespace

TEST_CASE("what a certificate says of itself is read, from PEM as it is and from its base64") {
  for (const std::string& text : {std::string(kCertificatePem), to_base64(kCertificatePem)}) {
    const CertificateFile file = read_certificate_file(text, "");
    CHECK(file.format == CertificateFormat::pem);
    CHECK(file.own.subject.whole == "CN=shop.test, O=Shop, C=DE");
    CHECK(file.own.subject.common_name == "shop.test");
    CHECK(file.own.subject.organization == "Shop");
    CHECK(file.own.is_self_signed());
    CHECK(file.own.version == 3);
    CHECK(file.own.thumbprint.size() == 40);
    CHECK(file.own.signature_algorithm == "ecdsa-with-SHA256");
    CHECK(file.own.not_after > file.own.not_before);
    CHECK(file.own.alternative_names == std::vector<std::string>{"shop.test", "www.shop.test", "10.0.0.1"});
    CHECK(file.private_key.empty());
    CHECK(file.chain.empty());
  }
}

TEST_CASE("DER and PEM of one certificate say the same") {
  const Certificate pem = read_certificate_file(kCertificatePem, "").own;
  const CertificateFile file = read_certificate_file(to_base64(pem.der), "");
  CHECK(file.format == CertificateFormat::der);
  CHECK(file.own.thumbprint == pem.thumbprint);
  CHECK(trim(to_pem(file.own)) == trim(kCertificatePem));
}

TEST_CASE("PKCS#12 is opened by its password, in today's form and in that of old tools") {
  const std::string thumbprint = read_certificate_file(kCertificatePem, "").own.thumbprint;
  for (const std::string_view text : {kCertificatePkcs12, kCertificateOldPkcs12}) {
    const CertificateFile file = read_certificate_file(text, "hush");
    CHECK(file.format == CertificateFormat::pkcs12);
    CHECK(file.own.thumbprint == thumbprint);
    CHECK(trim(file.private_key.reveal()) == trim(kCertificateKey));
    CHECK(refusal_of(text, "other").find("another one") != std::string::npos);
    CHECK(refusal_of(text).find("give it in Password") != std::string::npos);
  }
  const CertificateFile file = read_certificate_file(kCertificatePkcs12, "hush");
  REQUIRE(file.chain.size() == 1);
  CHECK(file.chain[0].subject.common_name == "Other");
}

TEST_CASE("a key in PEM is read, opened by its password, and must be the certificate's") {
  CHECK_FALSE(read_certificate_file(both(kCertificatePem, kCertificateKey), "").private_key.empty());
  const std::string sealed = both(kCertificateSealedKey, kCertificatePem);
  CHECK(trim(read_certificate_file(sealed, "hush").private_key.reveal()) == trim(kCertificateKey));
  CHECK(refusal_of(sealed, "other").find("another one") != std::string::npos);
  CHECK(refusal_of(both(kCertificatePem, kCertificateOtherKey)).find("none of its certificates") != std::string::npos);
}

/// Of 512 bits. Reading one computes its public half, in time that grows with the cube of its length.
constexpr std::string_view kDsaKey =
    R"(-----BEGIN PRIVATE KEY-----
MIIBXAIBADCCATQGByqGSM44BAEwggEnAoGBAMZ0fxqdWfKhj6w2sFchVRl/cD7i
4is1pXz6FRRoPozdCpvjZbwGe0ujK4v9aCwF5eUFUjsVTXz3sMIGb1BukhCyhmWE
k0ZphUEP4yr0cb3adoARUWdvHZD8CV00IEcup2fRaWdueahPHKb/GUgDp7S1WCba
GYnG1KzeotiEU9JjAh0Aq7mig5UcmbcoQbG0JSWXp9Kh0Q6LrT7UnpMtvwKBgQC7
7NUY5pE0yeNRlblBD2B4XNKoVQO6cIMt5yTj+DskJ9gaiqtWhiskzm6F8nVPLp8Y
yJ9HcQJhzZ5Bff25JkGaRw9Ogubd4Q6akvWcSvzxfZFgIZAuXpqsiF44mX5ilsjY
zrUhRZdSM4TnOnG9TY7vkhulRW61WMHdwFAxt0BQ/wQfAh0AnqD++GksUEcokIcP
bCT3Kyg3ClrXq1GUwJqoOw==
-----END PRIVATE KEY-----
)";

TEST_CASE("a key of a kind whose reading takes long is refused before it is read") {
  CHECK(refusal_of(both(kCertificatePem, kDsaKey)).find("kind that is not read here") != std::string::npos);
}

TEST_CASE("a damaged part behind a whole one is not passed over") {
  CHECK(refusal_of(both(kCertificatePem, kCertificateKey.substr(0, 120))).find("damaged") != std::string::npos);
  std::string broken(kCertificateKey);
  broken[60] = '!';
  CHECK(refusal_of(both(kCertificatePem, broken)).find("damaged") != std::string::npos);
  CHECK(refusal_of(both(kCertificatePem, kCertificatePem.substr(0, 200))).find("damaged") != std::string::npos);
}

TEST_CASE("a password that would keep a thread busy is not tried") {
  CHECK(refusal_of(kCertificateSlowPkcs12, "hush").find("rounds") != std::string::npos);
}

TEST_CASE("what is no certificate, or is cut short, is refused") {
  for (const std::string_view text :
       {"", "not base64!", "aGVsbG8=", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}) {
    CHECK_FALSE(refusal_of(text).empty());
  }
  CHECK_FALSE(refusal_of(kCertificateKey).empty());
  for (const std::string_view whole : {kCertificatePkcs12, kCertificateOldPkcs12}) {
    for (std::size_t size = 0; size + 8 < whole.size(); size += 40) {
      CHECK_FALSE(refusal_of(whole.substr(0, size), "hush").empty());
    }
  }
  CHECK(refusal_of(std::string(100'000, 'A')).find("longer") != std::string::npos);
}
