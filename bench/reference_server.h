// The floor under a server: our HTTP server with a handler that does nothing but the SQLite reads that an answer can't
// do without, on a pool of the same size.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load.h"
#include "bench/process.h"

namespace slipway::bench {

/// As a child process.
///
/// GET /item/<id> with a key: two point reads, the key's hash and the document. GET /page/<n>: the key and n documents.
class ReferenceServer {
 public:
  /// `documents` are (id, body).
  explicit ReferenceServer(const std::vector<std::pair<std::string, std::string>>& documents);
  void start();
  double await_ready();
  void stop();
  Memory memory() const { return process_->memory(); }
  Requests requests(std::vector<std::string> paths) const;

 private:
  TemporaryFolder folder_;
  std::uint16_t port_;
  std::optional<Process> process_;
};

/// The child's main: serves until it is killed.
int serve_reference(const std::string& database, std::uint16_t port);

}  // namespace slipway::bench
