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
  CHECK_THROWS_WITH_AS(json::parse(R"({"a":})"), doctest::Contains("near byte 5"), Error);
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
