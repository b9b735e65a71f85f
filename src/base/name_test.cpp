#include "base/name.h"

#include <doctest/doctest.h>

using namespace slipway;

TEST_CASE("Blanks of every script and invisible characters around a name are none of it") {
  CHECK(trim_name(" 1.0.0 ") == "1.0.0");
  CHECK(trim_name("\t\r\nWeb shop\n") == "Web shop");
  CHECK(trim_name("\xc2\xa0\xe2\x80\x8b\xef\xbb\xbfWeb\xe3\x80\x80\xe2\x80\xa8") == "Web");
  CHECK(trim_name("\xc3\xa9t\xc3\xa9") == "\xc3\xa9t\xc3\xa9");
  CHECK(trim_name("\xe2\x80\x83 ").empty());
  CHECK(trim_name("").empty());
}

TEST_CASE("Control characters and turned directions are found in a name, letters and joiners of any script are not") {
  for (const char* text : {"a\nb", "a\tb", "a\x7f", "a\xc2\x85",
                           "\xe2\x80\xae"
                           "gpj",
                           "\xe2\x81\xa6x"}) {
    CHECK_MESSAGE(has_control_characters(text), text);
  }
  for (const char* text : {"Web shop",
                           "\xc3\x9c"
                           "berblick",
                           "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "\xf0\x9f\x9a\x80"}) {
    CHECK_FALSE_MESSAGE(has_control_characters(text), text);
  }
}
