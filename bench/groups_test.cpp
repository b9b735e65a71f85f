#include "bench/groups.h"

#include <doctest/doctest.h>

#include <array>
#include <stdexcept>

namespace slipway::bench {
namespace {

int measured = 0;

void good(Report&) { ++measured; }
void slow(Report& report) { report.add({"start", 9, "ms", "bare", 1, ratio_at_most(4)}); }
void broken(Report&) { throw std::runtime_error("no room"); }

int status_of(std::initializer_list<Group> groups, const std::vector<std::string>& arguments = {}) {
  measured = 0;
  return measure_groups(std::vector<Group>(groups), arguments);
}

}  // namespace

TEST_CASE("a group that stops hides no other, and the status says that something was not measured") {
  CHECK(status_of({{"a", good}, {"b", good}}) == 0);
  CHECK(status_of({{"a", slow}, {"b", good}}) == 1);
  CHECK(status_of({{"a", broken}, {"b", slow}, {"c", good}}) == 2);
  CHECK(measured == 1);
}

TEST_CASE("one group can be measured alone, and a name that none has measures nothing in silence") {
  CHECK(status_of({{"a", broken}, {"b", good}}, {"--only=b"}) == 0);
  CHECK(status_of({{"a", good}}, {"--only=x"}) == 2);
  CHECK(status_of({{"a", good}}, {"--onyl=a"}) == 2);
  CHECK(measured == 0);
}

}  // namespace slipway::bench
