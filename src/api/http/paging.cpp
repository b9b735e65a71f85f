#include "api/http/paging.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "api/http/route.h"
#include "base/error.h"
#include "base/text.h"

namespace slipway::api {
namespace {

constexpr std::int64_t kDefaultTake = 30;
constexpr std::size_t kLargestAnswer = 64u << 20;
/// What existing clients send for "all of them".
constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();

std::int64_t number_in(const net::Query& query, std::string_view name, std::int64_t otherwise, Problems& problems) {
  const auto text = query.find(name);
  std::int64_t number = 0;
  if (!text || text->empty()) return otherwise;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error == std::errc() && end == text->data() + text->size() && number >= 0 && number <= kMost) return number;
  problems.add(fmt::format("{} must be a whole number from 0 to {}, or left out for {}.", name, kMost, otherwise));
  return otherwise;
}

/// The call's own address with another slice; its other parameters stay.
class PageLinks {
 public:
  explicit PageLinks(const Call& call) : path_(call.request.path) {
    for (const auto& [name, value] : call.query) {
      if (equals_ignoring_case(name, "skip") || equals_ignoring_case(name, "take")) continue;
      filters_ += fmt::format("&{}={}", percent_encode(name), percent_encode(value));
    }
  }
  std::string at(std::int64_t skip, std::int64_t take) const {
    return fmt::format("{}?skip={}&take={}{}", path_, skip, take, filters_);
  }
  /// With all that the route reads.
  std::string with_parameters(const Route& route) const {
    std::string names;
    for (const QueryParameter& parameter : route.query) names += (names.empty() ? "" : ",") + parameter.name;
    return names.empty() ? path_ : fmt::format("{}{{?{}}}", path_, names);
  }

 private:
  std::string path_;
  std::string filters_;
};

/// Throws before the text of the whole is made.
std::size_t size_within_bounds(const std::vector<std::string>& items) {
  std::size_t size = 1024;
  for (const std::string& item : items) size += item.size() + 1;
  if (size > kLargestAnswer) {
    fail(ErrorCode::too_large,
         fmt::format("The {} documents have {} MB together; an answer takes up to {} MB. Ask for fewer at once (take), "
                     "and for the rest page by page (skip).",
                     items.size(), size >> 20, kLargestAnswer >> 20));
  }
  return size;
}

void append_items(std::string& out, const std::vector<std::string>& items) {
  out += '[';
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ',';
    out += items[i];
  }
  out += ']';
}

}  // namespace

storage::Slice slice_of(const net::Query& query) {
  Problems problems;
  const storage::Slice slice{number_in(query, "skip", 0, problems), number_in(query, "take", kDefaultTake, problems)};
  problems.throw_if_any();
  return slice;
}

std::int64_t number_of(const net::Query& query, std::string_view name, std::int64_t otherwise) {
  Problems problems;
  const std::int64_t number = number_in(query, name, otherwise, problems);
  problems.throw_if_any();
  return number;
}

net::Response page_response(const Call& call, std::string_view item_type, const std::vector<std::string>& items,
                            std::int64_t total, const storage::Slice& slice) {
  const std::int64_t take = std::max<std::int64_t>(slice.take, 1);
  const std::int64_t pages = std::max<std::int64_t>((total + take - 1) / take, 1);
  const std::int64_t last = pages - 1;
  const PageLinks links(call);
  json::object page_links{{"Self", links.at(slice.skip, slice.take)},
                          {"Template", links.with_parameters(*call.route)},
                          {"Page.All", links.at(0, kMost)},
                          {"Page.Current", links.at(slice.skip, slice.take)},
                          {"Page.Last", links.at(last * take, take)}};
  // Clients loop until Page.Next is gone, so an empty page must not have one either.
  if (slice.take > 0 && slice.skip + slice.take < total) page_links["Page.Next"] = links.at(slice.skip + take, take);

  std::string out;
  out.reserve(size_within_bounds(items));
  out += "{\"ItemType\":";
  json::append_string(out, item_type);
  out += fmt::format(
      ",\"TotalResults\":{},\"ItemsPerPage\":{},\"NumberOfPages\":{},\"LastPageNumber\":{},\"IsStale\":false,"
      "\"Items\":",
      total, slice.take, pages, last);
  append_items(out, items);
  out += ",\"Links\":";
  json::append(out, page_links);
  out += '}';
  return json_response(200, std::move(out));
}

net::Response array_response(const std::vector<std::string>& items) {
  std::string out;
  out.reserve(size_within_bounds(items));
  append_items(out, items);
  return json_response(200, std::move(out));
}

}  // namespace slipway::api
