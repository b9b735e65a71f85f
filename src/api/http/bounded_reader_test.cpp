#include "api/http/bounded_reader.h"

#include "api/testing.h"

using namespace slipway;
using namespace slipway::api::testing;

TEST_CASE("what is larger than one request may read is refused while it is read") {
  TestApi api;
  const storage::Query spaces{"spaces", "SELECT body FROM resources"};
  const auto read = [&](std::size_t most_bytes) {
    return api.database().read([&](storage::Reader& reader) {
      api::BoundedReader bounded(reader, most_bytes);
      std::size_t bytes = 0;
      bounded.each(spaces, {}, [&](const storage::Row& row) {
        bytes += row.text(0).size();
        return true;
      });
      return bytes;
    });
  };
  const std::size_t all = read(1u << 30);
  CHECK(all > 0);
  CHECK(read(all) == all);
  CHECK_THROWS_WITH_AS(read(all - 1), doctest::Contains("page by page"), Error);
}
