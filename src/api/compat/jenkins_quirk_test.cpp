#include "api/compat/jenkins_quirk.h"

#include <doctest/doctest.h>

using namespace slipway::api;

TEST_CASE("Bare keys get quotes, and nothing else changes") {
  struct Row {
    const char* text;
    const char* quoted;
  };
  constexpr Row rows[] = {
      {R"({ProjectId:"Projects-1",Version : "1.0"})", R"({"ProjectId":"Projects-1","Version" : "1.0"})"},
      {R"({a:{b_1:[{c:true},{d:null}]},"e":1})", R"({"a":{"b_1":[{"c":true},{"d":null}]},"e":1})"},
      {R"({a:"x,y:{z:1}",b:"\",c:\""})", R"({"a":"x,y:{z:1}","b":"\",c:\""})"},
      {R"([true,false,null,1])", R"([true,false,null,1])"},
      {R"({a:"unfinished)", R"({"a":"unfinished)"},
      {R"({a:"\)", R"({"a":"\)"},
      {"", ""},
  };
  for (const Row& row : rows) CHECK(quote_bare_keys(row.text) == row.quoted);
}

TEST_CASE("Only a body that begins with a bare key is taken for one of that plugin's") {
  CHECK(begins_with_bare_key(" { ProjectId:1}"));
  for (const char* text : {"", "{", "{}", R"({"a":1})", "[a:1]", "{[", "a:1"}) CHECK_FALSE(begins_with_bare_key(text));
}
