#include "storage/list_query.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "storage/tallies.h"

namespace slipway::storage {

bool is_set(const Parameter& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) return !text->empty();
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number >= 0;
  return false;
}

ListQuery::ListQuery(Shape shape) : shape_(std::move(shape)) {
  const auto parameters = shape_.filters.size() + static_cast<std::size_t>(shape_.more_parameters);
  const auto add_way = [&](std::size_t filter, std::string_view by) {
    const std::string where = conditions(filter);
    ways_.push_back({filter,
                     {fmt::format("{}{}", shape_.name, by),
                      fmt::format("SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT ?{} OFFSET ?{}", shape_.columns,
                                  shape_.table, where, shape_.order, parameters + 1, parameters + 2)},
                     {fmt::format("count {}{}", shape_.name, by),
                      fmt::format("SELECT COUNT(*) FROM {} WHERE {}", shape_.table, where)}});
  };
  for (std::size_t i = 0; i < shape_.filters.size(); ++i) {
    if (shape_.filters[i].indexed) add_way(i, fmt::format(" by {}", shape_.filters[i].column));
  }
  add_way(shape_.filters.size(), "");
  pick_ = {fmt::format("pick {}", shape_.name),
           fmt::format("SELECT {} FROM {} WHERE {} = ?{} AND {}", shape_.columns, shape_.table, shape_.key,
                       parameters + 1, conditions(shape_.filters.size()))};
}

/// Every filter as a condition; the one that is walked as a plain equality, for the planner to see.
std::string ListQuery::conditions(std::size_t walked) const {
  std::string text(shape_.always.empty() ? "1 = 1" : shape_.always);
  for (std::size_t i = 0; i < shape_.filters.size(); ++i) {
    const auto& filter = shape_.filters[i];
    if (i != walked) {
      // The parameter stands first: while it is not set, a walk along an index need not look at the row.
      text += fmt::format(" AND (?{} {} OR {})", i + 1, filter.is_number ? "< 0" : "= ''", check_of(i));
      continue;
    }
    text += fmt::format(" AND {} = ?{}", filter.column, i + 1);
    // Some indexes leave out rows without a value: the planner must see that none is wanted.
    if (!filter.is_number) text += fmt::format(" AND {} <> ''", filter.column);
  }
  if (!shape_.more.empty()) text += fmt::format(" AND {}", shape_.more);
  return text;
}

std::string ListQuery::check_of(std::size_t i) const {
  const auto& [column, indexed, is_number, many] = shape_.filters[i];
  const std::string equal = fmt::format("{} = ?{}", column, i + 1);
  if (!many) return equal;
  // What does not depend on the row is computed once, so that a single value costs one comparison.
  return fmt::format("{0} OR (strpos(?{1}, ',') > 0 AND strpos(',' || ?{1} || ',', ',' || {2} || ',') > 0)", equal,
                     i + 1, column);
}

const ListQuery::Way& ListQuery::way_for(const std::vector<Parameter>& values) const {
  return *std::find_if(ways_.begin(), ways_.end(), [&](const Way& way) {
    return way.filter == shape_.filters.size() || is_set(values[way.filter]);
  });
}

std::vector<std::string_view> ListQuery::walked_values(const Way& way, const std::vector<Parameter>& values) const {
  if (way.filter == shape_.filters.size() || !shape_.filters[way.filter].many) return {};
  std::vector<std::string_view> distinct = split(std::get<std::string_view>(values[way.filter]), ',');
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  return distinct;
}

std::int64_t ListQuery::total(Reader& reader, const Way& way, const std::vector<Parameter>& values) const {
  if (shape_.tallied) {
    const auto space = shape_.filters.size() - 1;
    bool space_alone = true;
    for (std::size_t i = 0; i < values.size(); ++i) space_alone = space_alone && (i == space || !is_set(values[i]));
    if (space_alone) return tally(reader, shape_.name, std::get<std::string_view>(values[space]));
  }
  return reader.one(way.count.query(), values, [](const Row& row) { return row.integer(0); }).value_or(0);
}

std::vector<Query> ListQuery::queries() const {
  std::vector<Query> list{pick_.query()};
  for (const Way& way : ways_) {
    list.push_back(way.page.query());
    list.push_back(way.count.query());
  }
  return list;
}

}  // namespace slipway::storage
