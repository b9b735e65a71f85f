#include "api/live/task_log_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/delivery/delivery_call.h"
#include "api/http/paging.h"
#include "api/http/shape.h"
#include "api/live/addressed_task.h"
#include "base/error.h"
#include "base/text.h"
#include "storage/task_log.h"

namespace slipway::api {
namespace {

constexpr std::int64_t kUsualLines = 1'000;
constexpr std::int64_t kMostLines = 10'000;
/// What one answer takes from the log at most; the next one goes on from there.
constexpr storage::LogBounds kBounds{.lines = 100'000, .bytes = 4u << 20};

/// From the least to the most severe.
constexpr std::array<std::string_view, 6> kLevels{"Trace", "Verbose", "Info", "Warning", "Error", "Fatal"};
constexpr std::size_t kInfo = 2, kWarning = 3;

std::size_t level_of_category(std::string_view category) {
  if (category == "Alert") return kWarning;
  const auto level = std::ranges::find(kLevels, category);
  return level == kLevels.end() ? kInfo : static_cast<std::size_t>(level - kLevels.begin());
}

std::size_t wanted_level(const Call& call) {
  const auto name = call.query.find("level").value_or("");
  if (name.empty()) return 0;
  for (std::size_t level = 0; level < kLevels.size(); ++level) {
    if (equals_ignoring_case(kLevels[level], name)) return level;
  }
  fail_invalid(fmt::format("level must be one of {}: the least that is shown.", fmt::join(kLevels, ", ")));
}

std::int64_t count_of(const Call& call, std::string_view name, std::int64_t otherwise) {
  const std::int64_t count = number_of(call.query, name, otherwise);
  if (count > kMostLines) fail_invalid(fmt::format("{} may be {} at most; read on from Next.", name, kMostLines));
  return count;
}

json::object line_json(const storage::LogLine& line) {
  return {{"Number", line.number},
          {"Unit", line.unit},
          {"Category", line.category},
          {"OccurredAt", to_rfc3339(line.occurred)},
          {"MessageText", line.text}};
}

net::Response log(Call& call, storage::Reader& reader) {
  const auto task = addressed_task(call, reader);
  const std::size_t level = wanted_level(call);
  storage::LogRange range;
  range.after = number_of(call.query, "after", 0);
  range.tail = count_of(call, "tail", 0);
  range.take = range.tail > 0 ? range.tail : count_of(call, "take", kUsualLines);
  range.bounds = kBounds;
  if (level > 0) range.wanted = [level](std::string_view category) { return level_of_category(category) >= level; };
  const auto part = storage::read_log(reader, task.id, range);
  json::array lines;
  for (const storage::LogLine& line : part.lines) lines.push_back(line_json(line));
  return json_response(200, json::object{{"TaskId", task.id},
                                         {"State", storage::to_string(task.state)},
                                         {"IsCompleted", storage::is_final(task.state)},
                                         {"Last", part.last},
                                         {"Next", part.next},
                                         {"Lines", std::move(lines)}});
}

json::object shape_of_log() {
  using namespace shape;
  return object({{"TaskId", text()},
                 {"State", text()},
                 {"IsCompleted", flag()},
                 {"Last", whole_number()},
                 {"Next", whole_number()},
                 {"Lines", list_of(object({{"Number", whole_number()},
                                           {"Unit", whole_number()},
                                           {"Category", text()},
                                           {"OccurredAt", time()},
                                           {"MessageText", text()}}))}});
}

}  // namespace

std::vector<Route> task_log_routes() {
  return {
      Route{"GET", "tasks/{id}/log", "TaskView", "Shows lines of a task's log after a number, or its last ones.", log,
            RouteScope::system}
          .with_query({{"after", QueryKind::number},
                       {"take", QueryKind::number},
                       {"tail", QueryKind::number},
                       {"level", QueryKind::text}})
          .answers(shape_of_log()),
  };
}

}  // namespace slipway::api
