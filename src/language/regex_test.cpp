#include "language/regex.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace slipway;
using namespace slipway::language;

namespace {
constexpr std::size_t kEnough = 1 << 20;
}

TEST_CASE("look-aheads, look-behinds and back-references of .NET work") {
  CHECK(Regex(R"(^(?!latest\b).+$|^$)").matches("alpine"));
  CHECK_FALSE(Regex(R"(^(?!latest\b).+$|^$)").matches("latest-alpine"));
  CHECK(Regex(R"((?<=v)\d)").matches("v1"));
  CHECK(Regex(R"((?<x>a|b)\k<x>)").matches("bb"));
}

TEST_CASE("a pattern made to hang ends: in linear time, or with an error") {
  const std::string text = std::string(40, 'a') + "b";
  CHECK_FALSE(Regex("^(a+)+$").matches(text));
  CHECK_THROWS_WITH_AS(Regex("^(?=a)((a+)+)+$").matches(text),
                       "A regular expression needs too much work on this text. Simplify it: avoid nested repetitions.",
                       Error);
}

TEST_CASE("classes are Unicode's and a dollar stands before a last line feed") {
  CHECK(Regex(R"(^\w+$)").matches("été"));
  CHECK(Regex(R"(^\d$)").matches("٣"));
  CHECK(Regex("a$").matches("a\n"));
  CHECK_FALSE(Regex("^b").matches("a\nb"));
}

TEST_CASE("replacements refer to groups as .NET's do") {
  CHECK(Regex("(a)(b)?").replace_all("ac", "[$1|$2|$&|$$|$9]", kEnough) == "[a||a|$|$9]c");
  CHECK(Regex("(?P<n>b)").replace_all("abc", "<${n}$`$'>", kEnough) == "a<bac>c");
  CHECK(Regex("x*").replace_all("abc", "-", kEnough) == "-a-b-c-");
  CHECK(Regex("a*").replace_all("baac", "-", kEnough) == "-b--c-");
  CHECK(Regex("é*").replace_all("aéb", "-", kEnough) == "-a--b-");
}

TEST_CASE("a bad pattern says what is wrong and where, and a result may not grow without bounds") {
  CHECK_THROWS_WITH_AS(Regex("a("),
                       "The regular expression 'a(' is not valid: missing closing parenthesis at offset 2.", Error);
  CHECK_THROWS_AS(Regex("a").replace_all(std::string(100, 'a'), std::string(100, 'b'), 1000), Error);
}
