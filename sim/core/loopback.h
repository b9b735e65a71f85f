// An HttpClient whose network is a simulator in the same process: what code under simulation is given.
#pragma once

#include "net/http_client.h"
#include "sim/core/simulator.h"

namespace slipway::sim {

/// Every URL reaches the simulator, whatever its host. A lost reply, and an answer later than the request's time-out,
/// are NetworkErrors that may have been sent. Threads: any.
class LoopbackClient final : public net::HttpClient {
 public:
  explicit LoopbackClient(Simulator& simulator) : simulator_(simulator) {}
  net::ClientResponse send(const net::ClientRequest&, const Deadline&) override;

 private:
  Simulator& simulator_;
};

}  // namespace slipway::sim
