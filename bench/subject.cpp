#include "bench/subject.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"
#include "base/random.h"

namespace slipway::bench {

std::string program_folder() { return std::filesystem::read_symlink("/proc/self/exe").parent_path(); }

Subject::Subject(Process::Environment environment)
    : port_(free_port()),
      environment_(std::move(environment)),
      api_key_("API-" + SystemRandom().text(32, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")),
      client_(net::make_curl_client()) {
  environment_.emplace_back("SLIPWAY_ADMIN_API_KEY", api_key_);
}

void Subject::start() {
  process_.emplace(std::vector<std::string>{program_folder() + "/slipway", "server", "--data", data_.path(), "--listen",
                                            fmt::format("127.0.0.1:{}", port_)},
                   environment_, data_.file("server.log"));
}

double Subject::await_ready() { return ms_to_first_answer(requests({"/users/me"}), std::chrono::seconds(30)); }

void Subject::stop() { process_->stop(); }

void Subject::kill() { process_->stop(true); }

Requests Subject::requests(std::vector<std::string> paths) const {
  for (std::string& path : paths) path.insert(0, "/api");
  return {port_, std::move(paths), api_key_};
}

json::value Subject::call(std::string_view method, const std::string& path, const std::string& body) {
  const SystemClock clock;
  net::ClientRequest request;
  request.method = method;
  request.url = fmt::format("http://127.0.0.1:{}/api{}", port_, path);
  request.headers = {{"X-Octopus-ApiKey", api_key_}, {"Content-Type", "application/json"}};
  request.body = body;
  request.repeatable = true;  // keeps the connection; the server is ours and does not close it
  const net::ClientResponse response = client_->send(request, Deadline::after(clock, std::chrono::seconds(60)));
  if (response.status < 200 || response.status > 299) {
    fail(ErrorCode::unavailable, fmt::format("{} /api{} was answered with {}: {}", method, path, response.status,
                                             response.body.substr(0, 500)));
  }
  return json::parse(response.body);
}

}  // namespace slipway::bench
