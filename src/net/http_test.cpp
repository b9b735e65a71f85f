#include "net/http.h"

#include <doctest/doctest.h>

#include "net/event_queue.h"
#include "net/http_date.h"

using namespace slipway;
using namespace slipway::net;

TEST_CASE("header names compare ignoring case, and set replaces every field of a name") {
  Headers headers{{"Accept", "a"}, {"accept", "b"}, {"Host", "h"}};
  CHECK(headers.find("ACCEPT") == "a");
  headers.set("Accept", "c");
  CHECK(headers.find("accept") == "c");
  CHECK(std::distance(headers.begin(), headers.end()) == 2);
  CHECK_FALSE(headers.find("X"));
}

TEST_CASE("queries are decoded, names compare ignoring case, odd pairs do no harm") {
  const Query query("partialName=a+b%20c&&flag&=x&e=%zz&a=1=2");
  CHECK(query.find("PARTIALNAME") == "a b c");
  CHECK(query.find("flag") == "");
  CHECK(query.find("e") == "%zz");
  CHECK(query.find("a") == "1=2");
  CHECK_FALSE(query.find("none"));
}

TEST_CASE("lists arrive joined, escaped and repeated") {
  CHECK(Query("ids=a,b&Ids=c%2Cd&ids=+e+,,").list("ids") == std::vector<std::string>{"a", "b", "c", "d", "e"});
  CHECK(Query("").list("ids").empty());
}

TEST_CASE("events keep their lines, and neither id nor name can forge another field") {
  CHECK(format_event("1\ndata: x", "e\r\nid: 9", "a\r\nb\rc\n") ==
        "id: 1\nevent: e\ndata: a\ndata: b\ndata: c\ndata: \n\n");
  CHECK(format_event("", "", "") == "data: \n\n");
}

TEST_CASE("dates are written and read as HTTP wants them") {
  const Time time = from_micros(784'887'151'000'000);
  CHECK(http_date(time) == "Tue, 15 Nov 1994 08:12:31 GMT");
  CHECK(parse_http_date(http_date(time)) == time);
  for (const auto* text :
       {"", "Tue, 15 Xyz 1994 08:12:31 GMT", "Tue, 15 Nov 1994 08:12:31 PST", "Tue, 99 Nov 1994 08:12:31 GMT"}) {
    CHECK_FALSE(parse_http_date(text));
  }
}
