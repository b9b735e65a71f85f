// What stands in a file with an X.509 certificate: DER, PEM or PKCS#12, with the password that may protect it.
//
// The bytes are a stranger's. They are parsed within bounds: of size, of certificates, and of the rounds in which a
// password is made a key, which would else keep a thread busy for as long as the file says. Pure; threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "base/time.h"

namespace slipway {

enum class CertificateFormat { der, pem, pkcs12 };

struct DistinguishedName {
  std::string whole;                      ///< "CN=shop.test, O=Shop, C=DE"
  std::string common_name, organization;  ///< "" where it has none
};

struct Certificate {
  std::string der;
  std::string thumbprint;  ///< SHA-1, upper-case hex
  DistinguishedName subject, issuer;
  std::string serial_number;        ///< upper-case hex
  std::string signature_algorithm;  ///< "sha256WithRSAEncryption"
  Time not_before, not_after;
  int version = 3;
  std::vector<std::string> alternative_names;  ///< DNS names, addresses, e-mail addresses and URIs

  bool is_self_signed() const { return subject.whole == issuer.whole; }
};

struct CertificateFile {
  CertificateFormat format;
  Certificate own;                 ///< that of the private key, or the first
  std::vector<Certificate> chain;  ///< the others, in their order
  Secret private_key;              ///< PEM, without a password; empty where there is none
};

/// Of the text that clients send for such a file: its base64, or PEM as it is. Throws Error{invalid} for others.
std::string bytes_of_certificate_file(std::string_view text);

/// The text and password that clients send. Throws Error{invalid} with a sentence to put behind the name of a member:
/// that they are no certificate, that the password is not theirs, that the key is another certificate's.
CertificateFile read_certificate_file(std::string_view text, std::string_view password);

std::string to_pem(const Certificate&);

}  // namespace slipway
