#include "engine/line_buffer.h"

#include <algorithm>
#include <tuple>

#include "base/failure.h"

namespace slipway::engine {
namespace {

LineBuffer::Place place_of(const storage::UnitRecord& row) { return {row.log_position, row.log_ordinal}; }

}  // namespace

void LineBuffer::begin(const storage::UnitRecord& row) {
  const Lock lock(mutex_);
  const auto stored = place_of(row_);
  row_ = row;
  std::tie(row_.log_position, row_.log_ordinal) = stored;
  waiting_.clear();
}

bool LineBuffer::has(Place place) const {
  const Lock lock(mutex_);
  return place <= place_of(row_);
}

bool LineBuffer::add(Place place, storage::LogLine line) {
  const Lock lock(mutex_);
  if (closed_ || place <= place_of(row_)) return false;
  waiting_.push_back(std::move(line));
  last_waiting_ = place;
  return !std::exchange(flush_is_due_, true);
}

bool LineBuffer::store(Place place, const Lines& more, const Store& write) {
  const Lock lock(mutex_);
  if (broken_) throw Error(*broken_);
  storage::UnitRecord row = row_;
  std::tie(row.log_position, row.log_ordinal) = std::max(place_of(row_), place);
  Lines lines = waiting_;
  lines.insert(lines.end(), more.begin(), more.end());
  if (!write(row, lines)) return false;
  row_ = std::move(row);
  waiting_.clear();
  return true;
}

void LineBuffer::flush(const Store& write) {
  const Lock lock(mutex_);
  flush_is_due_ = false;
  if (closed_ || broken_ || waiting_.empty()) return;
  storage::UnitRecord row = row_;
  std::tie(row.log_position, row.log_ordinal) = last_waiting_;
  try {
    write(row, waiting_);
  } catch (...) {
    broken_ = error_of(std::current_exception());
    throw;
  }
  row_ = std::move(row);
  waiting_.clear();
}

LineBuffer::Lines LineBuffer::close() {
  const Lock lock(mutex_);
  closed_ = true;
  return std::exchange(waiting_, {});
}

}  // namespace slipway::engine
