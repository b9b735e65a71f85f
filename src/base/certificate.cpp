#include "base/certificate.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509v3.h>
#include <sodium.h>

#include <ctime>
#include <memory>
#include <optional>

#include "base/error.h"
#include "base/secret_limit.h"
#include "base/text.h"

namespace slipway {
namespace {

constexpr std::size_t kMostCertificates = 50;
constexpr int kDeepestNesting = 4;
/// Of a whole file. Each takes about half a microsecond; what writes such files takes some thousands.
constexpr std::int64_t kMostRounds = 1'000'000;
/// Of a key without its wrapping: an RSA key of 16384 bits has less.
constexpr int kLongestKey = 10 << 10;

template <auto free>
struct Free {
  template <class T>
  void operator()(T* p) const {
    free(p);
  }
};
inline void free_bags(STACK_OF(PKCS12_SAFEBAG) * bags) { sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free); }
inline void free_safes(STACK_OF(PKCS7) * safes) { sk_PKCS7_pop_free(safes, PKCS7_free); }
inline void free_text(void* text) { OPENSSL_free(text); }

using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using X509Ptr = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using KeyInfo = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Free<PKCS8_PRIV_KEY_INFO_free>>;
using SealedKey = std::unique_ptr<X509_SIG, Free<X509_SIG_free>>;
using Pkcs12 = std::unique_ptr<PKCS12, Free<PKCS12_free>>;
using Bags = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), Free<free_bags>>;
using Safes = std::unique_ptr<STACK_OF(PKCS7), Free<free_safes>>;
using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;

[[noreturn]] void fail_unreadable() {
  fail_invalid("it holds no certificate: give the base64 text of a file in DER, PEM or PKCS#12 form.");
}
[[noreturn]] void fail_password(std::string_view password) {
  fail_invalid(password.empty() ? "it is protected by a password; give it in Password."
                                : "it is protected by a password, and that in Password is another one.");
}

/// OpenSSL's errors are a thread's own; whoever comes next on it must not find ours.
struct NoErrorsLeft {
  ~NoErrorsLeft() { ERR_clear_error(); }
};

/// The algorithms, with those that only old PKCS#12 files use, for one file and nobody else.
class Algorithms {
 public:
  Algorithms() : context_(OSSL_LIB_CTX_new()) {
    if (context_) default_.reset(OSSL_PROVIDER_load(context_.get(), "default"));
    if (!default_) fail(ErrorCode::internal, "OpenSSL has no algorithms to read a certificate with.");
    legacy_.reset(OSSL_PROVIDER_load(context_.get(), "legacy"));  // where it is missing, old files can't be opened
  }
  OSSL_LIB_CTX* get() const { return context_.get(); }

 private:
  using Provider = std::unique_ptr<OSSL_PROVIDER, Free<OSSL_PROVIDER_unload>>;
  std::unique_ptr<OSSL_LIB_CTX, Free<OSSL_LIB_CTX_free>> context_;
  Provider default_, legacy_;
};

/// Counts in how many rounds passwords are made keys, before that is done.
class Rounds {
 public:
  void add(const ASN1_INTEGER* rounds) {
    if (rounds == nullptr) return;
    const std::int64_t n = ASN1_INTEGER_get(rounds);
    if (n < 0 || n > kMostRounds || (sum_ += n) > kMostRounds) {
      fail_invalid(fmt::format("its password takes more than {} rounds; protect it with fewer.", kMostRounds));
    }
  }
  void add(const X509_ALGOR* algorithm) {
    if (OBJ_obj2nid(algorithm->algorithm) != NID_pbes2) return add_of(PBEPARAM_it(), algorithm);
    const std::unique_ptr<PBE2PARAM, Free<PBE2PARAM_free>> parameters(
        static_cast<PBE2PARAM*>(ASN1_TYPE_unpack_sequence(PBE2PARAM_it(), algorithm->parameter)));
    if (!parameters) fail_unreadable();
    if (OBJ_obj2nid(parameters->keyfunc->algorithm) != NID_id_pbkdf2) {
      fail_invalid("its password is used in a way that is not known here; protect it by PBKDF2.");
    }
    const std::unique_ptr<PBKDF2PARAM, Free<PBKDF2PARAM_free>> function(
        static_cast<PBKDF2PARAM*>(ASN1_TYPE_unpack_sequence(PBKDF2PARAM_it(), parameters->keyfunc->parameter)));
    if (!function) fail_unreadable();
    add(function->iter);
  }

 private:
  void add_of(const ASN1_ITEM* item, const X509_ALGOR* algorithm) {
    const std::unique_ptr<PBEPARAM, Free<PBEPARAM_free>> parameters(
        static_cast<PBEPARAM*>(ASN1_TYPE_unpack_sequence(item, algorithm->parameter)));
    if (!parameters) fail_unreadable();
    add(parameters->iter);
  }

  std::int64_t sum_ = 0;
};

/// What a file holds, whatever its form.
class Contents {
 public:
  Contents(std::string_view password, const Algorithms& algorithms) : password_(password), algorithms_(algorithms) {}

  void add(X509Ptr certificate) {
    if (!certificate) fail_unreadable();
    if (certificates.size() == kMostCertificates) {
      fail_invalid(fmt::format("it holds more than {} certificates.", kMostCertificates));
    }
    certificates.push_back(std::move(certificate));
  }
  void add_key(Key found) {
    if (!found) fail_invalid("its private key can't be read.");
    if (!key) key = std::move(found);
  }
  void add_key(const PKCS8_PRIV_KEY_INFO* info) {
    if (info == nullptr) fail_invalid("its private key can't be read.");
    check_kind(info);
    add_key(Key(EVP_PKCS82PKEY_ex(info, algorithms_.get(), nullptr)));
  }

  bool read_der(std::string_view bytes) {
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(bytes.size())));
    if (!certificate) return false;
    add(std::move(certificate));
    return true;
  }

  void read_pem(std::string_view text) {
    const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    char *name = nullptr, *header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;
    ERR_clear_error();
    while (PEM_read_bio(bio.get(), &name, &header, &data, &size) == 1) {
      const std::unique_ptr<char, Free<free_text>> name_owned(name), header_owned(header);
      const std::unique_ptr<unsigned char, Free<free_text>> data_owned(data);
      read_pem_block(name, header, data, size);
      ERR_clear_error();
    }
    if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
      fail_invalid("a part of it is damaged or cut off.");
  }

  bool read_pkcs12(std::string_view bytes) {
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    PKCS12* read = PKCS12_init_ex(NID_pkcs7_data, algorithms_.get(), nullptr);
    if (d2i_PKCS12(&read, &at, static_cast<long>(bytes.size())) == nullptr) return false;  // which has freed it
    const Pkcs12 file(read);
    verify(file.get());
    const Safes safes(PKCS12_unpack_authsafes(file.get()));
    if (!safes) fail_unreadable();
    for (int i = 0; i < sk_PKCS7_num(safes.get()); ++i) read_safe(sk_PKCS7_value(safes.get(), i));
    return true;
  }

  std::vector<X509Ptr> certificates;
  Key key;

 private:
  void read_pem_block(std::string_view name, char* header, unsigned char* data, long size) {
    const unsigned char* at = data;
    if (name == PEM_STRING_X509 || name == PEM_STRING_X509_OLD) {
      add(X509Ptr(d2i_X509(nullptr, &at, size)));
    } else if (name == PEM_STRING_PKCS8INF) {
      add_key(KeyInfo(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, size)).get());
    } else if (name == PEM_STRING_PKCS8) {
      open_key(SealedKey(d2i_X509_SIG(nullptr, &at, size)).get());
    } else if (name.ends_with(" PRIVATE KEY")) {
      if (name != PEM_STRING_RSA && name != PEM_STRING_ECPRIVATEKEY) fail_kind();
      EVP_CIPHER_INFO cipher{};
      if (PEM_get_EVP_CIPHER_INFO(header, &cipher) != 1) fail_invalid("its private key can't be read.");
      const auto give = [](char* buffer, int room, int, void* given) {
        const auto& password = *static_cast<const std::string*>(given);
        const int size_given = static_cast<int>(password.size());
        return password.empty() || size_given > room ? -1 : (password.copy(buffer, password.size()), size_given);
      };
      if (PEM_do_header(&cipher, data, &size, give, &password_) != 1) fail_password(password_);
      const unsigned char* wrapped = data;
      if (const KeyInfo info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &wrapped, size)); info) return add_key(info.get());
      if (size > kLongestKey) fail_kind();
      add_key(Key(d2i_AutoPrivateKey_ex(nullptr, &at, size, algorithms_.get(), nullptr)));
    }
  }

  [[noreturn]] static void fail_kind() {
    fail_invalid("its private key is of a kind that is not read here; RSA (up to 16384 bits), EC and Ed25519 are.");
  }
  /// Before anything is computed of it: others take time that grows with the cube of their length.
  static void check_kind(const PKCS8_PRIV_KEY_INFO* info) {
    const ASN1_OBJECT* algorithm = nullptr;
    int size = 0;
    if (PKCS8_pkey_get0(&algorithm, nullptr, &size, nullptr, info) != 1) fail_invalid("its private key can't be read.");
    switch (OBJ_obj2nid(algorithm)) {
      case NID_rsaEncryption:
      case NID_rsassaPss:
      case NID_X9_62_id_ecPublicKey:
      case NID_ED25519:
      case NID_ED448:
        if (size <= kLongestKey) return;
        [[fallthrough]];
      default:
        fail_kind();
    }
  }

  void open_key(const X509_SIG* sealed) {
    if (sealed == nullptr) fail_invalid("its private key can't be read.");
    const X509_ALGOR* algorithm = nullptr;
    X509_SIG_get0(sealed, &algorithm, nullptr);
    rounds_.add(algorithm);
    KeyInfo info(
        PKCS8_decrypt_ex(sealed, password_.c_str(), static_cast<int>(password_.size()), algorithms_.get(), nullptr));
    if (!info) fail_password(password_);
    add_key(info.get());
  }

  void verify(PKCS12* file) {
    if (PKCS12_mac_present(file) != 1) fail_invalid("it has no checksum, so that its password can't be told.");
    const ASN1_INTEGER* rounds = nullptr;
    PKCS12_get0_mac(nullptr, nullptr, nullptr, &rounds, file);
    rounds_.add(rounds);
    if (PKCS12_verify_mac(file, password_.c_str(), static_cast<int>(password_.size())) == 1) return;
    has_none_ = password_.empty() && PKCS12_verify_mac(file, nullptr, 0) == 1;  // other tools' way to say "none"
    if (!has_none_) fail_password(password_);
  }

  const char* password() const { return has_none_ ? nullptr : password_.c_str(); }
  int password_size() const { return has_none_ ? 0 : static_cast<int>(password_.size()); }

  void read_safe(PKCS7* safe) {
    const int kind = OBJ_obj2nid(safe->type);
    if (kind == NID_pkcs7_data) {
      read_bags(Bags(PKCS12_unpack_p7data(safe)).get(), 0);
    } else if (kind == NID_pkcs7_encrypted && safe->d.encrypted != nullptr) {
      rounds_.add(safe->d.encrypted->enc_data->algorithm);
      const Bags bags(PKCS12_unpack_p7encdata(safe, password(), password_size()));
      if (!bags) {
        fail_invalid(
            "it is protected in a way that this machine's OpenSSL can't undo; protect it by AES, or give PEM.");
      }
      read_bags(bags.get(), 0);
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion): as deep as kDeepestNesting
  void read_bags(const STACK_OF(PKCS12_SAFEBAG) * bags, int depth) {
    if (bags == nullptr || depth > kDeepestNesting) fail_unreadable();
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); ++i) {
      const PKCS12_SAFEBAG* bag = sk_PKCS12_SAFEBAG_value(bags, i);
      switch (PKCS12_SAFEBAG_get_nid(bag)) {
        case NID_certBag:
          if (PKCS12_SAFEBAG_get_bag_nid(bag) == NID_x509Certificate) add(X509Ptr(PKCS12_SAFEBAG_get1_cert(bag)));
          break;
        case NID_keyBag:
          add_key(PKCS12_SAFEBAG_get0_p8inf(bag));
          break;
        case NID_pkcs8ShroudedKeyBag: {
          const X509_ALGOR* algorithm = nullptr;
          X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &algorithm, nullptr);
          rounds_.add(algorithm);
          add_key(KeyInfo(PKCS12_decrypt_skey_ex(bag, password(), password_size(), algorithms_.get(), nullptr)).get());
          break;
        }
        case NID_safeContentsBag:
          read_bags(PKCS12_SAFEBAG_get0_safes(bag), depth + 1);
          break;
        default:
          break;
      }
    }
  }

  std::string password_;
  const Algorithms& algorithms_;
  Rounds rounds_;
  bool has_none_ = false;
};

std::string text_in(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

/// Texts of certificates come in many encodings, and are shown to people.
std::string valid(std::string text) { return is_valid_utf8(text) ? std::move(text) : std::string("?"); }

std::string part_of(const X509_NAME* name, int nid) {
  const int at = X509_NAME_get_index_by_NID(name, nid, -1);
  if (at < 0) return "";
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0) return "";
  const std::unique_ptr<unsigned char, Free<free_text>> owned(text);
  return valid({reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)});
}

DistinguishedName read_name(const X509_NAME* name) {
  const Bio bio(BIO_new(BIO_s_mem()));
  constexpr unsigned long flags =
      XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_DN_REV | XN_FLAG_FN_SN | (ASN1_STRFLGS_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  X509_NAME_print_ex(bio.get(), name, 0, flags);
  return {valid(text_in(bio)), part_of(name, NID_commonName), part_of(name, NID_organizationName)};
}

Time read_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) fail_invalid("its times can't be read.");
  return from_micros(static_cast<std::int64_t>(timegm(&parts)) * 1'000'000);
}

std::string text_of(const ASN1_STRING* text) {
  return valid(
      {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)), static_cast<std::size_t>(ASN1_STRING_length(text))});
}

std::optional<std::string> text_of(const GENERAL_NAME* name) {
  int kind = 0;
  const void* value = GENERAL_NAME_get0_value(name, &kind);
  if (kind == GEN_DNS || kind == GEN_EMAIL || kind == GEN_URI) return text_of(static_cast<const ASN1_STRING*>(value));
  if (kind != GEN_IPADD) return std::nullopt;
  const auto* address = static_cast<const ASN1_STRING*>(value);
  const unsigned char* bytes = ASN1_STRING_get0_data(address);
  const int size = ASN1_STRING_length(address);
  if (size == 4) return fmt::format("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]);
  std::string text;
  for (int i = 0; i + 1 < size; i += 2) text += fmt::format("{}{:x}", i == 0 ? "" : ":", bytes[i] << 8 | bytes[i + 1]);
  return text;
}

std::vector<std::string> alternative_names(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> texts;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    if (auto text = text_of(sk_GENERAL_NAME_value(names.get(), i))) texts.push_back(std::move(*text));
  }
  return texts;
}

std::string upper_hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02X}", static_cast<unsigned char>(byte));
  return text;
}

std::string serial_number(const X509* certificate) {
  const Number number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  const std::unique_ptr<char, Free<free_text>> hex(number ? BN_bn2hex(number.get()) : nullptr);
  return hex ? hex.get() : "";
}

Certificate describe(const X509* certificate) {
  Certificate out;
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  const std::unique_ptr<unsigned char, Free<free_text>> owned(der);
  if (size <= 0) fail_unreadable();
  out.der.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  if (X509_digest(certificate, EVP_sha1(), digest, &length) != 1) fail_unreadable();
  out.thumbprint = upper_hex({reinterpret_cast<const char*>(digest), length});
  out.subject = read_name(X509_get_subject_name(certificate));
  out.issuer = read_name(X509_get_issuer_name(certificate));
  out.serial_number = serial_number(certificate);
  const int algorithm = X509_get_signature_nid(certificate);
  out.signature_algorithm = algorithm == NID_undef ? "unknown" : OBJ_nid2ln(algorithm);
  out.not_before = read_time(X509_get0_notBefore(certificate));
  out.not_after = read_time(X509_get0_notAfter(certificate));
  out.version = static_cast<int>(X509_get_version(certificate)) + 1;
  out.alternative_names = alternative_names(certificate);
  return out;
}

bool is_pem(std::string_view text) { return text.find("-----BEGIN ") != std::string_view::npos; }

CertificateFormat read(Contents& contents, std::string_view bytes) {
  if (is_pem(bytes)) {
    contents.read_pem(bytes);
    return CertificateFormat::pem;
  }
  if (contents.read_der(bytes)) return CertificateFormat::der;
  if (contents.read_pkcs12(bytes)) return CertificateFormat::pkcs12;
  fail_unreadable();
}

Secret pem_of(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_secmem()));
  if (PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    fail_invalid("its private key is of a kind that can't be read.");
  }
  return Secret(text_in(bio));
}

}  // namespace

std::string bytes_of_certificate_file(std::string_view text) {
  if (is_pem(text)) return std::string(text);
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(),
                        " \t\r\n", &size, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0) {
    fail_unreadable();
  }
  bytes.resize(size);
  return bytes;
}

CertificateFile read_certificate_file(std::string_view text, std::string_view password) {
  if (text.size() > kLongestSecret) fail_invalid(fmt::format("it is longer than {} KiB.", kLongestSecret / 1024));
  const std::string bytes = bytes_of_certificate_file(text);
  const NoErrorsLeft cleared;
  const Algorithms algorithms;
  Contents contents(password, algorithms);
  const CertificateFormat format = read(contents, bytes);
  if (contents.certificates.empty()) fail_unreadable();
  std::size_t own = 0;
  if (contents.key) {
    while (own < contents.certificates.size() &&
           X509_check_private_key(contents.certificates[own].get(), contents.key.get()) != 1) {
      ++own;
    }
    if (own == contents.certificates.size()) fail_invalid("its private key belongs to none of its certificates.");
  }
  CertificateFile file{format, describe(contents.certificates[own].get()), {}, {}};
  for (std::size_t i = 0; i < contents.certificates.size(); ++i) {
    if (i != own) file.chain.push_back(describe(contents.certificates[i].get()));
  }
  if (contents.key) file.private_key = pem_of(contents.key.get());
  return file;
}

std::string to_pem(const Certificate& certificate) {
  const std::string text = to_base64(certificate.der);
  std::string pem = "-----BEGIN CERTIFICATE-----\n";
  constexpr std::size_t width = 64;
  for (std::size_t i = 0; i < text.size(); i += width) pem += text.substr(i, width) + '\n';
  return pem + "-----END CERTIFICATE-----\n";
}

}  // namespace slipway
