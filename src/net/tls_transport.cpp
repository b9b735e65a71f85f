#include "net/tls_transport.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/ssl.hpp>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/guarded.h"
#include "base/hash.h"

namespace slipway::net {

namespace ssl = boost::asio::ssl;
namespace asio = boost::asio;

struct TlsIdentity::Context {
  ssl::context ssl{ssl::context::tls_server};
};

namespace {

constexpr char kCiphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";  // of TLS 1.2: forward secrecy, no CBC
constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
constexpr std::string_view kPlainSpoken =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\nConnection: close\r\n"
    "Content-Length: 119\r\n\r\n"
    R"({"ErrorMessage":"This port speaks HTTPS. Use https:// in the address.","Errors":["Use https:// in the address here."]})"
    "\n";

int choose_protocol(SSL*, const unsigned char** out, unsigned char* length, const unsigned char* offered,
                    unsigned int offered_length, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, length, kHttp11, sizeof kHttp11, offered, offered_length) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

std::string read_pem(const TlsIdentity::ReadFile& read, const std::string& path, std::string_view what) {
  auto text = read(path);
  if (!text) fail_invalid(fmt::format("The TLS {} file {} can't be read.", what, path));
  return std::move(*text);
}

struct Pair {
  std::string certificate, key;
};

std::shared_ptr<TlsIdentity::Context> context_of(const Pair& pair, const TlsFiles& files) {
  auto context = std::make_shared<TlsIdentity::Context>();
  SSL_CTX* const native = context->ssl.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // idle connections are many
  SSL_CTX_set_cipher_list(native, kCiphers);
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  // Nobody is there to type a passphrase; without this OpenSSL would ask on the terminal.
  context->ssl.set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); });
  const auto expect = [](const boost::system::error_code& error, const std::string& file, std::string_view wants) {
    ERR_clear_error();
    if (error) fail_invalid(fmt::format("The TLS file {} can't be used: it must hold {}.", file, wants));
  };
  boost::system::error_code error;
  context->ssl.use_certificate_chain(asio::buffer(pair.certificate), error);
  expect(error, files.certificate, "the certificate and its chain as PEM (-----BEGIN CERTIFICATE-----)");
  context->ssl.use_private_key(asio::buffer(pair.key), ssl::context::pem, error);
  if (error && ERR_GET_REASON(static_cast<unsigned long>(error.value())) == X509_R_KEY_VALUES_MISMATCH) {
    ERR_clear_error();
    fail_invalid(fmt::format("The key in {} is not the one of the certificate in {}.", files.key, files.certificate));
  }
  expect(error, files.key, "the certificate's private key as PEM, without a passphrase");
  return context;
}

class TlsTransport final : public Transport {
 public:
  TlsTransport(Socket socket, std::shared_ptr<TlsIdentity::Context> context)
      : context_(std::move(context)), stream_(std::move(socket), context_->ssl) {}

  void start(Ready ready) override {
    stream_.async_handshake(ssl::stream_base::server, [this, ready = std::move(ready)](ErrorCondition error) {
      if (is_plain_http(error)) answer_plainly();
      ready(error);
    });
  }
  void read_some(asio::mutable_buffer to, Moved moved) override { stream_.async_read_some(to, std::move(moved)); }
  void write_some(const Pieces& from, Moved moved) override {
    const auto& first = from[0].size() > 0 ? from[0] : from[1];
    stream_.async_write_some(first, std::move(moved));
  }
  std::size_t try_send(const Pieces&, ErrorCondition&) override { return 0; }  // the TLS state is the loop's
  void cancel() override {
    ErrorCondition ignored;
    stream_.next_layer().cancel(ignored);
  }
  /// Says goodbye in TLS, so that the peer knows the answer to be whole. Nobody waits for theirs.
  void end_output(std::shared_ptr<void> owner) override {
    stream_.async_shutdown([owner = std::move(owner)](ErrorCondition) {});
  }
  void close() override {
    ErrorCondition ignored;
    stream_.next_layer().close(ignored);
  }

 private:
  static bool is_plain_http(const ErrorCondition& error) {
    return error.category() == asio::error::get_ssl_category() &&
           ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST;
  }
  void answer_plainly() {
    ErrorCondition ignored;
    stream_.next_layer().write_some(asio::buffer(kPlainSpoken), ignored);
    stream_.next_layer().shutdown(Socket::shutdown_send, ignored);
  }

  const std::shared_ptr<TlsIdentity::Context> context_;
  ssl::stream<Socket> stream_;
};

}  // namespace

struct TlsIdentity::State {
  struct Loaded {
    std::string fingerprint;  // of the files as they were last read
    std::shared_ptr<Context> context;
  };
  const TlsFiles files;
  const ReadFile read;
  Guarded<Loaded> loaded = {};
};

TlsIdentity::TlsIdentity(TlsFiles files, ReadFile read) : state_(new State{std::move(files), std::move(read)}) {
  reload();
}

TlsIdentity::~TlsIdentity() = default;

bool TlsIdentity::reload() {
  const TlsFiles& files = state_->files;
  const Pair pair{read_pem(state_->read, files.certificate, "certificate"), read_pem(state_->read, files.key, "key")};
  const auto loaded = state_->loaded.lock();
  const std::string seen = content_hash(content_hash(pair.certificate) + content_hash(pair.key));
  if (std::exchange(loaded->fingerprint, seen) == seen) return false;
  loaded->context = context_of(pair, files);
  return true;
}

std::shared_ptr<TlsIdentity::Context> TlsIdentity::current() const { return state_->loaded.lock()->context; }

std::unique_ptr<Transport> make_tls_transport(Transport::Socket socket, const TlsIdentity& identity) {
  return std::make_unique<TlsTransport>(std::move(socket), identity.current());
}

}  // namespace slipway::net
