// What one request may read: bytes are counted as they come, so that a list of a whole large database is refused before
// it fills the memory, not after.
#pragma once

#include <cstddef>

#include "storage/database.h"

namespace slipway::api {

/// A reader that throws Error{too_large} once all that was read through it is larger than `most_bytes`.
class BoundedReader final : public storage::Reader {
 public:
  BoundedReader(storage::Reader& reader, std::size_t most_bytes)
      : Reader(reader.documents()), reader_(reader), left_(most_bytes) {}

  void each(const storage::Query&, storage::Parameters, const std::function<bool(const storage::Row&)>& row) override;

 private:
  storage::Reader& reader_;
  std::size_t left_;
};

}  // namespace slipway::api
