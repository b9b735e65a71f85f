#include "language/filters/regex.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "language/templates/budget_testing.h"

using namespace slipway;
using namespace slipway::language;

TEST_CASE("look-aheads, look-behinds and back-references of .NET work") {
  CHECK(Regex(R"(^(?!latest\b).+$|^$)").matches("alpine", fresh_budget()));
  CHECK_FALSE(Regex(R"(^(?!latest\b).+$|^$)").matches("latest-alpine", fresh_budget()));
  CHECK(Regex(R"((?<=v)\d)").matches("v1", fresh_budget()));
  CHECK(Regex(R"((?<x>a|b)\k<x>)").matches("bb", fresh_budget()));
}

TEST_CASE("a pattern made to hang ends: in linear time, or with an error") {
  const std::string text = std::string(40, 'a') + "b";
  CHECK_FALSE(Regex("^(a+)+$").matches(text, fresh_budget()));
  CHECK_THROWS_WITH_AS(Regex("^(?=a)((a+)+)+$").matches(text, fresh_budget()),
                       "A regular expression needs too much work on this text. Simplify it: avoid nested repetitions.",
                       Error);
}

TEST_CASE("classes are Unicode's and a dollar stands before a last line feed") {
  CHECK(Regex(R"(^\w+$)").matches("été", fresh_budget()));
  CHECK(Regex(R"(^\d$)").matches("٣", fresh_budget()));
  CHECK(Regex("a$").matches("a\n", fresh_budget()));
  CHECK_FALSE(Regex("^b").matches("a\nb", fresh_budget()));
}

TEST_CASE("replacements refer to groups as .NET's do") {
  CHECK(Regex("(a)(b)?").replace_all("ac", "[$1|$2|$&|$$|$9]", fresh_budget()) == "[a||a|$|$9]c");
  CHECK(Regex("(?P<n>b)").replace_all("abc", "<${n}$`$'>", fresh_budget()) == "a<bac>c");
  CHECK(Regex("x*").replace_all("abc", "-", fresh_budget()) == "-a-b-c-");
  CHECK(Regex("a*").replace_all("baac", "-", fresh_budget()) == "-b--c-");
  CHECK(Regex("é*").replace_all("aéb", "-", fresh_budget()) == "-a--b-");
}

TEST_CASE("a bad pattern says what is wrong and where, and a result may not grow without bounds") {
  CHECK_THROWS_WITH_AS(Regex("a("), "The regular expression is not valid: missing closing parenthesis at offset 2.",
                       Error);
  CHECK_THROWS_AS(Regex("a").replace_all(std::string(100, 'a'), std::string(100, 'b'),
                                         fresh_budget({1, 1000, 10'000, std::chrono::seconds(5)})),
                  Error);
}
