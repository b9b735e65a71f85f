#include "base/log.h"

#include <doctest/doctest.h>

#include <vector>

#include "base/executor.h"
#include "base/redactor.h"

using namespace slipway;

TEST_CASE("a log line is one JSON object with its fields") {
  const ManualClock clock;
  std::vector<std::string> lines;
  const Log log(clock, LogLevel::info, [&](std::string_view line) { lines.emplace_back(line); });
  log.debug("too quiet to be told");
  log.warning("a \"quoted\" message", {{"count", 3}, {"task", "ServerTasks-1"}});
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] == R"({"time":"2023-11-14T22:13:20.000+00:00","level":"warning","message":"a \"quoted\" message","count":3,)"
                    R"("task":"ServerTasks-1"})");
}

TEST_CASE("what the log was told to redact is masked in messages and fields, also where JSON escapes it") {
  const ManualClock clock;
  std::vector<std::string> lines;
  const Log log(clock, LogLevel::info, [&](std::string_view line) { lines.emplace_back(line); });
  log.redact("pass\"word");
  log.info("the pass\"word is out", {{"error", "wrong key: pass\"word!"}});
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].ends_with(R"("message":"the ******** is out","error":"wrong key: ********!"})"));
}

TEST_CASE("a redactor masks the longest secret that begins at a place, and none that is a word") {
  Redactor redactor;
  for (const char* secret : {"abcd", "abcdef", "xyz", "", "efgh"}) redactor.add(secret);
  CHECK(redactor.redact("abcd abcde abcdefgh xyz abc") == "******** ********e ********gh xyz abc");
  CHECK(redactor.redact("") == "");
}
