#include "engine/agenda.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace slipway;
using namespace slipway::engine;
using namespace std::chrono_literals;

TEST_CASE("what an agenda holds is done at its hour, in order, also when the wall clock is set") {
  ManualClock clock;
  std::vector<SteadyTime> looks;
  Agenda agenda(clock, [&](SteadyTime when) { looks.push_back(when); });
  std::string done;
  agenda.add(clock.now() + 60s, [&] { done += 'b'; });
  agenda.add(clock.now() + 5s, [&] { done += 'a'; });
  REQUIRE(looks.size() == 2);
  CHECK(looks[0] == clock.steady() + 10s);  // sooner than it is due: the clock may be set
  CHECK(looks[1] == clock.steady() + 5s);
  agenda.woken(looks[0]);  // the second has taken its place
  CHECK(done.empty());
  clock.advance(5s);
  agenda.woken(looks[1]);
  CHECK(done == "a");
  clock.jump(1h);
  agenda.woken(looks.back());
  CHECK(done == "ab");
  CHECK(looks.size() == 3);
}
