#include "storage/sqlite_reader_pool.h"

#include <utility>

#include "base/brief.h"
#include "base/error.h"

namespace slipway::storage {
namespace {

constexpr Query kBegin{"begin read", "BEGIN"};
constexpr Query kEnd{"end read", "ROLLBACK"};

class SqliteReader final : public Reader {
 public:
  SqliteReader(SqliteConnection& connection, const model::Catalogue& documents)
      : Reader(documents), connection_(connection) {}
  void each(const Query& query, Parameters parameters, const std::function<bool(const Row&)>& row) override {
    connection_.each(query, parameters, row);
  }

 private:
  SqliteConnection& connection_;
};

}  // namespace

/// A connection on loan.
class SqliteReaderPool::Lease {
 public:
  explicit Lease(SqliteReaderPool& pool) : pool_(pool), connection_(pool.take()) {}
  ~Lease() {
    try {
      if (connection_->in_transaction()) connection_->run(kEnd, {});
    } catch (...) {
      connection_.reset();  // its successor starts clean
    }
    pool_.give_back(std::move(connection_));
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  SqliteConnection& connection() const { return *connection_; }

 private:
  SqliteReaderPool& pool_;
  std::unique_ptr<SqliteConnection> connection_;
};

SqliteReaderPool::SqliteReaderPool(SqliteConnection::Settings settings, unsigned limit,
                                   const model::Catalogue& documents)
    : settings_(std::move(settings)), documents_(documents), connections_({{}, limit}) {}

void SqliteReaderPool::read(const std::function<void(Reader&)>& read) {
  const Lease lease(*this);
  lease.connection().run(kBegin, {});
  SqliteReader reader(lease.connection(), documents_);
  const Brief brief;
  read(reader);
}

std::unique_ptr<SqliteConnection> SqliteReaderPool::take() {
  {
    auto all = connections_.lock();
    all.wait(returned_, [](const Connections& c) { return !c.idle.empty() || c.may_open > 0; });
    if (!all->idle.empty()) {
      auto connection = std::move(all->idle.back());
      all->idle.pop_back();
      return connection;
    }
    --all->may_open;
  }
  try {
    return std::make_unique<SqliteConnection>(settings_);
  } catch (...) {
    give_back(nullptr);
    throw;
  }
}

void SqliteReaderPool::give_back(std::unique_ptr<SqliteConnection> connection) {
  const auto all = connections_.lock();
  if (connection) {
    all->idle.push_back(std::move(connection));
  } else {
    ++all->may_open;
  }
  returned_.notify_one();
}

}  // namespace slipway::storage
