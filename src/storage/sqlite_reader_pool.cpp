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
    } catch (const Error&) {
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
    : settings_(std::move(settings)), documents_(documents), may_open_(limit) {}

void SqliteReaderPool::read(const std::function<void(Reader&)>& read) {
  const Lease lease(*this);
  lease.connection().run(kBegin, {});
  SqliteReader reader(lease.connection(), documents_);
  const Brief brief;
  read(reader);
}

std::unique_ptr<SqliteConnection> SqliteReaderPool::take() {
  {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return !idle_.empty() || may_open_ > 0; });
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
    --may_open_;
  }
  try {
    return std::make_unique<SqliteConnection>(settings_);
  } catch (...) {
    give_back(nullptr);
    throw;
  }
}

void SqliteReaderPool::give_back(std::unique_ptr<SqliteConnection> connection) {
  const std::lock_guard lock(mutex_);
  if (connection) {
    idle_.push_back(std::move(connection));
  } else {
    ++may_open_;
  }
  returned_.notify_one();
}

}  // namespace slipway::storage
