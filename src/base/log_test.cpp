#include "base/log.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/json.h"
#include "base/random.h"
#include "base/redactor.h"

using namespace slipway;

TEST_CASE("a log line is one JSON object with its fields") {
  const ManualClock clock;
  std::vector<std::string> lines;
  const Log log(clock, LogLevel::info, [&](std::string_view line) { lines.emplace_back(line); });
  log.debug("too quiet to be told");
  log.warning("a \"quoted\" message", {{"count", 3}, {"task", "ServerTasks-1"}});
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] ==
        R"({"time":"2023-11-14T22:13:20.000+00:00","level":"warning","message":"a \"quoted\" message","count":3,)"
        R"("task":"ServerTasks-1"})");
}

TEST_CASE(
    "what the log was told to redact is masked in fields, also where JSON escapes it, and never in its own words") {
  const ManualClock clock;
  std::vector<std::string> lines;
  const Log log(clock, LogLevel::info, [&](std::string_view line) { lines.emplace_back(line); });
  CHECK(log.redact("pass\"word"));
  CHECK_FALSE(log.redact("pass\"word"));
  log.redact("listening");
  CHECK_FALSE(log.redact("stop"));
  log.info("listening until told to stop", {{"error", "wrong key: pass\"word!"}, {"reason", "stop"}});
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].ends_with(
      R"("message":"listening until told to stop","error":"wrong key: ********!","reason":"stop"})"));
}

TEST_CASE("a field as long as somebody likes is cut in the log, between characters") {
  std::string written;
  const ManualClock clock;
  const Log log(clock, LogLevel::info, [&](std::string_view line) { written = line; });
  for (std::size_t length : {8191u, 8192u, 8193u, 100'000u}) {
    std::string text;
    while (text.size() < length) text += "ä";
    log.info("x", {{"text", text}});
    CHECK(json::parse(written).at("text").as_string().size() <= 8 * 1024 + 3);
  }
  CHECK(written.find("…\"") != std::string::npos);
}

TEST_CASE("a redactor masks the longest secret that begins at a place, and none that is a word") {
  Redactor redactor;
  for (const char* secret : {"abcdabcd", "abcdabcdef", "sevenup", "", "efghefgh"}) redactor.add(secret);
  CHECK(redactor.redact("abcdabcd abcdabcde abcdabcdefgh sevenup abcdabc") ==
        "******** ********e ********gh sevenup abcdabc");
  CHECK(redactor.redact("") == "");
}

TEST_CASE("a redactor finds among secrets that are parts of each other what looking at each would find") {
  SeededRandom random(1);
  const auto text_of = [&](std::size_t length) {
    std::string text = "aaaaaaaa";
    while (text.size() < length) text += static_cast<char>('a' + random.below(2));
    return text;
  };
  for (int round = 0; round < 200; ++round) {
    Redactor redactor;
    std::vector<std::string> secrets;
    for (int i = 0; i < 20; ++i) redactor.add(secrets.emplace_back(text_of(8 + random.below(12))));
    const std::string text = text_of(60);
    std::string expected;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t longest = 0;
      for (const auto& secret : secrets) {
        if (text.compare(at, secret.size(), secret) == 0) longest = std::max(longest, secret.size());
      }
      expected += longest > 0 ? "********" : text.substr(at, 1);
      at += std::max<std::size_t>(longest, 1);
    }
    REQUIRE(redactor.redact(text) == expected);
  }
}

TEST_CASE("a redactor takes many secrets that begin alike, and finds each") {
  Redactor redactor;
  const auto key = [](int n) { return "AKIA" + std::to_string(1'000'000 + n); };
  for (int twice = 0; twice < 2; ++twice) {
    for (int n = 0; n < 50'000; ++n) redactor.add(key(n));
  }
  for (int n = 0; n < 50'000; n += 7) REQUIRE(redactor.redact(key(n) + "!") == "********!");
  CHECK(redactor.redact("AKIA0999999") == "AKIA0999999");
}
