#include "base/json.h"

#include <doctest/doctest.h>

#include "base/describe.h"

using namespace slipway;

namespace {
enum class Colour { Red, Green };
BOOST_DESCRIBE_ENUM(Colour, Red, Green)
struct Inner {
  std::vector<std::string> Names;
  std::optional<int> Count;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (Names, Count))
struct Outer {
  std::string Text;
  Colour Hue = Colour::Green;
  std::map<std::string, Inner> Inners;
  Time When{};
};
BOOST_DESCRIBE_STRUCT(Outer, (), (Text, Hue, Inners, When))
}  // namespace

TEST_CASE("what is written parses back to the same value") {
  const auto v = json::parse(R"({"a":[1,-2,18446744073709551615,1.5,true,null],"ü":"q\"\\\n\u0001"})");
  CHECK(json::parse(json::to_text(v)) == v);
}

TEST_CASE("malformed JSON says where it breaks") {
  struct Case {
    const char* text;
    const char* why;
  };
  constexpr Case cases[] = {
      {R"({"a":})", "line 1, column 6: expected a value, found '}'."},
      {"{\n  \"a\": 1,\n}", "line 3, column 1: expected a name in double quotes, found '}'."},
      {R"({a: 1})", "line 1, column 2: expected a name in double quotes or }, found 'a'."},
      {R"({'a': 1})", "line 1, column 2: expected a name in double quotes or }, found '"},
      {R"({"a" 1})", "line 1, column 6: expected a colon, found '1'."},
      {R"({"a": 1 "b": 2})", "line 1, column 9: expected a comma or }, found '\"'."},
      {R"([1 2])", "line 1, column 4: expected a comma or ], found '2'."},
      {R"([1,])", "line 1, column 4: expected a value, found ']'."},
      {R"({"a": tru})", "line 1, column 7: expected a value, found 'tru'."},
      {R"({"a": True})", "line 1, column 7: expected a value, found 'True'."},
      {R"({"a": 1)", "line 1, column 8: expected a comma or }, found the end."},
      {R"({"a": "b)", "line 1, column 9: expected the rest of a text"},
      {"{\"a\": \"b\nc\"}", "line 1, column 9: expected the rest of a text"},
      {"", "line 1, column 1: expected a value, found the end."},
  };
  for (const auto& [text, why] : cases) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(json::parse(text), doctest::Contains(why), Error);
  }
  CHECK_THROWS_WITH_AS(json::parse("{} x"), doctest::Contains("text after"), Error);
  CHECK_THROWS_AS(json::parse(std::string(100'000, '[')), Error);
  CHECK_THROWS_AS(json::parse("\"\xc3\x28\""), Error);
}

TEST_CASE("described structs round-trip, and keys match ignoring case") {
  const auto outer = json::from_json<Outer>(json::parse(
      R"({"text":"x","HUE":"Red","Inners":{"a":{"names":["n"],"Count":3}},"When":"2024-05-01T02:03:04Z"})"));
  CHECK(outer.Text == "x");
  CHECK(outer.Hue == Colour::Red);
  CHECK(outer.Inners.at("a").Count == 3);
  CHECK(json::to_text(json::to_json(outer)) ==
        R"({"Text":"x","Hue":"Red","Inners":{"a":{"Names":["n"],"Count":3}},"When":"2024-05-01T02:03:04.000+00:00"})");
}

TEST_CASE("a member of the wrong kind is named with its path") {
  CHECK_THROWS_WITH_AS(json::from_json<Outer>(json::parse(R"({"Inners":{"a":{"Names":[1]}}})")),
                       "Inners.a.Names[0] must be a text.", Error);
  CHECK_THROWS_WITH_AS(json::from_json<Outer>(json::parse(R"({"Hue":"Blue"})")), "Hue must be one of Red, Green.",
                       Error);
}

TEST_CASE("a number beyond all bounds is written as null") {
  CHECK(json::to_text(json::parse("[1e999,-1e999,1.5]")) == "[null,null,1.5]");
}
