#include "cloud/paging.h"

#include <fmt/format.h>

#include <set>
#include <string>

#include "base/error.h"
#include "base/retry_later.h"

namespace slipway::aws {
namespace {

constexpr std::size_t kMostPages = 200;  // of 100 to 1000 items each
constexpr std::size_t kMostBytes = 64u << 20;
constexpr Duration kComeAgain = std::chrono::seconds(1);

}  // namespace

void each_page(const Client& client, const Operation& operation, json::object input,
               const std::function<bool(const json::object& page)>& visit) {
  const Deadline deadline = client.begin();
  const Client bounded = client.within(deadline);
  const auto list = [&] {
    return fmt::format("AWS {} {} in {}", operation.service.name, operation.name, client.region());
  };
  const auto no_end = [&](std::string_view why) {
    fail(ErrorCode::unavailable,
         fmt::format("{} answers with a list that has no end: {}. Check the endpoint.", list(), why));
  };
  std::set<std::string, std::less<>> tokens;
  std::size_t bytes = 0;
  for (std::size_t pages = 1;; ++pages) {
    std::size_t size = 0;
    const json::object page = bounded.call(operation, input, &size);
    const auto next = json::text_at(page, "nextToken");
    if (!visit(page) || !next || next->empty()) return;
    bytes += size;
    if (!tokens.emplace(*next).second) no_end("a nextToken came back that it had given before");
    if (pages == kMostPages) no_end(fmt::format("there are more than {} pages", kMostPages));
    if (bytes > kMostBytes) no_end(fmt::format("it is larger than {} MiB", kMostBytes >> 20));
    if (deadline.is_over())
      throw RetryLater(kComeAgain, fmt::format("{} is too slow: {} pages in time", list(), pages), true);
    input["nextToken"] = *next;
  }
}

}  // namespace slipway::aws
