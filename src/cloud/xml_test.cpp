#include "cloud/xml.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/random.h"

using namespace slipway;
using namespace slipway::aws;

TEST_CASE("an answer of the Query protocol") {
  const auto root = parse_xml(R"(<?xml version="1.0"?>
    <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><!-- note -->
      <AssumeRoleResult><Credentials>
        <SessionToken>a&amp;b&#x20;&lt;&#62;<![CDATA[<raw>]]></SessionToken><Empty/>
      </Credentials></AssumeRoleResult>
    </AssumeRoleResponse> )");
  CHECK(root.name == "AssumeRoleResponse");
  CHECK(root.text_at("AssumeRoleResult/Credentials/SessionToken") == "a&b <><raw>");
  CHECK(root.text_at("AssumeRoleResult/Credentials/Empty") == "");
  CHECK_FALSE(root.text_at("AssumeRoleResult/Nothing"));
}

TEST_CASE("entities are decoded as UTF-8") { CHECK(parse_xml("<a>&#233;&#x20AC;&#x1F600;</a>").text == "é€😀"); }

TEST_CASE("malformed documents are refused with a position") {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  for (const std::string& text :
       {std::string(), std::string("<a>"), std::string("<a></b>"), std::string("<a>&bomb;</a>"),
        std::string("<a>&#0;</a>"), std::string("<a>&#xD800;</a>"), std::string("<a>&amp</a>"),
        std::string("<a b></a>"), std::string("<a/><b/>"), std::string("<!DOCTYPE a [<!ENTITY x \"y\">]><a/>"),
        std::string("text"), std::string("<>"), deep}) {
    CAPTURE(text.substr(0, 40));
    CHECK_THROWS_WITH_AS(parse_xml(text), doctest::Contains("malformed near byte"), Error);
  }
}

TEST_CASE("random bytes made of markup never do worse than a refusal") {
  SeededRandom random(1);
  for (int i = 0; i < 3000; ++i) {
    const auto text = random.text(random.below(60), "<>/a&;#x!-[]= \"'?b");
    try {
      parse_xml("<a>" + text + "</a>");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::invalid);
    }
  }
}
