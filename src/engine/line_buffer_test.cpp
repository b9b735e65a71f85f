#include "engine/line_buffer.h"

#include <doctest/doctest.h>

namespace slipway::engine {
namespace {

storage::LogLine line(std::string text) { return {.text = std::move(text)}; }

/// What was stored, as "position.ordinal: lines".
struct Shelf {
  std::vector<std::string> stored;
  bool refuses = false;

  LineBuffer::Store store() {
    return [this](const storage::UnitRecord& row, const LineBuffer::Lines& lines) {
      if (refuses) fail(ErrorCode::unavailable, "The disk is full.");
      std::string all = std::to_string(row.log_position) + "." + std::to_string(row.log_ordinal) + ":";
      for (const auto& each : lines) all += " " + each.text;
      stored.push_back(std::move(all));
      return true;
    };
  }
};

using Stored = std::vector<std::string>;

TEST_CASE("lines are stored by the next entry or by a flush, whichever comes first, and once") {
  Shelf shelf;
  LineBuffer lines({});
  CHECK(lines.add({0, 0}, line("a")));
  CHECK_FALSE(lines.add({0, 1}, line("b")));  // a flush is asked for once
  lines.flush(shelf.store());
  lines.flush(shelf.store());
  CHECK(lines.add({0, 2}, line("c")));
  lines.store({0, 2}, {line("d")}, shelf.store());
  lines.flush(shelf.store());
  CHECK(shelf.stored == Stored{"0.1: a b", "0.2: c d"});
}

TEST_CASE("an entry that is made again keeps what is stored and logs the rest anew") {
  Shelf shelf;
  storage::UnitRecord row;
  row.log_position = 1;
  row.log_ordinal = 0;
  LineBuffer lines(row);
  CHECK(lines.has({1, 0}));
  CHECK_FALSE(lines.has({1, 1}));
  lines.add({1, 0}, line("stored before the crash"));
  lines.add({1, 1}, line("dropped with its entry"));
  lines.begin(row);
  lines.add({1, 1}, line("a"));
  lines.flush(shelf.store());
  CHECK(shelf.stored == Stored{"1.1: a"});
}

TEST_CASE("a store that keeps nothing leaves the lines waiting, and the end takes them") {
  Shelf shelf;
  LineBuffer lines({});
  lines.add({0, 0}, line("a"));
  CHECK_FALSE(lines.store({0, 0}, {}, [](const auto&, const auto&) { return false; }));
  const auto left = lines.close();
  REQUIRE(left.size() == 1);
  CHECK(left[0].text == "a");
  CHECK_FALSE(lines.add({0, 1}, line("late")));
  lines.flush(shelf.store());
  CHECK(shelf.stored.empty());
}

TEST_CASE("after a flush that failed nothing is stored any more, since nobody knows what is") {
  Shelf shelf;
  LineBuffer lines({});
  lines.add({0, 0}, line("a"));
  shelf.refuses = true;
  CHECK_THROWS_WITH(lines.flush(shelf.store()), "The disk is full.");
  shelf.refuses = false;
  lines.flush(shelf.store());
  CHECK_THROWS_WITH(lines.store({1, 0}, {}, shelf.store()), "The disk is full.");
  CHECK(shelf.stored.empty());
}

}  // namespace
}  // namespace slipway::engine
