#include "net/response_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "base/text.h"
#include "net/http_date.h"

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
