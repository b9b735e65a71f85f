#include "cli/timed_database.h"

#include <utility>

namespace slipway::cli {
namespace {

class TimedDatabase final : public storage::Database {
 public:
  TimedDatabase(std::unique_ptr<storage::Database> inner, Metrics& metrics, const Clock& clock)
      : inner_(std::move(inner)),
        clock_(clock),
        took_(metrics.histogram("slipway_database_write_seconds", "How long writes took until they were durable.")),
        failed_(metrics.counter("slipway_database_write_failures_total", "Writes that were not stored.")) {}

  void subscribe(std::function<void(const std::vector<storage::Change>&)> listener) override {
    inner_->subscribe(std::move(listener));
  }
  bool can_write() const override { return inner_->can_write(); }
  bool is_damaged() const override { return inner_->is_damaged(); }
  bool has_moved() const override { return inner_->has_moved(); }

 protected:
  void do_read(const std::function<void(storage::Reader&)>& read) override { inner_->read(read); }
  void do_write(std::string_view name, const std::function<void(storage::Txn&)>& write) override {
    const SteadyTime began = clock_.steady();
    try {
      inner_->write(name, write);
    } catch (...) {
      failed_.add();
      throw;
    }
    took_.observe(clock_.steady() - began);
  }

 private:
  const std::unique_ptr<storage::Database> inner_;
  const Clock& clock_;
  Histogram& took_;
  Counter& failed_;
};

}  // namespace

std::unique_ptr<storage::Database> timed(std::unique_ptr<storage::Database> database, Metrics& metrics,
                                         const Clock& clock) {
  return std::make_unique<TimedDatabase>(std::move(database), metrics, clock);
}

}  // namespace slipway::cli
