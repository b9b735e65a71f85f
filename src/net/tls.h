// The certificate that an HTTPS server shows, renewed while it runs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace slipway::net {

/// Where certificate and key lie, as PEM: the server's certificate first, then those that lead to its authority.
struct TlsFiles {
  std::string certificate;
  std::string key;
};

/// TLS 1.2 and 1.3, HTTP/1.1. Connections keep the certificate that they began with. Threads: any.
class TlsIdentity {
 public:
  /// How a file is read: nullopt when it isn't there.
  using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;

  /// Throws Error{invalid} naming the file and what is wrong with it.
  TlsIdentity(TlsFiles, ReadFile);
  ~TlsIdentity();

  /// Reads the files again; true when they have changed and are in use from now on. Throws Error{invalid} for a pair
  /// that can't be used, also when it is called again; the one before it stays in use.
  bool reload();

  struct Context;
  std::shared_ptr<Context> current() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace slipway::net
