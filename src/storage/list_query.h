// Lists that clients page through, filtered by what they ask for.
//
// A list declares its columns and filters once; from that come one pair of statements (page and count) for each
// indexed filter: the first one that is set decides the index that is walked, the others are checked on the way. So
// there are few statements, each with a plan that does not depend on what else is asked.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/database.h"

namespace slipway::storage {

/// Values for a filter: "" or a negative number does not restrict.
bool is_set(const Parameter&);

/// Threads: any; does not change once made.
class ListQuery {
 public:
  struct Filter {
    std::string_view column;
    bool indexed = false;    ///< some index starts with this column and goes on in the list's order
    bool is_number = false;  ///< an integer column
    bool many = false;       ///< takes several values (any_of.h); in lists that are ordered by falling key alone
  };
  struct Shape {
    std::string_view name;  ///< of the list, in traces and tallies
    std::string_view table;
    std::string_view columns;  ///< what a row's mapping reads; the key first where a filter takes many values
    std::string_view key;      ///< the column that identifies a row
    std::string_view order;
    std::vector<Filter> filters;   ///< the most selective index first; the n-th has the parameter ?n
    std::string_view always = {};  ///< a condition without parameters
    std::string_view more = {};    ///< a condition on the parameters after those of the filters …
    int more_parameters = 0;       ///< … which are so many
    bool tallied = false;          ///< the store counts rows by space (tallies.h); the last filter is `space`
  };
  explicit ListQuery(Shape);

  /// `values`: one for each filter, then those of `more`.
  template <class F>
  auto page(Reader& reader, std::vector<Parameter> values, Slice slice, F map) const {
    const Way& way = way_for(values);
    const auto walked = walked_values(way, values);
    if (walked.size() > 1) return merged(reader, way, std::move(values), walked, slice, map);
    Page<std::invoke_result_t<F, const Row&>> page;
    page.total = total(reader, way, values);
    values.emplace_back(slice.take);
    values.emplace_back(slice.skip);
    page.items = reader.all(way.page.query(), values, map);
    return page;
  }

  /// The rows with these keys that pass the filters, in the order of the keys.
  template <class F>
  auto pick(Reader& reader, std::vector<Parameter> values, const std::vector<Parameter>& keys, Slice slice,
            F map) const {
    Page<std::invoke_result_t<F, const Row&>> page;
    values.emplace_back();
    for (const Parameter& key : keys) {
      values.back() = key;
      reader.each(pick_.query(), values, [&](const Row& row) {
        const auto at = page.total++;
        if (at >= slice.skip && at - slice.skip < slice.take) page.items.push_back(map(row));
        return true;
      });
    }
    return page;
  }

  std::vector<Query> queries() const;

 private:
  struct Statement {
    std::string name;
    std::string sql;
    Query query() const { return {name, sql}; }
  };
  /// How to walk when `filter` is the first indexed one that is set; the last way has none.
  struct Way {
    std::size_t filter;
    Statement page;
    Statement count;
  };

  /// One walk along the index for each of several values; newest first, so the rows merge by their keys.
  template <class F>
  auto merged(Reader& reader, const Way& way, std::vector<Parameter> values,
              const std::vector<std::string_view>& walked, Slice slice, F map) const {
    using Item = std::invoke_result_t<F, const Row&>;
    Page<Item> page;
    std::vector<std::pair<std::int64_t, Item>> rows;
    for (const std::string_view value : walked) {
      values[way.filter] = value;
      page.total += total(reader, way, values);
      std::vector<Parameter> limited = values;
      limited.emplace_back(slice.skip + slice.take);
      limited.emplace_back(std::int64_t{0});
      reader.each(way.page.query(), limited, [&](const Row& row) {
        rows.emplace_back(row.integer(0), map(row));
        return true;
      });
    }
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    const auto size = static_cast<std::int64_t>(rows.size());
    for (auto at = slice.skip; at < std::min(size, slice.skip + slice.take); ++at) {
      page.items.push_back(std::move(rows[static_cast<std::size_t>(at)].second));
    }
    return page;
  }

  std::string conditions(std::size_t walked) const;
  std::string check_of(std::size_t filter) const;
  const Way& way_for(const std::vector<Parameter>& values) const;
  /// The distinct values of the filter that is walked; none when it takes only one.
  std::vector<std::string_view> walked_values(const Way&, const std::vector<Parameter>& values) const;
  std::int64_t total(Reader&, const Way&, const std::vector<Parameter>& values) const;

  Shape shape_;
  std::vector<Way> ways_;
  Statement pick_;
};

}  // namespace slipway::storage
