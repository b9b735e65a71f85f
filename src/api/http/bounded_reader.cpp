#include "api/http/bounded_reader.h"

#include "base/error.h"

namespace slipway::api {
namespace {

class CountedRow final : public storage::Row {
 public:
  CountedRow(const storage::Row& row, std::size_t& left) : row_(row), left_(left) {}

  bool is_null(int column) const override { return row_.is_null(column); }
  std::int64_t integer(int column) const override { return row_.integer(column); }
  std::string_view text(int column) const override {
    const std::string_view text = row_.text(column);
    if (text.size() > left_) {
      fail(ErrorCode::too_large,
           "What was asked for is larger than an answer may be. Ask for fewer documents at once (take), and for the "
           "rest "
           "page by page (skip).");
    }
    left_ -= text.size();
    return text;
  }

 private:
  const storage::Row& row_;
  std::size_t& left_;
};

}  // namespace

void BoundedReader::each(const storage::Query& query, storage::Parameters parameters,
                         const std::function<bool(const storage::Row&)>& row) {
  reader_.each(query, parameters, [&](const storage::Row& found) { return row(CountedRow(found, left_)); });
}

}  // namespace slipway::api
