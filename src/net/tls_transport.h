// TLS over a connection's socket. Internal to this room; with tls.h it hides asio's and OpenSSL's headers.
#pragma once

#include <memory>

#include "net/tls.h"
#include "net/transport.h"

namespace slipway::net {

std::unique_ptr<Transport> make_tls_transport(Transport::Socket, const TlsIdentity&);

}  // namespace slipway::net
