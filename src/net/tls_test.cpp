#include "net/tls.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <map>
#include <memory>

#include "base/error.h"

using namespace slipway;
using namespace slipway::net;

namespace {

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

/// A key and a certificate of its own signature.
struct Pair {
  std::string certificate, key;

  Pair() {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> x509(X509_new(), X509_free);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
    X509_set_pubkey(x509.get(), pair.get());
    X509_sign(x509.get(), pair.get(), EVP_sha256());
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_X509(out.get(), x509.get());
    certificate = text_of(out.get());
    const std::unique_ptr<BIO, decltype(&BIO_free)> secret(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_PrivateKey(secret.get(), pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
    key = text_of(secret.get());
  }
};

struct Files {
  std::map<std::string, std::string> texts;
  void put(const std::string& certificate, const std::string& key) {
    texts = {{"cert.pem", certificate}, {"key.pem", key}};
  }
  TlsIdentity identity() {
    return TlsIdentity({"cert.pem", "key.pem"}, [this](const std::string& path) {
      const auto found = texts.find(path);
      return found == texts.end() ? std::nullopt : std::optional(found->second);
    });
  }
};

}  // namespace

TEST_CASE("a certificate is replaced when its files change, and only by a pair that can be used") {
  Files files;
  const Pair first, second;
  files.put(first.certificate, first.key);
  TlsIdentity identity = files.identity();
  const auto before = identity.current();
  CHECK_FALSE(identity.reload());
  files.put(second.certificate, first.key);
  CHECK_THROWS_WITH_AS(identity.reload(), doctest::Contains("is not the one of the certificate in cert.pem"), Error);
  CHECK(identity.current() == before);
  files.put(second.certificate, second.key);
  CHECK(identity.reload());
  CHECK(identity.current() != before);
}

TEST_CASE("what can't be used says which file and what it must hold") {
  const Pair good;
  Files files;
  files.texts = {{"cert.pem", good.certificate}};
  CHECK_THROWS_WITH_AS(files.identity(), "The TLS key file key.pem can't be read.", Error);
  files.texts = {{"key.pem", good.key}};
  CHECK_THROWS_WITH_AS(files.identity(), "The TLS certificate file cert.pem can't be read.", Error);
  files.put("nonsense", good.key);
  CHECK_THROWS_WITH_AS(files.identity(), doctest::Contains("cert.pem can't be used: it must hold the certificate"),
                       Error);
  files.put(good.certificate, "nonsense");
  CHECK_THROWS_WITH_AS(files.identity(), doctest::Contains("key.pem can't be used: it must hold"), Error);
}
