// Lists that clients page through, filtered by what they ask for.
//
// A list declares its columns and filters once; from that come one pair of statements (page and count) for each
// indexed filter: the first one that is set decides the index that is walked, the others are checked on the way. So
// there are few statements, each with a plan that does not depend on what else is asked.
#pragma once

#include <string>
#include <string_view>
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
  };
  struct Shape {
    std::string_view name;  ///< of the list, in traces and tallies
    std::string_view table;
    std::string_view columns;  ///< what a row's mapping reads
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
    Page<std::invoke_result_t<F, const Row&>> page;
    const Way& way = way_for(values);
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

  std::string conditions(std::size_t walked) const;
  const Way& way_for(const std::vector<Parameter>& values) const;
  std::int64_t total(Reader&, const Way&, const std::vector<Parameter>& values) const;

  Shape shape_;
  std::vector<Way> ways_;
  Statement pick_;
};

}  // namespace slipway::storage
