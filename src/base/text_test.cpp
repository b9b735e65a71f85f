#include "base/text.h"

#include <doctest/doctest.h>

using namespace slipway;

TEST_CASE("names compare by folded case and collapsed blanks") {
  CHECK(fold_name("  Fire \t Project ") == "fire project");
  CHECK(fold_name("ÄÖÜ Ω Ж") == fold_name("äöü ω ж"));
  CHECK(fold_name("\xff\xfe") == "\xff\xfe");
  CHECK(fold_name("Cafe\u0301") == fold_name("CAF\u00c9"));  // composed or not, they look the same
}

TEST_CASE("a slug holds only lower-case letters, digits and single dashes") {
  CHECK(make_slug("Fire  Project (v2)!") == "fire-project-v2");
  CHECK(make_slug("日本") == "item");
}

TEST_CASE("a noun gets the article that it sounds like") {
  CHECK(with_article("Environment") == "an Environment");
  CHECK(with_article("User") == "a User");
  CHECK(with_article("TagSet") == "a TagSet");
}

TEST_CASE("invalid UTF-8 is recognised") {
  CHECK(is_valid_utf8("grün ✓ 🚀"));
  CHECK_FALSE(is_valid_utf8("\xc0\xaf"));
  CHECK_FALSE(is_valid_utf8("\xed\xa0\x80"));
  CHECK_FALSE(is_valid_utf8("\xe2\x82"));
}

TEST_CASE("percent coding round-trips and keeps malformed escapes") {
  CHECK(percent_decode(percent_encode("refs/heads/ä b+c")) == "refs/heads/ä b+c");
  CHECK(percent_decode("Fire+Project%2", true) == "Fire Project%2");
}

TEST_CASE("base64 pads to groups of four") {
  CHECK(to_base64("") == "");
  CHECK(to_base64("f") == "Zg==");
  CHECK(to_base64("foobar") == "Zm9vYmFy");
}
