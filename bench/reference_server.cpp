#include "bench/reference_server.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/guarded.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "base/time.h"
#include "bench/raw_sqlite.h"
#include "bench/subject.h"
#include "net/http_server.h"

namespace slipway::bench {
namespace {

constexpr std::string_view kReferenceKey = "API-REFERENCE";

/// As many connections as threads ask at once.
class Connections {
 public:
  explicit Connections(std::string path) : path_(std::move(path)) {}

  std::unique_ptr<RawSqlite> take() {
    const auto free = free_.lock();
    if (free->empty()) return std::make_unique<RawSqlite>(path_);
    auto connection = std::move(free->back());
    free->pop_back();
    return connection;
  }
  void give_back(std::unique_ptr<RawSqlite> connection) { free_.lock()->push_back(std::move(connection)); }

 private:
  const std::string path_;
  Guarded<std::vector<std::unique_ptr<RawSqlite>>> free_;
};

std::string body_for(RawSqlite& database, std::string_view path) {
  const std::string_view argument = path.substr(path.rfind('/') + 1);
  if (path.starts_with("/item/")) return database.value("SELECT body FROM documents WHERE id = ?1", {argument});
  std::string body = "[";
  for (const auto& document : database.column("SELECT body FROM documents LIMIT CAST(?1 AS INTEGER)", {argument})) {
    if (body.size() > 1) body += ',';
    body += document;
  }
  return body + ']';
}

net::Response answer(Connections& connections, const net::Request& request) {
  auto database = connections.take();
  const std::string hash = content_hash(request.headers.find("X-Octopus-ApiKey").value_or(""));
  net::Response response;
  response.headers.add("Content-Type", "application/json; charset=utf-8");
  if (database->value("SELECT user_id FROM keys WHERE hash = ?1", {hash}).empty()) {
    response = net::error_response(401, "That key is not known.");
  } else {
    response.body = body_for(*database, request.path);
  }
  connections.give_back(std::move(database));
  return response;
}

}  // namespace

int serve_reference(const std::string& database, std::uint16_t port) {
  const SystemClock clock;
  const Log log(clock);
  Connections connections(database);
  net::ServerOptions options;
  options.port = port;
  net::HttpServer server(
      options, [&](net::Request&& request) { return answer(connections, request); }, log);
  ::pause();
  return 0;
}

ReferenceServer::ReferenceServer(const std::vector<std::pair<std::string, std::string>>& documents)
    : port_(free_port()) {
  RawSqlite database(folder_.file("reference.db"));
  database.column("PRAGMA journal_mode=WAL");
  database.column("CREATE TABLE keys (hash BLOB PRIMARY KEY, user_id TEXT NOT NULL) WITHOUT ROWID");
  database.column("CREATE TABLE documents (id TEXT PRIMARY KEY, body TEXT NOT NULL)");
  database.column("BEGIN");
  database.column("INSERT INTO keys VALUES (?1, 'Users-1')", {content_hash(kReferenceKey)});
  for (const auto& [id, body] : documents) database.column("INSERT INTO documents VALUES (?1, ?2)", {id, body});
  database.column("COMMIT");
}

void ReferenceServer::start() {
  process_.emplace(std::vector<std::string>{program_folder() + "/server_bench", "--reference-server",
                                            folder_.file("reference.db"), std::to_string(port_)},
                   Process::Environment{}, folder_.file("server.log"));
}

double ReferenceServer::await_ready() { return ms_to_first_answer(requests({"/page/1"}), std::chrono::seconds(30)); }

void ReferenceServer::stop() { process_->stop(true); }

Requests ReferenceServer::requests(std::vector<std::string> paths) const {
  return {port_, std::move(paths), std::string(kReferenceKey)};
}

}  // namespace slipway::bench
