// The portability of what the stores say: their schema and every one of their statements on a real PostgreSQL.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>

#include "storage/database_testing.h"
#include "storage/migrations.h"
#include "storage/queries.h"

namespace slipway::storage {
namespace {

constexpr const char* kPrograms = "/usr/lib/postgresql/15/bin";

bool run(const std::string& command) {
  // PostgreSQL refuses to run as root, and its programs want a current folder that their user may enter.
  const std::string user = ::geteuid() == 0 ? "setpriv --reuid=nobody --regid=nogroup --clear-groups " : "";
  return std::system(("cd / && " + user + command + " >/dev/null 2>&1").c_str()) == 0;
}

/// A server of its own in a temporary folder, reached through a socket there.
class PostgresServer {
 public:
  PostgresServer() {
    std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
    REQUIRE_MESSAGE(run(fmt::format("{}/initdb -D {} -U slipway -A trust -E UTF8 --no-sync", kPrograms, data())),
                    "initdb failed; `./dev setup` installs PostgreSQL.");
    REQUIRE(run(fmt::format("{}/pg_ctl start -w -D {} -l {}/log -o \"-F -k {} -c listen_addresses=''\"", kPrograms,
                            data(), folder_.path(), folder_.path())));
  }
  ~PostgresServer() { run(fmt::format("{}/pg_ctl stop -m immediate -D {}", kPrograms, data())); }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  std::string connection_string() const { return fmt::format("host={} user=slipway dbname=postgres", folder_.path()); }

 private:
  std::string data() const { return folder_.file("data"); }
  testing::TemporaryFolder folder_;
};

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

/// PostgreSQL's complaint; "" when it is content.
std::string complaint(PGresult* raw) {
  const Result result(raw, PQclear);
  return PQresultStatus(result.get()) == PGRES_COMMAND_OK ? "" : PQresultErrorMessage(result.get());
}

TEST_CASE("the schema and every statement of the stores are good PostgreSQL") {
  const PostgresServer server;
  const Connection connection(PQconnectdb(server.connection_string().c_str()), PQfinish);
  REQUIRE(PQstatus(connection.get()) == CONNECTION_OK);
  migrate({.version = [] { return SchemaVersion(); },
           .execute =
               [&](std::string_view script) {
                 CHECK(complaint(PQexec(connection.get(), to_postgres_schema(script).c_str())) == "");
               }});
  std::set<std::string_view> names;
  for (const Query& query : all_queries()) {
    CHECK_MESSAGE(names.insert(query.name).second, query.name << " names two statements");
    const std::string sql = to_postgres_query(query.sql);
    const std::string wrong =
        complaint(PQprepare(connection.get(), std::string(query.name).c_str(), sql.c_str(), 0, nullptr));
    CHECK_MESSAGE(wrong == "", query.name << ": " << sql << "\n" << wrong);
  }
  CHECK(names.size() > 80);
}

}  // namespace
}  // namespace slipway::storage
