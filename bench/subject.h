// The server that is measured: `slipway server` on a data folder of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "bench/load.h"
#include "bench/process.h"
#include "net/http_client.h"

namespace slipway::bench {

/// The folder that this program and the server lie in.
std::string program_folder();

class Subject {
 public:
  explicit Subject(Process::Environment environment = {});

  /// Starts it on what its data folder holds; `await_ready` says when it answers.
  void start();
  /// Milliseconds until the first answer with 200 to a read with a key.
  double await_ready();
  void stop();
  void kill();

  Memory memory() const { return process_->memory(); }
  std::string database() const { return data_.file("slipway.db"); }
  const std::string& folder() const { return data_.path(); }
  /// The same paths asked of it, below /api.
  Requests requests(std::vector<std::string> paths) const;

  // The API, by path below /api. Throws Error{unavailable} with the answer when it is not 2xx. Threads: any.
  json::value get(const std::string& path) { return call("GET", path, ""); }
  json::value post(const std::string& path, const json::value& body) { return call("POST", path, json::to_text(body)); }
  json::value put(const std::string& path, const json::value& body) { return call("PUT", path, json::to_text(body)); }
  void remove(const std::string& path) { call("DELETE", path, ""); }

 private:
  json::value call(std::string_view method, const std::string& path, const std::string& body);

  TemporaryFolder data_;
  std::uint16_t port_;
  Process::Environment environment_;
  std::string api_key_;
  std::unique_ptr<net::HttpClient> client_;
  std::optional<Process> process_;
};

}  // namespace slipway::bench
