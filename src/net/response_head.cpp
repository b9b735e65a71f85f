#include "net/response_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "base/text.h"

namespace slipway::net {
namespace {

constexpr std::array<std::string_view, 3> kFraming = {"Content-Length", "Transfer-Encoding", "Connection"};

bool frames_the_message(std::string_view name) {
  return std::ranges::any_of(kFraming, [&](auto field) { return equals_ignoring_case(field, name); });
}

void append_on_one_line(std::string& out, std::string_view text) {
  const auto start = out.size();
  out += text;
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(start), out.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
}

}  // namespace

std::string http_date(Time time) {
  static constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time - day).count();
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string render_head(const Response& response, const HeadFacts& facts) {
  std::string head;
  head.reserve(384);
  const auto out = std::back_inserter(head);
  fmt::format_to(out, "HTTP/1.1 {} {}\r\n", response.status, facts.reason);
  for (const auto& [name, value] : response.headers) {
    if (frames_the_message(name)) continue;
    append_on_one_line(head, name);
    head += ": ";
    append_on_one_line(head, value);
    head += "\r\n";
  }
  if (!response.headers.find("Date")) fmt::format_to(out, "Date: {}\r\n", http_date(facts.now));
  if (facts.content_length) fmt::format_to(out, "Content-Length: {}\r\n", *facts.content_length);
  if (!facts.keep_alive) {
    head += "Connection: close\r\n";
  } else if (facts.http_1_0) {
    head += "Connection: keep-alive\r\n";
  }
  head += "\r\n";
  return head;
}

}  // namespace slipway::net
