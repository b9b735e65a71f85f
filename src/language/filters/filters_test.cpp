// Beyond the corpora: options and values at their edges.
#include "language/filters/filters.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "base/error.h"
#include "base/text.h"
#include "language/templates/budget_testing.h"
#include "language/templates/template.h"

using namespace slipway;
using namespace slipway::language;

namespace {

constexpr Time kNow{std::chrono::sys_days{std::chrono::year{2030} / 5 / 22} + std::chrono::hours(9)};

/// `A` through a chain of filters; the echoed token when it stays unresolved.
std::string filtered(std::string value, std::string_view chain) {
  EvaluationOptions options;
  options.now = kNow;
  options.local_offset = std::chrono::minutes(120);
  Budget budget(kTextLimits, time_of_this_thread);
  return evaluate("#{A | " + std::string(chain) + "}", {{"A", std::move(value)}}, budget, options).text_or_empty();
}

bool unresolved(std::string value, std::string_view chain) {
  return filtered(std::move(value), chain).starts_with("#{A |");
}

}  // namespace

TEST_CASE("texts are cut at UTF-16 units, as .NET counts") {
  CHECK(filtered("🚀abc", "Substring 3") == "🚀a");
  CHECK(filtered("é🚀", "Truncate 1") == "é...");
  CHECK(unresolved("abc", "Substring 4 1"));
}

TEST_CASE("casing follows Unicode") {
  CHECK(filtered("straße éà", "ToUpper") == "STRAßE ÉÀ");
  CHECK(filtered("ÀÉΩЖ", "ToLower") == "àéωж");
}

TEST_CASE("trim takes one side on request") {
  CHECK(filtered(" a ", "Trim Start") == "a ");
  CHECK(filtered(" a ", "Trim end") == " a");
  CHECK(unresolved(" a ", "Trim both"));
}

TEST_CASE("numbers are formatted as en-US .NET does") {
  CHECK(filtered("1234.5", "Format N") == "1,234.50");
  CHECK(filtered("1234.5", "Format Double F0") == "1235");
  CHECK(filtered("0.256", "Format P1") == "25.6%");
  CHECK(filtered("-5", "Format C") == "-$5.00");
  CHECK(filtered("1234567", "Format Double E3") == "1.235E+006");
  CHECK(filtered("255", "Format Int32 x4") == "00ff");
  CHECK(filtered("-1", "Format Int X") == "FFFFFFFF");
  CHECK(filtered("42", "Format Int D5") == "00042");
  CHECK(filtered("1234567.891", R"(Format \"#,##0.00\")") == "1,234,567.89");
  CHECK(filtered("-12", R"(Format "0.0;(0.0);zero")") == "(12.0)");
  CHECK(filtered("0", R"(Format "0.0;(0.0);zero")") == "zero");
  CHECK(filtered("0.5", R"(Format "0%")") == "50%");
  CHECK(filtered("12345", R"(Format "0,")") == "12");
  CHECK(filtered("12", R"(Format "000 'units'")") == "012 units");
  CHECK(filtered("1500", R"(Format "0.0E+0")") == "1.5E+3");
  CHECK(filtered("1.10", R"(Format \"0.##\")") == "1.1");
  CHECK(filtered("5", R"(Format \"#.##\")") == "5");
  CHECK(unresolved("1.5", "Format Int D5"));
  CHECK(unresolved("5", "Format Q"));
}

TEST_CASE("dates are read in the usual forms and formatted by .NET's specifiers") {
  CHECK(filtered("2030-05-22T09:05:07.25Z", R"(Format DateTimeOffset "yyyy/MM/dd HH:mm:ss.ff zzz")") ==
        "2030/05/22 09:05:07.25 +00:00");
  CHECK(filtered("5/22/2030 9:05 PM", "Format Date s") == "2030-05-22T21:05:00");
  CHECK(filtered("22 May 2030", R"(Format Date "dddd, d MMMM yyyy")") == "Wednesday, 22 May 2030");
  CHECK(filtered("Wed, 22 May 2030 09:05:00 GMT", "Format DateTimeOffset R") == "Wed, 22 May 2030 09:05:00 GMT");
  CHECK(filtered("2030-05-22T09:05:00Z", R"(Format Date "HH:mm")") == "11:05");
  CHECK(filtered("2030-05-22", R"(Format "h tt zz")") == "12 AM +02");
  CHECK(unresolved("2030-02-30", "Format yyyy"));
  CHECK(unresolved("not a date", "Format yyyy"));
}

TEST_CASE("moving a date keeps what is known of its zone") {
  CHECK(filtered("2030-05-22 23:30:00", "AddHours 1") == "2030-05-23T00:30:00.0000000");
  CHECK(filtered("2030-05-22T23:30:00Z", R"(AddDays "0.5")") == "2030-05-23T11:30:00.0000000Z");
  CHECK(filtered("2030-05-22T23:30:00+02:00", "AddHours -24") == "2030-05-21T23:30:00.0000000+02:00");
  CHECK(unresolved("9999-12-31", "AddDays 1"));
}

TEST_CASE("the present is the one that was given") {
  EvaluationOptions options;
  options.now = kNow;
  options.local_offset = std::chrono::minutes(120);
  Budget budget(kTextLimits, time_of_this_thread);
  CHECK(evaluate("#{ | NowDateUtc}", {}, budget, options).text == "2030-05-22T09:00:00.0000000Z");
  CHECK(evaluate("#{ | NowDate}", {}, budget, options).text == "2030-05-22T11:00:00.0000000");
  CHECK(unresolved("x", "NowDate"));
}

TEST_CASE("parts of a URI are .NET's") {
  const std::string uri = "https://user:pw@Example.COM:8443/a/./b/../c%20d?q=1#top";
  CHECK(filtered(uri, "UriPart Host") == "example.com");
  CHECK(filtered(uri, "UriPart Authority") == "example.com:8443");
  CHECK(filtered(uri, "UriPart AbsolutePath") == "/a/c%20d");
  CHECK(filtered(uri, "UriPart PathAndQuery") == "/a/c%20d?q=1");
  CHECK(filtered(uri, "UriPart Fragment") == "#top");
  CHECK(filtered(uri, "UriPart IsDefaultPort") == "false");
  CHECK(filtered("http://127.0.0.1", "UriPart HostNameType") == "IPv4");
  CHECK(filtered("http://127.0.0.1", "UriPart IsLoopback") == "true");
  CHECK(filtered("file:///etc/hosts", "UriPart IsFile") == "true");
  CHECK(filtered("docs/x", "UriPart IsAbsoluteUri") == "false");
  CHECK(filtered("docs/x", "UriPart Host") ==
        "[UriPart Host error: This operation is not supported for a relative URI.]");
  CHECK(filtered(uri, "UriPart Nope") == "[UriPart Nope error: argument 'Nope' not supported]");
}

TEST_CASE("Markdown has tables, bare links and extra emphasis") {
  const auto html = [](std::string text) {
    const std::string out = filtered(std::move(text), "Markdown");
    return out.substr(0, out.find_last_not_of('\n') + 1);
  };
  CHECK(html("~a~ ~~b~~ ^c^ ++d++ ==e==") ==
        "<p><sub>a</sub> <del>b</del> <sup>c</sup> <ins>d</ins> <mark>e</mark></p>");
  CHECK(html("1 + 1 = 2 ~ a^b ~~x~") == "<p>1 + 1 = 2 ~ a^b ~~x~</p>");
  CHECK(html("**==a *b* c==**") == "<p><strong><mark>a <em>b</em> c</mark></strong></p>");
  CHECK(html("see https://a.example") == "<p>see <a href=\"https://a.example\">https://a.example</a></p>");
}

TEST_CASE("what the language says throws, throws") {
  CHECK_THROWS_AS(filtered("not base64!", "FromBase64"), Error);
  CHECK_THROWS_AS(filtered("x", R"(Match "(")"), Error);
  CHECK_THROWS_AS(filtered("1.2.99999999999", "VersionMajor"), Error);
}

TEST_CASE("an unresolved filter in the middle flows on as a missing subject") {
  CHECK(filtered("a", "Nope | Append x") == "x");
  CHECK(unresolved("a", "Append x | Nope"));
}

TEST_CASE("the docs list every filter there is, and no other") {
  const char* source = std::getenv("SLIPWAY_SOURCE_DIR");
  std::ifstream file(std::string(source != nullptr ? source : ".") + "/docs/language.md");
  const std::string docs{std::istreambuf_iterator<char>(file), {}};
  const auto from = docs.find("Filters: `"), to = docs.find("`.", from);
  REQUIRE(to != std::string::npos);
  std::istringstream words(to_lower_ascii(docs.substr(from + 10, to - from - 10)));
  const std::set<std::string> listed{std::istream_iterator<std::string>(words), {}};
  std::set<std::string> known;
  for (const FilterEntry& filter : all_filters()) known.emplace(filter.name);
  CHECK(listed == known);
}

TEST_CASE("calc knows the remainder, and leaves alone what has none") {
  const auto calc = [](std::string_view text) {
    return evaluate(text, {{"A", "5"}, {"B", "7"}, {"Zero", "0"}}, fresh_budget()).text_or_empty();
  };
  CHECK(calc("#{calc 7%2}") == "1");
  CHECK(calc("#{calc B%A}") == "2");
  CHECK(calc("#{calc 7.5 % 2}") == "1.5");
  CHECK(calc("#{calc ({A}-12)%4}") == "-3");
  CHECK(calc("#{calc 2+7%4*3}") == "11");
  CHECK(calc("#{calc 7%0}") == "#{7%0}");
  CHECK(calc("#{calc B%Zero}") == "#{B%Zero}");
}
